using System.Diagnostics;
using System.Runtime.Versioning;
using ByteVm.Host;
using ByteVm.Memory;
using ByteVm.Memory.Layout;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Bench;

/// <summary>
/// What one run until the next trap costs, by kind of trap: from C# into the guest, and back into C#. Median and least of many
/// rounds, each shorter than a time slice so that on a busy machine some run undisturbed.
/// </summary>
internal static unsafe class WorldSwitchBenchmark
{
    private const int Rounds = 101;

    public static int Print()
    {
        if (!DirectExecution.IsSupported)
        {
            Console.Error.WriteLine(DirectExecution.UnsupportedReason);
            return 1;
        }

        using (DirectExecution.Instance.EnterThread())
        {
            Measure("run + light trap", 100_000, LightTrap);
            Measure("run + full trap", 100_000, FullTrap);
            Measure("run + null access in the guest", 2_000, c => c.mov(eax, __dword_ptr[r15]));
        }

        return 0;
    }

    [SupportedOSPlatform("linux")]
    private static void Measure(string name, int iterations, Action<Assembler> emit)
    {
        using Guest guest = new(emit);
        double[] nanoseconds = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            long started = Stopwatch.GetTimestamp();
            guest.Run(iterations);
            nanoseconds[round] = Stopwatch.GetElapsedTime(started).TotalNanoseconds / iterations;
        }

        Array.Sort(nanoseconds);
        Console.WriteLine($"{name}: {nanoseconds[Rounds / 2]:F1} ns (least {nanoseconds[0]:F1})");
    }

    private static void LightTrap(Assembler c)
    {
        Label loop = c.CreateLabel();
        c.Label(ref loop);
        c.mov(Field(nameof(InstanceContext.Trap)), (int)TrapKind.Service);
        c.mov(Field(nameof(InstanceContext.TrapSite)), 1);
        c.lea(rax, __[loop]);
        c.jmp(Address(nameof(InstanceContext.TrapStub)));
    }

    private static void FullTrap(Assembler c)
    {
        Label loop = c.CreateLabel();
        c.Label(ref loop);
        c.mov(Field(nameof(InstanceContext.Trap)), (int)TrapKind.Interrupt);
        c.mov(Field(nameof(InstanceContext.TrapSite)), 1);
        c.mov(__qword_ptr[r14 + InstanceContext.GeneralRegisterOffset(0)], rax);
        c.lea(rax, __[loop]);
        c.jmp(Address(nameof(InstanceContext.FullTrapStub)));
    }

    private static AssemblerMemoryOperand Field(string name) => __dword_ptr[r14 + InstanceContext.OffsetOf(name)];

    private static AssemblerMemoryOperand Address(string name) => __qword_ptr[r14 + InstanceContext.OffsetOf(name)];

    /// <summary>A guest that traps forever.</summary>
    [SupportedOSPlatform("linux")]
    private sealed class Guest : IDisposable
    {
        private readonly Cage cage = new(4096);
        private readonly GuestStack stack = new();
        private readonly ContextPage page = new();
        private readonly CodeRegion region = new(4096);
        private readonly IDisposable connection;

        public Guest(Action<Assembler> emit)
        {
            page.Context->CageBase = (ulong)cage.Base;
            page.Context->StackLimit = (ulong)stack.Limit;
            connection = DirectExecution.Instance.Connect(page.Context, stack);
            CodeBlock block = region.Allocate(256);
            Assembler c = new(64);
            emit(c);
            using MemoryStream code = new();
            c.Assemble(new StreamCodeWriter(code), block.Address);
            code.ToArray().CopyTo(block.Writable);
            DirectExecution.Instance.Switch.PrepareEntry(page.Context, (ulong)stack.Top, block.Address, []);
        }

        public void Run(int traps)
        {
            WorldSwitch worldSwitch = DirectExecution.Instance.Switch;
            InstanceContext* context = page.Context;
            for (int i = 0; i < traps; i++)
            {
                if (worldSwitch.Run(context) == TrapKind.Returned)
                    throw new InvalidOperationException("The guest should trap forever.");
            }
        }

        public void Dispose()
        {
            connection.Dispose();
            region.Dispose();
            page.Dispose();
            stack.Dispose();
            cage.Dispose();
        }
    }
}
