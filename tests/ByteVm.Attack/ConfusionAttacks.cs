using ByteVm.Host.Worker;
using ByteVm.Memory;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;
using LinkedProgram = ByteVm.Runtime.Linking.Program;

namespace ByteVm.Attack;

/// <summary>
/// C: a worker that claims to be at another trap of its own program than the one it is at, with operands that do not belong there. What the verifier
/// guaranteed of each instruction no longer holds; the host has to find out by itself.
/// </summary>
public sealed unsafe partial class ConfusionAttacks
{
    private const string Source =
        """
        class Pair(var a: long, var b: long)

        fn copies(n: int): int {
            let from = new int[64]; let to = new int[64]; let bytes = new byte[64]
            for i in 0..n { from.copy(0, to, 0, 64); bytes.fill(0, 64, 7 as byte); println("${i}") }
            return to[0]
        }

        fn pairs(n: int): long {
            var last = Pair(1L, 2L)
            for i in 0..n { last = Pair(last.b, i.toLong()); println("${i} ${last == Pair(0L, 0L)}") }
            return last.a
        }

        fn casts(n: int): int { var s = 0; for i in 0..n { println("x"); s = s + i / (i - n) + (new int[3])[i % 3] }; return s }

        fn run(n: int): int = copies(n) + pairs(n).toInt() + casts(n)
        """;

    private static readonly GuestProgram Program = Guests.Compile(Source.Replace("7 as byte", "7", StringComparison.Ordinal));

    /// <summary>An object of a class says in its second word what an array says in it: its length. A host that believed it would copy from anywhere.</summary>
    [Fact]
    public void C20_AnObjectIsNoArray() => Expect.Repeatedly(() =>
    {
        using GuestInstance instance = Start();
        LieAt(instance, LinkedOpcode.ArrayCopy, (target, frame, function) =>
        {
            uint pair = Forge(target, type => type.Kind == LinkedTypeKind.Class, second: int.MaxValue);
            long[] words = [pair, 0x1000_0000, pair, 0, 1];
            for (int i = 0; i < words.Length; i++)
                frame[function.OutgoingWord(i)] = words[i];
        });
        GuestFault fault = Guests.FaultOf(instance, "run", 30)!;
        Assert.Equal(FaultKind.WorkerDied, fault.Kind);
        Assert.Contains("not of kind Array", fault.Message);
        Expect.HostIsUnharmed();
    });

    /// <summary>Each trap site of the program, claimed as each kind of trap and fault.</summary>
    [Fact]
    public void C20_AnyTrapAtAnySiteEndsTheGuestAtMost() => ClaimAnyTrapAtAnySite(Program);

    private static void ClaimAnyTrapAtAnySite(GuestProgram program) => Expect.Repeatedly(() =>
    {
        int sites;
        using (GuestInstance probe = Start(program))
            sites = probe.Instance.Program.TrapSiteCount;
        (TrapKind Kind, ulong Argument)[] claims =
        [
            (TrapKind.Service, 0), (TrapKind.Interrupt, 0), (TrapKind.OutOfFuel, 0), (TrapKind.StackOverflow, 0),
            .. Enum.GetValues<FaultKind>().Where(kind => kind != FaultKind.None).Select(kind => (TrapKind.Fault, (ulong)kind)),
        ];
        for (int site = 0; site < sites; site++)
        {
            foreach ((TrapKind kind, ulong argument) in claims)
            {
                using GuestInstance instance = Start(program, options => options with { Limits = new() { TrapsPerSecond = 10_000 } });
                bool lied = false;
                Hook(instance, target =>
                {
                    if (lied)
                        return;
                    lied = true;
                    target.Context->Trap = kind;
                    target.Context->TrapSite = (uint)site;
                    target.Context->TrapArgument = argument;
                    // Frames at the very ends of the stack, where a slot that is none would lie outside.
                    target.Context->GuestRbp = site % 2 == 0 ? target.Context->GuestRbp : (ulong)target.Stack.Top - 512;
                });
                _ = Guests.FaultOf(instance, "run", 3);
            }
        }

        Expect.HostIsUnharmed();
    });

