using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace ByteVm.Tarn;

/// <summary>
/// The files that a compilation looks at. It remembers each, those that were not there included, because a file that appears changes a
/// program as much as one that changes.
/// </summary>
public sealed class SourceFiles
{
    private readonly ConcurrentDictionary<string, string?> seen = new(StringComparer.Ordinal);

    /// <summary>What was looked at: full path and hash of the text, or null where there was no file.</summary>
    public IReadOnlyDictionary<string, string?> Seen => seen;

    /// <summary>The hash of a file's text as <see cref="Seen"/> has it; null when there is no such file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string? HashOf(string path) => File.Exists(path) ? HashOfText(File.ReadAllText(path)) : null;

    /// <summary>A file's text, or null when there is no such file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public string? TryRead(string path)
    {
        string? text = File.Exists(path) ? File.ReadAllText(path) : null;
        seen[Path.GetFullPath(path)] = text is null ? null : HashOfText(text);
        return text;
    }

    /// <summary>A file's text.</summary>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public string Read(string path) => TryRead(path) ?? File.ReadAllText(path);

    /// <summary>Whether there is such a file.</summary>
    public bool Exists(string path) => TryRead(path) is not null;

    private static string HashOfText(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
