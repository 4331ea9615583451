using System.Globalization;

namespace Greetings;

/// <summary>The library that the web app refers to.</summary>
public static class Greeting
{
    /// <summary>Globalization works: the number is written as in Germany.</summary>
    public static string For(string whom) => $"Hello, {whom}, {1234.5.ToString("N1", CultureInfo.GetCultureInfo("de-DE"))} times!";
}
