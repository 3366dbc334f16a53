using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ByteVm.Cli;

/// <summary>One run of a program from the command line: its instance, Ctrl-C, its exit code, its statistics.</summary>
internal sealed class RunSession(GuestProgram program, InstanceOptions options, TextWriter error)
{
    private TimeSpan instantiation;
    private TimeSpan running;
    private InstanceStatistics? statistics;
    private volatile bool interrupted;

    public int Run()
    {
        try
        {
            long started = Stopwatch.GetTimestamp();
            using GuestInstance instance = program.Instantiate(options);
            instantiation = Stopwatch.GetElapsedTime(started);
            using PosixSignalRegistration interrupts = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => OnInterrupt(instance, signal));
            return RunMain(instance);
        }
        catch (InstantiationException e)
        {
            throw new CommandException(ExitCode.NotAllowed, e.Message);
        }
        catch (LinkException e)
        {
            throw new CommandException(ExitCode.BadInput, e.Message);
        }
        catch (PlatformNotSupportedException e)
        {
            throw new CommandException(ExitCode.Unavailable, e.Message);
        }
        catch (GuestFaultException e)
        {
            // As in "bytevm run list.tarn | head": whoever read has seen enough, and nothing is wrong.
            return e.Fault.IsReaderGone ? ExitCode.ReaderGone : Report(e.Fault);
        }
    }

    public void PrintStatistics(TimeSpan loading)
    {
        error.WriteLine($"engine         {program.EngineName}");
        error.WriteLine($"load           {Milliseconds(loading)} read or compiled");
        error.WriteLine($"instantiate    {Milliseconds(instantiation)}");
        error.WriteLine($"run            {Milliseconds(running)}");
        if (statistics is null)
            return;
        error.WriteLine($"fuel           {statistics.FuelUsed:N0}");
        error.WriteLine($"services       {statistics.Services:N0}");
        error.WriteLine($"allocated      {statistics.BytesAllocated:N0} bytes in {statistics.ObjectsAllocated:N0} objects");
        string pauses = $"{Milliseconds(statistics.TotalPause)} in all, longest {Milliseconds(statistics.MaxPause)}";
        error.WriteLine($"collections    {statistics.Collections:N0}, {pauses}");
    }

    private int RunMain(GuestInstance instance)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            return instance.RunMain();
        }
        finally
        {
            running = Stopwatch.GetElapsedTime(started);
            statistics = instance.Statistics;
        }
    }

    /// <summary>
    /// A guest that runs stops at its next poll or call, with a stack trace. One that waits for input never would, nor one stuck in a
    /// host operation, whose user presses Ctrl-C again: then the process ends.
    /// </summary>
    private void OnInterrupt(GuestInstance instance, PosixSignalContext signal)
    {
        signal.Cancel = !instance.IsWaitingForInput && !interrupted;
        interrupted = true;
        instance.Interrupt();
    }

    private int Report(GuestFault fault)
    {
        error.WriteLine(fault);
        string? hint = fault.Kind switch
        {
            FaultKind.StackOverflow => "--stack SIZE gives more",
            FaultKind.OutOfMemory => "--memory SIZE gives more",
            FaultKind.OutOfFuel => "--fuel UNITS gives more",
            _ => null,
        };
        if (hint is not null)
            error.WriteLine($"hint: {hint}");
        return ExitCode.Of(fault.Kind);
    }

    private static string Milliseconds(TimeSpan time) => $"{time.TotalMilliseconds:N1} ms";
}
