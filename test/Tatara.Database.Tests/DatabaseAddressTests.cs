namespace Tatara.Database.Tests;

public sealed class DatabaseAddressTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Theory]
    [InlineData("postgres://tatara:s%40crt@db.example.com/platform?sslmode=verify-full")]
    [InlineData("postgresql://tatara:s%40crt@db.example.com:5432/platform")]
    [InlineData("Host=db.example.com;Database=platform;Username=tatara;Password=s@crt")]
    public void ReadFile_Good_SaysWhereItIsAndNotThePassword(string text)
    {
        Write(text, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var address = DatabaseAddress.ReadFile(_file).For("uaa");

        (address.Engine, address.Name, address.Schema).ShouldBe((DatabaseEngine.PostgreSql, "platform at db.example.com:5432", "uaa"));
        address.ToString().ShouldNotContain("crt");
        address.ConnectionString.ShouldContain("Password=s@crt");
        address.ConnectionString.ShouldContain("uaa,public");
    }

    [Fact]
    public void ReadFile_OthersMayRead_IsRefused()
    {
        Write("postgres://tatara:secret@db/platform", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        Should.Throw<FormatException>(() => DatabaseAddress.ReadFile(_file)).Message.ShouldContain($"chmod 600 {_file}");
    }

    [Theory]
    [InlineData("mysql://tatara:secret@db/platform")]
    [InlineData("postgres://tatara:secret@db")]
    [InlineData("postgres://tatara:secret@:x/y")]
    [InlineData("Host=db;Database=platform;Pasword=secret")]
    [InlineData("postgres://tatara:secret@db/platform?unknown=1")]
    [InlineData("secret")]
    [InlineData("")]
    public void ReadFile_Bad_SaysSoWithoutRepeatingIt(string text)
    {
        Write(text, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var refused = Should.Throw<FormatException>(() => DatabaseAddress.ReadFile(_file));

        refused.Message.ShouldContain(_file);
        refused.ToString().ShouldNotContain("secret");
    }

    [Fact]
    public void ReadFile_Missing_SaysSo() => Should.Throw<FormatException>(() => DatabaseAddress.ReadFile(_file + ".no")).Message.ShouldContain("no file");

    public void Dispose() => File.Delete(_file);

    private void Write(string text, UnixFileMode mode)
    {
        File.WriteAllText(_file, text + "\n");
        File.SetUnixFileMode(_file, mode);
    }
}
