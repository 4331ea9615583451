using Tatara.Cli.Api.Records;
using Tatara.Cli.Terminal;

namespace Tatara.Cli.Commands;

/// <summary>Collects what the UAA asks for: from flags once, then from the user.</summary>
internal sealed class Credentials(ITerminal terminal, LoginPrompts prompts)
{
    private readonly Dictionary<string, string> answers = [];

    public string? Username { get; init; }

    /// <summary>Used for the first try only: a wrong one must not be tried again by itself.</summary>
    public string? Password { get; set; }

    public string? Passcode { get; set; }

    public bool UsesPasscode { get; init; }

    public IReadOnlyDictionary<string, string> Ask()
    {
        var asked = prompts.Prompts ?? new Dictionary<string, string[]> { ["username"] = ["text", "Email"], ["password"] = ["password", "Password"] };
        if (UsesPasscode)
        {
            var text = asked.TryGetValue("passcode", out var prompt) ? prompt.ElementAtOrDefault(1) : null;
            answers["passcode"] = Passcode ?? terminal.AskSecret(text ?? "Temporary Authentication Code");
            Passcode = null;
            return answers;
        }

        foreach (var (name, prompt) in asked.OrderBy(entry => Order(entry.Key)))
        {
            if (name == "passcode" || prompt is not [var kind, var text, ..]) continue;
            if (kind != "password")
            {
                if (!answers.ContainsKey(name)) answers[name] = name == "username" && Username is not null ? Username : terminal.Ask(text);
            }
            else
            {
                answers[name] = name == "password" && Password is not null ? Password : terminal.AskSecret(text);
            }
        }

        Password = null;
        return answers;
    }

    private static int Order(string name) => name switch { "username" => 0, "password" => 2, _ => 1 };
}
