using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ByteVm.Cli;

/// <summary>One run of a program from the command line: its instance, Ctrl-C, its exit code, its statistics.</summary>
internal sealed class RunSession(GuestProgram program, InstanceOptions options, TextWriter error)
{
    private TimeSpan instantiation;
    private TimeSpan running;
    private InstanceStatistics? statistics;
    private long residentBytes;
    private volatile bool isDumpRequested;
    private GuestInstance? dumped;

    public int Run()
    {
        try
        {
            long started = Stopwatch.GetTimestamp();
            using var cancellation = new CancellationTokenSource();
            using PosixSignalRegistration interrupts = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => OnInterrupt(signal, cancellation));
            using PosixSignalRegistration? dumps = RegisterDumps();
            using GuestInstance instance = program.Instantiate(options with { Cancellation = cancellation.Token });
            instantiation = Stopwatch.GetElapsedTime(started);
            AnswerDumpRequests(instance);
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
        HeapReport.Print(statistics.Heap, residentBytes, running, error);
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
            // Now, as the instance is about to give its memory back.
            residentBytes = Environment.WorkingSet;
            if (options.HeapDump is not null)
                DumpAtEnd(instance);
        }
    }

    /// <summary>How the program itself ended matters more than a dump that fails.</summary>
    private void DumpAtEnd(GuestInstance instance)
    {
        try
        {
            instance.WriteFinalHeapDump();
        }
        catch (GuestFaultException e)
        {
            error.WriteLine($"heap dump: the heap cannot be read: {e.Fault.Message}");
        }
    }

    /// <summary>
    /// SIGUSR1 asks for a heap dump where one was named; .NET knows that signal by its number alone, which differs by system. One that comes before there is a heap
    /// waits for it.
    /// </summary>
    private PosixSignalRegistration? RegisterDumps()
    {
        const int linux = 10, macOS = 30;
        if (options.HeapDump is null || OperatingSystem.IsWindows())
            return null;
        return PosixSignalRegistration.Create((PosixSignal)(OperatingSystem.IsMacOS() ? macOS : linux), signal =>
        {
            signal.Cancel = true;
            isDumpRequested = true;
            Volatile.Read(ref dumped)?.RequestHeapDump();
        });
    }

    private void AnswerDumpRequests(GuestInstance instance)
    {
        if (options.HeapDump is null)
            return;
        Volatile.Write(ref dumped, instance);
        if (isDumpRequested)
            instance.RequestHeapDump();
    }

    /// <summary>
    /// A guest that runs stops at its next poll or call, one that waits for input at once, with a stack trace. The user of one that is stuck in a host
    /// operation presses Ctrl-C again: then the process ends.
    /// </summary>
    private static void OnInterrupt(PosixSignalContext signal, CancellationTokenSource cancellation)
    {
        signal.Cancel = !cancellation.IsCancellationRequested;
        cancellation.Cancel();
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
