using System.Text;
using System.Text.Unicode;

namespace ByteVm.Tarn;

/// <summary>Reads sources and manifests: files of UTF-8 and of bounded size.</summary>
public static class SourceReader
{
    public const int MaxBytes = 64 << 20;

    /// <summary>
    /// Stands in a text for the first bytes that are no UTF-8. It is one half of a surrogate pair, so no UTF-8 decodes to it, and the compiler refuses the text at that place.
    /// </summary>
    internal const char Malformed = '\uDFFF';

    /// <exception cref="IOException">It cannot be read, or is larger than <see cref="MaxBytes"/>.</exception>
    public static string Read(string path) => Decode(ReadBytes(path, MaxBytes));

    /// <summary>A file whose length nobody knows before it is read: a device may go on for ever.</summary>
    /// <exception cref="IOException">It cannot be read, or is larger than the limit.</exception>
    public static byte[] ReadBytes(string path, int limit)
    {
        using FileStream file = File.OpenRead(path);
        var bytes = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        for (int count = file.Read(buffer); count > 0; count = file.Read(buffer))
        {
            if (bytes.Length + count > limit)
                throw new IOException($"it is larger than {limit >> 20} MiB");
            bytes.Write(buffer, 0, count);
        }

        return bytes.ToArray();
    }

    /// <summary>The text, without a byte order mark.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        int valid = Utf8Length(bytes);
        string text = Encoding.UTF8.GetString(bytes[..valid]);
        return valid == bytes.Length ? text : $"{text}{Malformed}{Encoding.UTF8.GetString(bytes[valid..])}";
    }

    /// <summary>How many bytes at the beginning are UTF-8.</summary>
    private static int Utf8Length(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            return bytes.Length;
        int length = 0;
        while (Rune.DecodeFromUtf8(bytes[length..], out _, out int consumed) == System.Buffers.OperationStatus.Done)
            length += consumed;
        return length;
    }
}
