using System.IO.Compression;
using System.Text;
using ByteVm.Tests.Embedding;

namespace ByteVm.Tests.Library;

/// <summary>std.compression reads what .NET (zlib) writes, and the other way round; damaged data are told from good ones.</summary>
public sealed class CompressionTests
{
    private static readonly LibraryGuest Guest = new(
        """
        import std.compression
        import std.compression.{Compressor, Decompressor, Format, Level}
        import std.compression.containers.GzipHeader
        import std.io

        private fn level(number: int): Level = if number == 1 { Level.fast } else if number == 2 { Level.standard } else { Level.best }

        fn deflate(data: byte[], effort: int): byte[] = compression.deflate(data, level(effort))
        fn inflate(data: byte[]): byte[] = compression.inflate(data)
        fn gzip(data: byte[], effort: int): byte[] = compression.gzip(data, level(effort), "data.txt")
        fn gunzip(data: byte[]): byte[] = compression.gunzip(data)
        fn zlib(data: byte[], effort: int): byte[] = compression.zlib(data, level(effort))
        fn unzlib(data: byte[]): byte[] = compression.unzlib(data)
        fn limited(data: byte[], limit: int): byte[] = compression.inflate(data, limit)

        private fn format(name: string): Format = match name { "deflate" => Format.Deflate, "gzip" => Format.Gzip, _ => Format.Zlib }

        fn write(data: byte[], kind: string, effort: int, piece: int, flushes: bool): byte[] {
            let sink = io.ByteSink()
            let compressor = Compressor(sink, format(kind), level(effort))
            for from in 0..data.length by piece {
                compressor.write(data, from, if piece < data.length - from { piece } else { data.length - from })
                if flushes {
                    compressor.flush()
                }
            }
            compressor.close()
            return sink.bytes()
        }

        fn read(data: byte[], kind: string, piece: int): byte[] = io.Reader(Decompressor(io.ByteSource(data), format(kind)), piece).readAllBytes()

        fn header(data: byte[]): string {
            let decompressor = Decompressor(io.ByteSource(data))
            decompressor.read(new byte[1], 0, 1)
            let header = decompressor.header()!!
            return "${header.name ?? "-"} ${header.comment ?? "-"} ${header.modified}"
        }
        """);

    public static TheoryData<string> Kinds => [.. Samples.Keys];

    private static Dictionary<string, byte[]> Samples { get; } = MakeSamples();

