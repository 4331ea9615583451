using Tatara.Configuration;

namespace Tatara.Tests;

public sealed class SecretsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tatara-secrets-");

    private string Path => System.IO.Path.Combine(_folder.FullName, "secrets.json");

    [Fact]
    public void Load_OfAnEarlierVersion_AddsWhatIsMissingAndKeepsTheRest()
    {
        File.WriteAllText(Path, """{"admin_password":"a","bus_password":"b","bulk_password":"c","blob_signing_key":"d"}""");

        var secrets = Secrets.LoadOrCreate(Path);

        (secrets.AdminPassword, secrets.BusPassword, secrets.BulkPassword, secrets.BlobSigningKey).ShouldBe(("a", "b", "c", "d"));
        secrets.StatusPassword.ShouldNotBeEmpty();
        Secrets.LoadOrCreate(Path).ShouldBe(secrets);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"admin_password":null}""")]
    public void Load_Broken_SaysWhatToDo(string text)
    {
        File.WriteAllText(Path, text);

        Should.Throw<SetupException>(() => Secrets.LoadOrCreate(Path)).Message.ShouldContain(Path);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
