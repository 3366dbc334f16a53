using System.Security.Cryptography;
using System.Text;
using ByteVm.Tarn;

namespace ByteVm.Cli;

/// <summary>One entry of the cache: the files that a compilation looked at, and the module it made.</summary>
/// <param name="Files">Full paths and hashes, null for files that were not there.</param>
/// <param name="Module">The module's bytes.</param>
internal sealed record CompiledEntry(IReadOnlyDictionary<string, string?> Files, byte[] Module)
{
    /// <summary>The entry's bytes: files, module, and a hash of both at the end.</summary>
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(Files.Count);
        foreach ((string path, string? hash) in Files)
        {
            writer.Write(path);
            writer.Write(hash ?? "");
        }

        writer.Write(Module.Length);
        writer.Write(Module);
        writer.Write(SHA256.HashData(bytes.ToArray()));
        return bytes.ToArray();
    }

    /// <summary>The entry, or null when the bytes are not all that was written.</summary>
    public static CompiledEntry? Read(byte[] bytes)
    {
        int length = bytes.Length - SHA256.HashSizeInBytes;
        if (length < 0 || !SHA256.HashData(bytes.AsSpan(0, length)).AsSpan().SequenceEqual(bytes.AsSpan(length)))
            return null;
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        var files = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (int count = reader.ReadInt32(); count > 0; count--)
            files.Add(reader.ReadString(), reader.ReadString() is { Length: > 0 } hash ? hash : null);
        return new CompiledEntry(files, reader.ReadBytes(reader.ReadInt32()));
    }

    /// <summary>Whether every file is as it was.</summary>
    public bool IsCurrent() => Files.All(f => SourceFiles.HashOf(f.Key) == f.Value);
}