    [Theory, MemberData(nameof(Kinds))]
    public void DotNetReadsWhatIsWritten(string kind)
    {
        byte[] data = Samples[kind];
        for (int level = 1; level <= 3; level++)
        {
            Assert.Equal(data, ReadAll(new DeflateStream(new MemoryStream(Guest.Call<byte[]>("deflate", data, level)), CompressionMode.Decompress)));
            Assert.Equal(data, ReadAll(new GZipStream(new MemoryStream(Guest.Call<byte[]>("gzip", data, level)), CompressionMode.Decompress)));
            Assert.Equal(data, ReadAll(new ZLibStream(new MemoryStream(Guest.Call<byte[]>("zlib", data, level)), CompressionMode.Decompress)));
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void WhatDotNetWritesIsRead(string kind)
    {
        byte[] data = Samples[kind];
        foreach (CompressionLevel level in Enum.GetValues<CompressionLevel>())
        {
            Check("inflate", data, s => new DeflateStream(s, level));
            Check("gunzip", data, s => new GZipStream(s, level));
            Check("unzlib", data, s => new ZLibStream(s, level));
        }
    }

    private void Check(string function, byte[] data, Func<Stream, Stream> wrap)
    {
        byte[] packed = Write(data, wrap);
        if (packed.Length > 0) // of no bytes .NET makes no stream
            Assert.Equal(data, Guest.Call<byte[]>(function, packed));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void StreamsAreThoseOfDotNet(string kind)
    {
        byte[] data = Samples[kind];
        foreach ((int piece, bool flushes) in new[] { (1_000_000, false), (30_011, true) })
        {
            Assert.Equal(data, ReadAll(new DeflateStream(new MemoryStream(Written(data, "deflate", piece, flushes)), CompressionMode.Decompress)));
            Assert.Equal(data, ReadAll(new GZipStream(new MemoryStream(Written(data, "gzip", piece, flushes)), CompressionMode.Decompress)));
            Assert.Equal(data, ReadAll(new ZLibStream(new MemoryStream(Written(data, "zlib", piece, flushes)), CompressionMode.Decompress)));
            if (data.Length == 0)
                continue;
            Assert.Equal(data, Guest.Call<byte[]>("read", Write(data, s => new DeflateStream(s, CompressionLevel.Fastest)), "deflate", piece));
            Assert.Equal(data, Guest.Call<byte[]>("read", Write(data, s => new GZipStream(s, CompressionLevel.Optimal)), "gzip", piece));
            Assert.Equal(data, Guest.Call<byte[]>("read", Write(data, s => new ZLibStream(s, CompressionLevel.NoCompression)), "zlib", piece));
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void StreamsAreAsShortAsWhatIsCompressedAtOnce(string kind)
    {
        byte[] data = Samples[kind];
        for (int level = 1; level <= 2; level++)
        {
            int whole = Guest.Call<byte[]>("deflate", data, level).Length;
            Assert.InRange(Guest.Call<byte[]>("write", data, "deflate", level, 5000, false).Length, whole, whole + 2 + (whole / 200));
        }
    }

    [Fact]
    public void TheHeaderOfAStreamIsThere()
    {
        byte[] plain = Write("content"u8.ToArray(), s => new GZipStream(s, CompressionLevel.Optimal));
        byte[] header = [.. plain[..3], 4 + 8 + 16, 1, 2, 0, 0, .. plain[8..10], 3, 0, 1, 2, 3, .. "name\0comment\0"u8];
        Assert.Equal("name comment 513", Guest.Call<string>("header", (byte[])[.. header, .. plain[10..]]));
        Assert.Equal("- - 0", Guest.Call<string>("header", plain));
    }

    [Fact]
    public void StreamsNeedLittleMemory()
    {
        const string source =
            """
            import std.compression.{Compressor, Decompressor, Level}
            import std.hashing.Crc32
            import std.io
            import std.text

            private class Pipe : io.Sink, io.Source {
                private var waiting: byte[] = []
                private var at = 0
                fn write(bytes: byte[], from: int, count: int) {
                    let all = new byte[waiting.length - at + count]
                    waiting.copy(at, all, 0, waiting.length - at)
                    bytes.copy(from, all, waiting.length - at, count)
                    waiting = all
                    at = 0
                }
                fn read(bytes: byte[], from: int, count: int): int {
                    let some = if count < waiting.length - at { count } else { waiting.length - at }
                    waiting.copy(at, bytes, from, some)
                    at += some
                    return some
                }
                fn close() { }
            }

            fn through(pieces: int): bool {
                let pipe = Pipe()
                let compressor = Compressor(pipe, level: Level.fast)
                let written = Crc32()
                let piece = new byte[100_000]
                for i in 0..pieces {
                    let line = text.toBytes("line ${i * 7919 % 1013} ")
                    for at in 0..piece.length {
                        piece[at] = line[at % line.length]
                    }
                    written.update(piece)
                    compressor.write(piece, 0, piece.length)
                }
                compressor.finish()
                let read = Crc32()
                let decompressor = Decompressor(pipe)
                var count = decompressor.read(piece, 0, piece.length)
                while count > 0 {
                    read.updateRange(piece, 0, count)
                    count = decompressor.read(piece, 0, piece.length)
                }
                return read.value() == written.value()
            }
            """;
        using GuestProgram program = Guests.Tarn(source, EngineKind.Auto);
        using GuestInstance instance = program.Instantiate(InstanceOptions.Default with { MemoryBytes = 8 << 20 });
        Assert.True(instance.Call<bool>("through", 200));
    }

    [Fact]
    public void MembersFollowEachOther()
    {
        byte[] first = Guest.Call<byte[]>("gzip", "one "u8.ToArray(), 1);
        byte[] second = Write("two"u8.ToArray(), s => new GZipStream(s, CompressionLevel.Optimal));
        Assert.Equal("one two"u8.ToArray(), Guest.Call<byte[]>("gunzip", (byte[])[.. first, .. second]));
    }

    [Fact]
    public void HeaderFieldsAreSkipped()
    {
        byte[] plain = Write("content"u8.ToArray(), s => new GZipStream(s, CompressionLevel.Optimal));
        byte[] header = [.. plain[..3], 4 + 8 + 16, .. plain[4..10], 3, 0, 1, 2, 3, .. "name\0comment\0"u8];
        Assert.Equal("content"u8.ToArray(), Guest.Call<byte[]>("gunzip", (byte[])[.. header, .. plain[10..]]));
    }

    [Theory]
    [InlineData("deflate", "inflate")]
    [InlineData("gzip", "gunzip")]
    [InlineData("zlib", "unzlib")]
    public void CutOffAnywhereIsAnError(string write, string read)
    {
        foreach (byte[] data in new[] { [], "a"u8.ToArray(), Encoding.UTF8.GetBytes(Text(400)), Samples["random"][..100] })
        {
            byte[] packed = Guest.Call<byte[]>(write, data, 2);
            for (int length = 0; length < packed.Length; length++)
                Assert.Matches("ends? too early at byte|no (gzip|zlib) data at byte 0", Failure(read, packed[..length]));
        }
    }

    [Fact]
    public void DamageIsFound()
    {
        byte[] data = Encoding.UTF8.GetBytes(Text(1000));
        byte[] packed = Guest.Call<byte[]>("gzip", data, 2);
        for (int at = 19; at < packed.Length; at++)
        {
            var damaged = (byte[])packed.Clone();
            damaged[at] ^= 0x10;
            string? failure = TryFailure(damaged, out byte[] content);
            if (failure is null)
                Assert.Equal(data, content); // padding
            else
                Assert.Matches(@"at byte \d+$", failure);
        }
    }

    [Theory]
    [InlineData("07", "a block of the unknown type 3 at byte 0")]
    [InlineData("010100ffff", "a stored block whose length does not match its complement at byte 1")]
    [InlineData("030200", "a match 1 bytes back, where only 0 are at byte")]
    [InlineData("fc00", "a block with 288 literal and 1 distance codes: too many at byte")]
    [InlineData("0300aa", "the stream has ended, but more data follow at byte 2")]
    public void WhatIsWrongIsSaid(string stream, string expected) => Assert.Contains(expected, Failure("inflate", Convert.FromHexString(stream)));

    [Fact]
    public void NoMoreThanTheLimitComesOut()
    {
        byte[] packed = Guest.Call<byte[]>("deflate", new byte[100_000], 2);
        Assert.Equal(100_000, Guest.Call<byte[]>("limited", packed, 100_000).Length);
        Assert.Contains("more than 99999 bytes", Failure("limited", packed, 99_999));
    }

    private static byte[] Written(byte[] data, string kind, int piece, bool flushes) => Guest.Call<byte[]>("write", data, kind, 2, piece, flushes);

    private string? TryFailure(byte[] data, out byte[] content)
    {
        content = [];
        try
        {
            content = Guest.Call<byte[]>("gunzip", data);
            return null;
        }
        catch (GuestFaultException e)
        {
            return e.Fault.Message;
        }
    }

    private string Failure(string function, params GuestValue[] arguments) =>
        Assert.Throws<GuestFaultException>(() => Guest.Call<byte[]>(function, arguments)).Fault.Message;

    private string Failure(string function, byte[] data) => Failure(function, (GuestValue)data);

    private static byte[] Write(byte[] data, Func<Stream, Stream> wrap)
    {
        var result = new MemoryStream();
        using (Stream stream = wrap(result))
            stream.Write(data);
        return result.ToArray();
    }

    private static byte[] ReadAll(Stream stream)
    {
        using (stream)
        {
            var result = new MemoryStream();
            stream.CopyTo(result);
            return result.ToArray();
        }
    }

    private static string Text(int length)
    {
        var random = new Random(7);
        var text = new StringBuilder();
        while (text.Length < length)
            text.Append("the quick brown fox jumps over a lazy dog".Split(' ')[random.Next(9)]).Append(random.Next(20) == 0 ? ".\n" : " ");
        return text.ToString(0, length);
    }

    private static Dictionary<string, byte[]> MakeSamples()
    {
        var random = new Random(3);
        var noise = new byte[200_000];
        random.NextBytes(noise);
        return new Dictionary<string, byte[]>
        {
            ["empty"] = [],
            ["one byte"] = [65],
            ["three bytes"] = [65, 65, 65],
            ["zeros"] = new byte[300_000],
            ["random"] = noise,
            ["text"] = Encoding.UTF8.GetBytes(Text(250_000)),
            ["few values"] = [.. noise.Select(b => (byte)(b & 3))],
            ["skewed"] = [.. noise.Select(b => (byte)System.Numerics.BitOperations.TrailingZeroCount(b | 256))],
            ["far repetition"] = [.. noise[..32768], .. noise[..32768], .. noise[..40000]],
            ["mixed"] = [.. Encoding.UTF8.GetBytes(Text(70_000)), .. noise[..70_000], .. new byte[70_000]],
        };
    }
}
