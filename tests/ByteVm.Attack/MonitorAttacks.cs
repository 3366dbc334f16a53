using ByteVm.Memory;
using System.Diagnostics;
using ByteVm.Host.Worker;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;

namespace ByteVm.Attack;

/// <summary>C: what a hostile worker leaves for the host to read. Each ends the guest at most, and soon.</summary>
public sealed unsafe class MonitorAttacks
{
    private const string Source =
        """
        class Node(let name: string, let next: Node?)

        fn chain(n: int): int {
            var list = Node("end", null)
            for i in 0..n { list = Node("node ${i}", list) }
            var at: Node? = list
            while at != null {
                println(at.name)
                at = at.next
            }
            return list.name.length
        }

        fn outer(n: int): int = chain(n) + 1
        """;

    private static readonly GuestProgram Program = Guests.Compile(Source);

    private delegate void Tampering(Instance instance);

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(0x7FFF_FFFFu)]
    public void C20_ForgedTrapSitesAreRefused(uint site) => EndsTheGuest(instance => instance.Context->TrapSite = site);

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(0x7FFF_FFFF_F000UL)]
    [InlineData(ulong.MaxValue)]
    public void C20_ForgedFramesAreRefused(ulong frame) => EndsTheGuest(instance => instance.Context->GuestRbp = frame);

    [Fact]
    public void C20_FramesThatEndBeyondTheStackAreRefused() => EndsTheGuest(instance => instance.Context->GuestRbp = (ulong)instance.Stack.Top - 8);

    [Fact]
    public void C20_AFrameChainThatGoesRoundEnds() => EndsTheGuest(
        instance => *(ulong*)instance.Context->GuestRbp = instance.Context->GuestRbp,
        options => options with { GcStress = GcStress.Safepoints });

    [Theory]
    [InlineData(100u)]
    [InlineData(uint.MaxValue)]
    public void C20_UnknownTrapsAreRefused(uint kind) => EndsTheGuest(instance => instance.Context->Trap = (TrapKind)kind);

    [Theory]
    [InlineData(0xFFFF_FFFFu)]
    [InlineData(0x7FFF_FFFFu)]
    [InlineData(0x8000_0000u)]
    [InlineData(0x7FFF_FFF0u)]
    public void C21_LengthsThatWrapAreRefused(uint length) => EndsTheGuest(instance => ForEachString(instance, text => text[1] = length));

    /// <summary>Bytes are passed on as they are; what makes text of them must not throw.</summary>
    [Fact]
    public void C22_TextThatIsNotUtf8HarmsNobody() => Expect.Repeatedly(() =>
    {
        using var output = new StringWriter();
        using GuestInstance instance = Start(options => options with { Console = GuestConsole.To(output) });
        Hook(instance, i => ForEachString(i, text =>
        {
            byte* bytes = (byte*)text + ObjectLayout.StringBytesOffset;
            bytes[0] = 0xED; // a surrogate's first byte, without the rest
            bytes[1] = 0x00;
            bytes[2] = 0xC0;
        }));
        _ = Guests.FaultOf(instance, "outer", 20);
        AnotherWorks();
    });

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(0xFFFF_FFF8u)]
    [InlineData(72u)]
    public void C25_CorruptHeadersEndTheGuestAndTheCollector(uint type) => EndsTheGuest(
        instance => ForEachString(instance, text => text[0] = type),
        options => options with { GcStress = GcStress.Safepoints });

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(uint.MaxValue)]
    public void C25_AHeapTopThatLiesIsNotBelieved(uint top) => EndsTheGuest(instance => instance.Context->HeapTop = top);

    /// <summary>Memory that the collector finds in a ring ends like any other: each object is moved once.</summary>
    [Fact]
    public void C25_CyclesAreNoTrap() => Expect.Repeatedly(() =>
    {
        using GuestInstance instance = Start(options => options with { GcStress = GcStress.Safepoints });
        Hook(instance, i =>
        {
            foreach ((uint start, uint end) in Occupied(i))
            {
                uint* words = (uint*)(i.Cage.Base + start);
                for (uint k = 2; k < (end - start) / 4; k++)
                {
                    if (words[k] >= start && words[k] < end && words[k] % 8 == 0)
                        words[k] = start;
                }
            }
        });
        long started = Stopwatch.GetTimestamp();
        _ = Guests.FaultOf(instance, "outer", 20);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
        AnotherWorks();
    });

    [Fact]
    public void C24_AWorkerKilledDuringACollectionIsReportedAfterIt() => Expect.Repeatedly(() =>
    {
        using GuestInstance instance = Start(options => options with { GcStress = GcStress.Safepoints });
        Hook(instance, i => ((WorkerSession)i.ProcessorState!).Kill());
        Assert.Equal(FaultKind.WorkerDied, Guests.FaultOf(instance, "outer", 20)!.Kind);
        AnotherWorks();
    });

    /// <summary>An address of this process would tell a hostile guest where to aim, should it ever find another hole.</summary>
    [Fact]
    public void B14_NoSharedMemoryHoldsAnAddressOfTheHost() => Expect.Repeatedly(() =>
    {
        using GuestInstance instance = Start(options => options);
        instance.Call<int>("outer", 50);
        List<SharedRange> shared = [.. instance.Instance.Memory.Shared, instance.Instance.Program.Metadata.Shared];
        (ulong Start, ulong End)[] own = [.. HostRanges().Where(r => !shared.Any(s => r.Start < s.Address + (ulong)s.Bytes && s.Address < r.End))];
        Assert.True(own.Length > 20);
        foreach (SharedRange range in shared)
        {
            long bytes = Math.Min(range.Bytes, Native.Length(range.Descriptor));
            foreach (ulong word in new ReadOnlySpan<ulong>((void*)range.Address, (int)(bytes / sizeof(ulong))))
                Assert.False(word > uint.MaxValue && own.Any(r => word >= r.Start && word < r.End), $"0x{word:x} in the range at 0x{range.Address:x} is an address of the host");
        }
    });

    /// <summary>What is mapped here, but for machine code of guests, which workers have at the same addresses.</summary>
    private static IEnumerable<(ulong Start, ulong End)> HostRanges() =>
        from line in File.ReadLines("/proc/self/maps")
        where !line.Contains("bytevm-code", StringComparison.Ordinal) && !line.Contains(" ---p ", StringComparison.Ordinal)
        let ends = line[..line.IndexOf(' ')].Split('-')
        select (ulong.Parse(ends[0], System.Globalization.NumberStyles.HexNumber), ulong.Parse(ends[1], System.Globalization.NumberStyles.HexNumber));

    private static void EndsTheGuest(Tampering tamper, Func<InstanceOptions, InstanceOptions>? change = null) => Expect.Repeatedly(() =>
    {
        using GuestInstance instance = Start(change ?? (options => options));
        Hook(instance, tamper);
        long started = Stopwatch.GetTimestamp();
        GuestFault? fault = Guests.FaultOf(instance, "outer", 20);
        Assert.NotNull(fault);
        Assert.Equal(FaultKind.WorkerDied, fault.Kind);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
        AnotherWorks();
    });

    private static GuestInstance Start(Func<InstanceOptions, InstanceOptions> change)
    {
        GuestInstance instance = Program.Instantiate(change(Guests.Options(IsolationLevel.Process) with { MemoryBytes = 4 << 20 }));
        Assert.Equal(6, instance.Call<int>("chain", 10));
        return instance;
    }

    /// <summary>Tampers at the twelfth service of the next call, when a part of the chain is alive.</summary>
    private static void Hook(GuestInstance instance, Tampering tamper)
    {
        int services = 0;
        Instance target = instance.Instance;
        ((WorkerSession)target.ProcessorState!).BeforeReading = () =>
        {
            if (target.Context->Trap == TrapKind.Service && ++services == 12)
                tamper(target);
        };
    }

    private static void ForEachString(Instance instance, StringAction change)
    {
        uint type = instance.Program.String.DescriptorOffset;
        foreach ((uint start, uint end) in Occupied(instance))
        {
            for (uint offset = start; offset < end; offset += ObjectLayout.Alignment)
            {
                uint* header = (uint*)(instance.Cage.Base + offset);
                if (header[0] == type)
                    change(header);
            }
        }
    }

    /// <summary>Where young and old objects lie.</summary>
    private static (uint Start, uint End)[] Occupied(Instance instance) =>
        [(instance.Heap.NurseryStart, instance.Context->HeapTop), (instance.Heap.Old.Bottom, instance.Heap.Old.Top)];

    private delegate void StringAction(uint* header);

    private static void AnotherWorks()
    {
        using GuestInstance other = Start(options => options);
        Assert.Equal(6, other.Call<int>("chain", 10));
    }
}