    /// <summary>A guest asks for each function's code once; one that asks for ever is told so.</summary>
    [Fact]
    public void C23_AFloodOfCompilationsEnds() => Expect.Repeatedly(() =>
    {
        using GuestInstance instance = Start();
        uint entry = instance.Instance.Program.Functions[0].EntryOffset;
        ulong rip = 0;
        Hook(instance, target =>
        {
            // The code of a trap, entered again and again.
            rip = target.Context->GuestRip;
            target.Context->Trap = TrapKind.Compile;
            target.Context->TrapArgument = entry;
        });
        GuestFault fault = Guests.FaultOf(instance, "run", 30)!;
        Assert.Equal(FaultKind.WorkerDied, fault.Kind);
    });

    /// <summary>Many references to one text, which the host copies once for each: a small heap would fill a large host.</summary>
    [Theory, MemberData(nameof(Guests.Levels), MemberType = typeof(Guests))]
    public void D29_AResultIsNotCopiedToMoreThanTheGuestMayHave(IsolationLevel level)
    {
        using GuestProgram program = Guests.Compile(
            """
            fn same(n: int, length: int): string[] {
                var text = "0123456789abcdef"
                while text.length < length { text = text + text }
                let all = new string[n]("")
                for i in 0..n { all[i] = text }
                return all
            }

            fn many(n: int): string[] { let all = new string[n](""); for i in 0..n { all[i] = "text ${i}" }; return all }
            """);
        using GuestInstance instance = program.Instantiate(Guests.Options(level) with { MemoryBytes = 16 << 20 });
        string[] texts = instance.Call<string[]>("same", 1_000_000, 1 << 20);
        Assert.Equal(1_000_000, texts.Length);
        Assert.Same(texts[0], texts[^1]);
        Assert.Equal("text 999", instance.Call<string[]>("many", 1000)[^1]);
    }

    private static uint Forge(Instance instance, Func<LinkedType, bool> wanted, uint second)
    {
        for (uint offset = instance.Heap.NurseryStart; offset < instance.Context->HeapTop; offset += ObjectLayout.Alignment)
        {
            uint* header = (uint*)(instance.Cage.Base + offset);
            if (header[0] == 0 || header[0] % 8 != 0 || header[0] >= instance.Program.Metadata.Used || !TypeOffsets(instance.Program, wanted).Contains(header[0]))
                continue;
            header[1] = second;
            return offset;
        }

        throw new InvalidOperationException("no such object is in the heap");
    }

    private static HashSet<uint> TypeOffsets(LinkedProgram program, Func<LinkedType, bool> wanted)
    {
        HashSet<uint> offsets = [];
        for (int i = 0; TryType(program, i) is { } type; i++)
        {
            if (wanted(type) && type.DescriptorOffset != 0)
                offsets.Add(type.DescriptorOffset);
        }

        return offsets;
    }

    private static LinkedType? TryType(LinkedProgram program, int index)
    {
        try
        {
            return program.TypeAt(index);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private delegate void Lie(Instance instance, long* frame, LinkedFunction function);

    /// <summary>At the first trap in a function that has such an instruction, when an object is in the heap.</summary>
    private static void LieAt(GuestInstance instance, LinkedOpcode opcode, Lie lie)
    {
        LinkedProgram program = instance.Instance.Program;
        int services = 0;
        Hook(instance, target =>
        {
            if (++services < 150)
                return;
            int site = Enumerable.Range(0, program.TrapSiteCount).First(i => OpcodeAt(program.TrapSite(i)) == opcode);
            LinkedFunction function = program.TrapSite(site).Function;
            long* frame = (long*)(target.Stack.Top - 4096);
            target.Context->TrapSite = (uint)site;
            target.Context->GuestRbp = (ulong)frame;
            lie(target, frame, function);
        });
    }

    private static LinkedOpcode OpcodeAt(CodeLocation location) => location.Function.InstructionAt(location.Word).Opcode;

    private static void Hook(GuestInstance instance, Action<Instance> tamper)
    {
        Instance target = instance.Instance;
        ((WorkerSession)target.ProcessorState!).BeforeReading = () =>
        {
            if (target.Context->Trap == TrapKind.Service)
                tamper(target);
        };
    }

    private static GuestInstance Start() => Start(Program);

    private static GuestInstance Start(GuestProgram program, Func<InstanceOptions, InstanceOptions>? change = null)
    {
        InstanceOptions options = Guests.Options(IsolationLevel.Process) with { MemoryBytes = 4 << 20 };
        GuestInstance instance = program.Instantiate(change is null ? options : change(options));
        instance.Call("run", 2);
        return instance;
    }
}
