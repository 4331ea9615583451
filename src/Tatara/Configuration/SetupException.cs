namespace Tatara.Configuration;

/// <summary>Something a person has to mend: what is wrong, and what to do about it.</summary>
internal sealed class SetupException(string problem, string advice, Exception? inner = null) : Exception($"{problem} {advice}", inner)
{
    public string Problem => problem;
    public string Advice => advice;
}
