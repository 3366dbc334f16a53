using ByteVm.Host;
using ByteVm.Host.Native;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Interpretation;
using ByteVm.Runtime.Linking;

namespace ByteVm;

/// <summary>Chooses the engine of a program.</summary>
internal static class Processors
{
    public static IProcessor Create(EngineKind kind, Program program) => kind switch
    {
        EngineKind.Interpreter => new InterpreterProcessor(),
        EngineKind.Auto when !DirectExecution.IsSupported => new InterpreterProcessor(),
        _ => CreateBaseline(program),
    };

    public static string Explain(EngineKind wanted, IProcessor processor) =>
        wanted == EngineKind.Auto && DirectExecution.UnsupportedReason is { } reason ? $"engine {processor.Name}: {reason}" : $"engine {processor.Name}";

    private static NativeProcessor CreateBaseline(Program program) =>
        DirectExecution.IsSupported ? new NativeProcessor(program) : throw new PlatformNotSupportedException(DirectExecution.UnsupportedReason);
}
