using ByteVm.Host;
using ByteVm.Host.Native;
using ByteVm.Host.Worker;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Interpretation;
using ByteVm.Runtime.Linking;

namespace ByteVm;

/// <summary>Chooses the engine of a program.</summary>
internal static class Processors
{
    public static IProcessor Create(EngineOptions options, Program program) => options.Engine switch
    {
        EngineKind.Interpreter => new InterpreterProcessor(),
        EngineKind.Auto when !DirectExecution.IsSupported => new InterpreterProcessor(),
        _ => CreateBaseline(program, options.CodeBytes),
    };

    public static string Explain(EngineKind wanted, IProcessor processor) =>
        wanted == EngineKind.Auto && DirectExecution.UnsupportedReason is { } reason ? $"engine {processor.Name}: {reason}" : $"engine {processor.Name}";

    /// <summary>For instances in a process of their own.</summary>
    /// <param name="processor">The program's.</param>
    /// <exception cref="PlatformNotSupportedException">Such isolation is not to be had; the message says what is missing.</exception>
    public static IProcessor CreateIsolated(Program program, IProcessor processor)
    {
        if (!DirectExecution.IsSupported)
            throw new PlatformNotSupportedException($"Isolation 'process' is not to be had: {DirectExecution.UnsupportedReason}");
        return processor is NativeProcessor native
            ? new WorkerProcessor(program, native)
            : throw new PlatformNotSupportedException($"Isolation 'process' runs machine code only; the engine chosen is the {processor.Name}.");
    }

    /// <param name="isolated">From <see cref="CreateIsolated"/>.</param>
    public static void KeepReady(IProcessor isolated, int count, InstanceOptions options)
    {
        if (OperatingSystem.IsLinux())
            ((WorkerProcessor)isolated).KeepReady(count, options);
    }

    private static NativeProcessor CreateBaseline(Program program, long codeBytes) =>
        DirectExecution.IsSupported ? new NativeProcessor(program, NativeOptions.Default with { CodeBytes = codeBytes }) : throw new PlatformNotSupportedException(DirectExecution.UnsupportedReason);
}
