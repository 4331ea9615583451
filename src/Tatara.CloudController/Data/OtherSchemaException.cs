namespace Tatara.CloudController.Data;

/// <summary>The database was made by a version of Tatara whose tables are not those of this one.</summary>
public sealed class OtherSchemaException(string database)
    : Exception($"The database {database} was made by another version of Tatara, whose tables this one cannot read.");
