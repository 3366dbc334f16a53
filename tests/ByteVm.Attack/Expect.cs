using ByteVm.Host.Worker;
using Iced.Intel;

namespace ByteVm.Attack;

/// <summary>The verdicts that an attack may have. Each asks that the host goes on: a fresh worker still answers.</summary>
internal static unsafe class Expect
{
    public const string RepetitionsVariable = "BYTEVM_ATTACK_REPETITIONS";

    /// <summary>How often each attack is repeated: environment variable BYTEVM_ATTACK_REPETITIONS, once by default.</summary>
    private static readonly int Repetitions = int.TryParse(Environment.GetEnvironmentVariable(RepetitionsVariable), out int count) ? count : 1;

    public static void Repeatedly(Action attack)
    {
        for (int i = 0; i < Repetitions; i++)
            attack();
    }

    /// <summary>The kernel kills the worker at its first system call that is not the trap.</summary>
    public static void Killed(Action<Assembler> code, Action<RawWorker>? prepare = null) => Repeatedly(() =>
    {
        using var worker = new RawWorker();
        prepare?.Invoke(worker);
        worker.Load(code);
        Assert.False(worker.Run(), $"the worker lives: trap {worker.Trap} argument 0x{worker.Argument:x}, signal {worker.Context->FaultSignal} at 0x{worker.Context->FaultRip - worker.CodeStart:x} address 0x{worker.Context->FaultAddress:x}");
        WorkerDeath death = worker.Process.Reap();
        Assert.True(death.ByForbiddenSystemCall, $"not killed for a system call, but {death}");
    });

    /// <summary>The processor stops it; the fault reaches the host as a trap with this signal.</summary>
    public static void Faults(int signal, Action<Assembler> code, Action<RawWorker>? prepare = null) => Repeatedly(() =>
    {
        using var worker = new RawWorker();
        prepare?.Invoke(worker);
        worker.Load(code);
        Assert.True(worker.Run(), "the worker died instead of reporting its fault");
        worker.AssertFault(signal);
    });

    /// <summary>It gets nowhere: it dies, traps like any guest, or goes round in circles until its time is up.</summary>
    public static void Powerless(Action<Assembler> code, Action<RawWorker>? prepare = null) => Repeatedly(() =>
    {
        using (var worker = new RawWorker())
        {
            prepare?.Invoke(worker);
            worker.Load(code);
            worker.Run(limitMilliseconds: 100);
        }

        HostIsUnharmed();
    });

    public static void HostIsUnharmed()
    {
        using var worker = new RawWorker();
        worker.Load(c =>
        {
            c.mov(AssemblerRegisters.eax, 42);
            c.Trap();
        });
        Assert.True(worker.Run());
        Assert.Equal(42UL, worker.Argument);
    }
}
