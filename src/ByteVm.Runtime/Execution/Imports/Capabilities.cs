namespace ByteVm;

/// <summary>
/// What an instance may reach outside of itself. Console and arguments need no capability. Immutable: each grant gives a new set.
/// <code>Capabilities.None.Allow("clock").Allow("fs:read=assets")</code>
/// </summary>
public sealed class Capabilities
{
    public const string Clock = "clock";
    public const string Random = "random";
    public const string Environment = "env";
    public const string FileRead = "fs:read";
    public const string FileWrite = "fs:write";

    public static readonly Capabilities None = new([], []);

    private static readonly string[] Plain = [Clock, Random, Environment];

    private readonly string[] granted;
    private readonly FileGrant[] files;

    private Capabilities(string[] granted, FileGrant[] files)
    {
        this.granted = granted;
        this.files = files;
    }

    /// <summary>Folders that were granted, as the grant wrote them, with what was granted: <see cref="FileRead"/> or <see cref="FileWrite"/>.</summary>
    internal IReadOnlyList<FileGrant> Files => files;

    /// <summary>Adds a grant, written as for the command's <c>--allow</c>: clock, random, env, fs:read=FOLDER, fs:write=FOLDER.</summary>
    /// <exception cref="FormatException">The text is no capability; the message says what there is.</exception>
    public Capabilities Allow(string grant)
    {
        int equals = grant.IndexOf('=');
        string name = equals < 0 ? grant : grant[..equals];
        string folder = equals < 0 ? "" : grant[(equals + 1)..];
        return name switch
        {
            FileRead or FileWrite when folder.Length > 0 => new Capabilities(granted, [.. files, new FileGrant(name, folder)]),
            FileRead or FileWrite => throw new FormatException($"'{grant}' does not say which folder: write {name}=FOLDER"),
            _ when Plain.Contains(name) && equals < 0 => new Capabilities([.. granted, name], files),
            _ => throw new FormatException($"there is no capability '{grant}'; there are {string.Join(", ", Plain)}, {FileRead}=FOLDER and {FileWrite}=FOLDER"),
        };
    }

    /// <summary>Whether the capability was granted, for files: beneath any folder.</summary>
    public bool Includes(string capability) => granted.Contains(capability) || files.Any(f => f.Capability == capability);

    /// <summary>How the command's user grants it: "--allow fs:read=FOLDER".</summary>
    internal static string OptionFor(string capability) =>
        capability is FileRead or FileWrite ? $"--allow {capability}=FOLDER" : $"--allow {capability}";
}

internal sealed record FileGrant(string Capability, string Folder);
