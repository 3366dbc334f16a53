using System.IO.Compression;
using System.Text;

namespace ByteVm.Tests.Library;

/// <summary>std.compression reads what .NET (zlib) writes, and the other way round; damaged data are told from good ones.</summary>
public sealed class CompressionTests
{
    private static readonly LibraryGuest Guest = new(
        """
        import std.compression
        import std.compression.{Level}

        private fn level(number: int): Level = if number == 1 { Level.fast } else if number == 2 { Level.standard } else { Level.best }

        fn deflate(data: byte[], effort: int): byte[] = compression.deflate(data, level(effort))
        fn inflate(data: byte[]): byte[] = compression.inflate(data)
        fn gzip(data: byte[], effort: int): byte[] = compression.gzip(data, level(effort), "data.txt")
        fn gunzip(data: byte[]): byte[] = compression.gunzip(data)
        fn zlib(data: byte[], effort: int): byte[] = compression.zlib(data, level(effort))
        fn unzlib(data: byte[]): byte[] = compression.unzlib(data)
        fn limited(data: byte[], limit: int): byte[] = compression.inflate(data, limit)
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
