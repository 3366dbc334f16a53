using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ByteVm.Memory;
using CsCheck;

namespace ByteVm.Tests.Memory;

[SupportedOSPlatform("linux")]
public sealed unsafe class CodeSpaceTests
{
    public CodeSpaceTests() => Assert.SkipUnless(CodeSpace.IsSupported, "machine code is for Linux only");

    [Fact]
    public void CodeIsWrittenThroughOneMappingAndRunsThroughTheOther()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "x86-64 code");
        using CodeRegion region = new();
        CodeBlock block = region.Allocate(6);
        byte[] returnFortyTwo = [0xB8, 42, 0, 0, 0, 0xC3];
        returnFortyTwo.CopyTo(block.Writable);
        Assert.Equal(42, ((delegate* unmanaged<int>)block.Address)());
        Assert.True(CodeSpace.Contains(block.Address) && region.Contains(block.Address));
        Assert.False(CodeSpace.Contains(Address(block)));
    }

    [Fact]
    public void NoMappingIsEverWritableAndExecutable()
    {
        using CodeRegion region = new();
        CodeBlock block = region.Allocate(3_000_000);
        List<MemoryMap> maps = MemoryMap.All();
        Assert.Equal("r-xs", Assert.Single(maps, m => m.Contains(block.Address)).Access);
        Assert.Equal("rw-s", Assert.Single(maps, m => m.Contains(Address(block))).Access);
        // Only the space is asserted on: .NET's own code memory is its own affair.
        Assert.DoesNotContain(maps, m => m.Overlaps(CodeSpace.Start, CodeSpace.End) && m.Access.Contains('w'));
        Assert.DoesNotContain(maps, m => m.Path.Contains("bytevm") && m.Access.Contains('w') && m.Access.Contains('x'));
    }

    [Fact]
    public void WhatIsNotCodeIsInt3()
    {
        using CodeRegion region = new();
        CodeBlock first = region.Allocate(100);
        Assert.Equal(-1, first.Writable.IndexOfAnyExcept((byte)0xCC));
        first.Writable.Fill(0x90);
        region.Free(first);
        Assert.Equal(-1, new ReadOnlySpan<byte>((void*)first.Address, 64 * 1024).IndexOfAnyExcept((byte)0xCC));
    }

    [Fact]
    public void DisposedCodeIsNoLongerMapped()
    {
        CodeRegion region = new();
        ulong address = region.Allocate(16).Address;
        region.Dispose();
        Assert.Equal("---p", Assert.Single(MemoryMap.All(), m => m.Contains(address)).Access);
        Assert.Throws<ObjectDisposedException>(() => region.Allocate(16));
    }

    [Fact]
    public void TheLimitIsMetExactlyAndNamed()
    {
        const int limit = 256 * 1024;
        using CodeRegion region = new(limit);
        for (int i = 0; i < limit / 4096; i++)
            region.Allocate(4096);
        OutOfNativeMemoryException e = Assert.Throws<OutOfNativeMemoryException>(() => region.Allocate(1));
        Assert.Contains("262,144", e.Message);
        Assert.Equal(limit, region.UsedBytes);
    }

    [Fact]
    public void ManyProgramsHaveTheirOwnRegions()
    {
        List<CodeRegion> regions = Enumerable.Range(0, 200).Select(_ => new CodeRegion()).ToList();
        Assert.Equal(200, regions.Select(r => r.Allocate(16).Address).Distinct().Count());
        regions.ForEach(r => r.Dispose());
    }

    [Fact]
    public void BlocksNeverOverlapAndFreedRoomIsUsedAgain()
    {
        Gen.Select(Gen.Int[1, 5000], Gen.Int[4, 8], Gen.Bool).Array[1, 200].Sample(steps =>
        {
            using CodeRegion region = new(1 << 20);
            List<(CodeBlock Block, byte Mark)> live = [];
            byte mark = 0;
            foreach ((int bytes, int alignmentBits, bool release) in steps)
            {
                if (release && live.Count > 0)
                {
                    region.Free(live[bytes % live.Count].Block);
                    live.RemoveAt(bytes % live.Count);
                    continue;
                }
                CodeBlock block = region.Allocate(bytes, 1 << alignmentBits);
                Assert.Equal(0ul, block.Address % (1ul << alignmentBits));
                Assert.Equal(-1, block.Writable.IndexOfAnyExcept((byte)0xCC));
                block.Writable.Fill(++mark);
                live.Add((block, mark));
            }
            foreach ((CodeBlock block, byte expected) in live)
                Assert.Equal(-1, block.Writable.IndexOfAnyExcept(expected));
            live.ForEach(l => region.Free(l.Block));
            Assert.Equal(0, region.UsedBytes);
        }, iter: 50, threads: 1);
    }

    private static ulong Address(CodeBlock block)
    {
        fixed (byte* start = block.Writable)
            return (ulong)start;
    }
}
