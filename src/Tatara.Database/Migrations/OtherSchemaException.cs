namespace Tatara.Database.Migrations;

/// <summary>The database was made by a version of Tatara whose tables are not those of this one.</summary>
public sealed class OtherSchemaException(string message, string advice) : Exception(message)
{
    /// <summary>What to do about it.</summary>
    public string Advice => advice;
}
