using ByteVm.Bytecode;

namespace ByteVm.Tests.Bytecode;

/// <summary>Bytes that are no module: each is refused with its place, soon and without much memory.</summary>
public sealed class MalformedBytesTests
{
    private static readonly byte[] sample = ModuleWriter.Write(SampleModule.Build());

    [Fact]
    public void EveryTruncationIsRefusedOrLosesWholeSectionsOnly()
    {
        for (int length = 0; length < sample.Length; length++)
        {
            byte[] cut = sample[..length];
            if (Accepts(cut) is { } module)
                Assert.Equal(cut, ModuleWriter.Write(module));
        }
    }

    [Fact]
    public void EveryByteReplacedByAnEdgeNumberIsRefusedOrReadBackAsItStands()
    {
        foreach (byte[] number in EdgeNumbers())
        {
            for (int at = 8; at < sample.Length; at++)
            {
                byte[] changed = [.. sample[..at], .. number, .. sample[(at + 1)..]];
                long before = GC.GetAllocatedBytesForCurrentThread();
                Module? module = Accepts(changed);
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
                if (module is not null)
                    Assert.Equal(changed, ModuleWriter.Write(module));
            }
        }
    }

    // magic and version; then sections: id, length, content
    [Theory]
    [InlineData("", 0, "header")]
    [InlineData("00 62 76", 0, "takes 4 bytes, but 3 are left")]
    [InlineData("00 61 73 6d 01 00 00 00", 0, "begins with the bytes")]
    [InlineData("00 62 76 6d 03 00 00 00", 4, "format version 3")]
    [InlineData("00 62 76 6d 02 00 00 00", 8, "Identity is missing")]
    [InlineData("00 62 76 6d 02 00 00 00 02 02 01 00", 9, "first section must be Identity")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 01 02 00 00", 13, "stands twice or too late")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 10 00", 13, "unknown section 16")]
    [InlineData("00 62 76 6d 02 00 00 00 01 09 00 00", 10, "takes 9 bytes, but 2 are left")]
    [InlineData("00 62 76 6d 02 00 00 00 01 03 00 00 00", 12, "1 bytes are left over")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 02 01 00", 15, "holds nothing")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 02 05 ff ff ff ff 07", 19, "2147483647 strings; the limit is")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 02 05 ff ff ff ff 08", 19, "2^31 or more")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 02 03 ff ff 03", 17, "65535 strings, but 0 bytes are left")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 02 03 81 00 00", 16, "shortest encoding")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 02 03 01 01 ff", 17, "not UTF-8")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 02 05 01 03 ed a0 80", 19, "not UTF-8")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 03 02 01 09", 16, "unknown type form 9")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 04 03 01 00 05", 17, "unknown kind of type 5")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 04 04 01 00 00 80", 18, "unknown flags 0x80")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 0a 06 01 00 00 00 00 00", 20, "Code is missing")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 0b 01 00", 14, "code without functions")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 0a 06 01 00 00 00 00 00 0b 03 01 ff 7f", 25, "unknown opcode")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 0a 06 01 00 00 00 00 00 0b 08 01 00 00 ff ff ff ff 0f", 30, "more than 32 bits")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 0a 06 01 00 00 00 00 00 0b 05 01 00 00 80 00", 27, "shortest encoding")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 0a 06 01 00 00 00 00 00 0b 0d 01 01 00 80 80 80 80 80 80 80 80 80 02", 35, "more than 64 bits")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 0c 02 00 00", 16, "holds nothing")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 0d 01 00", 15, "holds nothing")]
    [InlineData("00 62 76 6d 02 00 00 00 01 02 00 00 00 01 00 0e 00", 16, "custom sections last")]
    public void TheErrorHasThePlaceAndTheProblem(string hex, int offset, string problem)
    {
        var thrown = Assert.Throws<ModuleFormatException>(() => ModuleReader.Read(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))));

        Assert.Contains(problem, thrown.Message, StringComparison.Ordinal);
        Assert.Equal(offset, thrown.Offset);
    }

    [Fact]
    public void AModuleThatIsTooLargeIsRefusedUnread() =>
        Assert.Throws<ModuleFormatException>(() => ModuleReader.Read(new byte[FormatLimits.MaxModuleBytes + 1]));

    [Fact]
    public void UnknownCustomSectionsAreKept()
    {
        byte[] bytes = [.. sample, 0, 6, 4, .. "note"u8, 0xff];

        Module module = ModuleReader.Read(bytes);

        Assert.Equal("note", module.CustomSections[^1].Name);
        Assert.Equal(bytes, ModuleWriter.Write(module));
    }

    [Fact]
    public void TheContentHashIsThatOfTheBytes()
    {
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(sample)), ContentHash.Of(SampleModule.Build()));
        Assert.Equal(ContentHash.Of(sample), ContentHash.Of(ModuleReader.Read(sample)));
    }

    [Fact]
    public void AModuleWithoutEncodingIsNotWritten()
    {
        Assert.Throws<ModuleFormatException>(() => ModuleWriter.Write(new Module { Name = "\ud800" }));
        Assert.Throws<ModuleFormatException>(() => ModuleWriter.Write(new Module { Name = "m", Exports = [new Export("f", -1)] }));
        Assert.Throws<ModuleFormatException>(() => ModuleWriter.Write(new Module { Name = "m", Types = [new TypeNode((TypeForm)9, 0, TypeRef.None, [])] }));
    }

    private static Module? Accepts(byte[] bytes)
    {
        try
        {
            Module module = ModuleReader.Read(bytes);
            Verifier.Check(module);
            return module;
        }
        catch (ModuleFormatException)
        {
            return null;
        }
    }

    private static IEnumerable<byte[]> EdgeNumbers()
    {
        foreach (int bits in (int[])[7, 8, 14, 16, 20, 21, 28, 31, 32, 35, 63])
        {
            yield return Encode((1UL << bits) - 1);
            yield return Encode(1UL << bits);
        }
    }

    private static byte[] Encode(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
