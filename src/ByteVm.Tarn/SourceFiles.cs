using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace ByteVm.Tarn;

/// <summary>
/// The files that a compilation looks at. It reads each once and remembers it, those that were not there included, because a file that appears
/// changes a program as much as one that changes.
/// </summary>
public sealed class SourceFiles
{
    private readonly ConcurrentDictionary<string, string?> texts = new(StringComparer.Ordinal);

    /// <summary>What was looked at: full paths and hashes of the texts, null where there was no file.</summary>
    public IReadOnlyDictionary<string, string?> Hashes() => texts.ToDictionary(t => t.Key, t => HashOfText(t.Value));

    /// <summary>The hash of a file's text as <see cref="Hashes"/> has it; null when there is no such file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string? HashOf(string path) => HashOfText(TextOf(path));

    /// <summary>A file's text, or null when there is no such file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public string? TryRead(string path) => texts.GetOrAdd(Path.GetFullPath(path), TextOf);

    /// <summary>A file's text.</summary>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public string Read(string path) => TryRead(path) ?? SourceReader.Read(path);

    /// <summary>Whether there is such a file.</summary>
    public bool Exists(string path) => TryRead(path) is not null;

    private static string? TextOf(string path) => File.Exists(path) ? SourceReader.Read(path) : null;

    private static string? HashOfText(string? text) => text is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
