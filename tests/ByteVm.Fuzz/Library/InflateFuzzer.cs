using System.IO.Compression;
using System.Text;

namespace ByteVm.Fuzz.Library;

/// <summary>
/// std.compression with damaged gzip files: an error or a success, never a fault or a hang; and a success only with what .NET's
/// GZipStream finds in the same bytes. Read piece by piece, the same data give the same.
/// </summary>
internal sealed class InflateFuzzer : ICaseFuzzer
{
    private const string Source =
        """
        import std.compression
        import std.compression.{Decompressor, Format}
        import std.io

        // 1 and the content, or 0 and the error's message.
        fn gunzip(data: byte[]): byte[] = answer(() => compression.gunzip(data, 1 << 22))
        fn inflate(data: byte[]): byte[] = answer(() => compression.inflate(data, 1 << 22))
        fn gunzipPieces(data: byte[], size: int): byte[] = answer(() => pieces(data, size, Format.Gzip))
        fn inflatePieces(data: byte[], size: int): byte[] = answer(() => pieces(data, size, Format.Deflate))

        private class Halting(private let content: byte[], private let size: int) : io.Source {
            private let all = io.ByteSource(content)
            fn read(bytes: byte[], from: int, count: int): int = all.read(bytes, from, if count < size { count } else { size })
            fn close() { }
        }

        private fn pieces(data: byte[], size: int, format: Format): byte[] = io.Reader(Decompressor(Halting(data, size), format, 1L << 22), size).readAllBytes()

        private fn answer(read: fn(): byte[]): byte[] {
            let content = try {
                read()
            } catch e: FormatException {
                return [0]
            }
            let result = new byte[content.length + 1]
            result[0] = 1
            content.copy(0, result, 1, content.length)
            return result
        }
        """;

    private readonly FuzzGuest guest = new(Source);
    private int good;
    private int damaged;

    public string Summary => $"{good} streams read as .NET reads them, {damaged} refused";

    public void Dispose() => guest.Dispose();

    public string? Run(Random random, out string input)
    {
        bool isGzip = random.Next(2) == 0;
        byte[] packed = Pack(Content(random), isGzip, random);
        Damage(packed, random, first: isGzip && random.Next(4) > 0 ? 10 : 0);
        if (random.Next(4) == 0)
            packed = packed[..random.Next(packed.Length + 1)];
        input = Convert.ToHexString(packed);
        byte[] answer = guest.Call<byte[]>(isGzip ? "gunzip" : "inflate", packed);
        if (!answer.AsSpan().SequenceEqual(guest.Call<byte[]>(isGzip ? "gunzipPieces" : "inflatePieces", packed, random.Next(1, 300))))
            return "read piece by piece it is something else";
        if (answer[0] == 0)
        {
            damaged++;
            return null;
        }

        good++;
        byte[]? expected = Unpack(packed, isGzip);
        return expected is not null && answer.AsSpan(1).SequenceEqual(expected)
            ? null
            : $"{answer.Length - 1} bytes, where .NET finds {(expected is null ? "an error" : expected.Length + " others")}";
    }

    private static byte[] Content(Random random)
    {
        var text = new StringBuilder();
        int length = random.Next(4) == 0 ? random.Next(20_000) : random.Next(300);
        int letters = random.Next(1, 60);
        while (text.Length < length)
        {
            if (text.Length > 4 && random.Next(3) == 0)
                text.Append(text.ToString(random.Next(text.Length - 3), 3));
            else
                text.Append((char)(' ' + random.Next(letters)));
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] Pack(byte[] content, bool isGzip, Random random)
    {
        var result = new MemoryStream();
        CompressionLevel level = (CompressionLevel)random.Next(4);
        using (Stream stream = isGzip ? new GZipStream(result, level) : new DeflateStream(result, level))
            stream.Write(content);
        return result.ToArray();
    }

    private static void Damage(byte[] packed, Random random, int first)
    {
        for (int i = random.Next(4); i > 0 && packed.Length > first; i--)
            packed[random.Next(first, packed.Length)] ^= (byte)(1 << random.Next(8));
    }

    private static byte[]? Unpack(byte[] packed, bool isGzip)
    {
        try
        {
            using Stream stream = isGzip
                ? new GZipStream(new MemoryStream(packed), CompressionMode.Decompress)
                : new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress);
            var result = new MemoryStream();
            stream.CopyTo(result);
            return result.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
