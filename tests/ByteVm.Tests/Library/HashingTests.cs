using System.Security.Cryptography;
using System.Text;

namespace ByteVm.Tests.Library;

/// <summary>std.hashing against the test vectors of the standards and against .NET.</summary>
public sealed class HashingTests
{
    private static readonly LibraryGuest Guest = new(
        """
        import std.hashing

        fn sha256(data: byte[]): byte[] = hashing.sha256(data)

        fn sha256InPieces(data: byte[], size: int): byte[] {
            let digest = hashing.Sha256()
            for from in 0..data.length by size {
                digest.updateRange(data, from, if from + size < data.length { from + size } else { data.length })
            }
            return digest.digest()
        }

        fn crc32(data: byte[]): int = hashing.crc32(data)
        fn crc32InTwo(data: byte[], cut: int): int = hashing.Crc32().updateRange(data, 0, cut).updateRange(data, cut, data.length).value()
        fn adler32(data: byte[]): int = hashing.adler32(data)
        fn adler32InTwo(data: byte[], cut: int): int = hashing.Adler32().updateRange(data, 0, cut).updateRange(data, cut, data.length).value()
        fn xxHash64(data: byte[], seed: long): long = hashing.xxHash64(data, seed)
        fn hex(data: byte[]): string = hashing.toHex(data)
        """);

    [Fact]
    public void Sha256IsThatOfTheSystem()
    {
        var random = new Random(1);
        for (int length = 0; length < 300; length++)
        {
            var data = new byte[length];
            random.NextBytes(data);
            byte[] expected = SHA256.HashData(data);
            Assert.Equal(expected, Guest.Call<byte[]>("sha256", data));
            Assert.Equal(expected, Guest.Call<byte[]>("sha256InPieces", data, 1 + (length % 131)));
        }
    }

    [Fact]
    public void Sha256OfAMillionLetters() =>
        Assert.Equal(
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
            Guest.Call<string>("hex", Guest.Call<byte[]>("sha256", Enumerable.Repeat((byte)'a', 1_000_000).ToArray())));

    [Theory]
    [InlineData("", 0)]
    [InlineData("123456789", unchecked((int)0xCBF43926))]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339)]
    public void Crc32(string text, int expected) => Assert.Equal(expected, Guest.Call<int>("crc32", Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("", 1)]
    [InlineData("Wikipedia", 0x11E60398)]
    public void Adler32(string text, int expected) => Assert.Equal(expected, Guest.Call<int>("adler32", Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void SumsDoNotDependOnPieces()
    {
        byte[] data = Enumerable.Repeat((byte)255, 20_000).ToArray();
        foreach (int cut in new[] { 0, 1, 7, 8, 9, 3800, 12_345, 20_000 })
        {
            Assert.Equal(Guest.Call<int>("crc32", data), Guest.Call<int>("crc32InTwo", data, cut));
            Assert.Equal(Guest.Call<int>("adler32", data), Guest.Call<int>("adler32InTwo", data, cut));
        }
    }

    /// <summary>The vectors of the reference implementation, over its generated data.</summary>
    [Theory]
    [InlineData(0, 0L, 0xEF46DB3751D8E999UL)]
    [InlineData(0, 2654435761L, 0xAC75FDA2929B17EFUL)]
    [InlineData(1, 0L, 0xE934A84ADB052768UL)]
    [InlineData(1, 2654435761L, 0x5014607643A9B4C3UL)]
    [InlineData(4, 0L, 0x9136A0DCA57457EEUL)]
    [InlineData(14, 0L, 0x8282DCC4994E35C8UL)]
    [InlineData(14, 2654435761L, 0xC3BD6BF63DEB6DF0UL)]
    [InlineData(222, 0L, 0xB641AE8CB691C174UL)]
    [InlineData(222, 2654435761L, 0x20CB8AB7AE10C14AUL)]
    public void XxHash64(int length, long seed, ulong expected)
    {
        var data = new byte[length];
        ulong state = 2654435761;
        for (int i = 0; i < length; i++)
        {
            data[i] = (byte)(state >> 56);
            state *= 11400714785074694797;
        }

        Assert.Equal(expected, (ulong)Guest.Call<long>("xxHash64", data, seed));
    }

    [Fact]
    public void BytesAsHexadecimalText() => Assert.Equal("00ff1a", Guest.Call<string>("hex", new byte[] { 0, 255, 0x1A }));
}
