using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Interpretation;
using ByteVm.Runtime.Linking;

namespace ByteVm;

/// <summary>Chooses the engine of a program.</summary>
internal static class Processors
{
    /// <summary>Why machine code is not to be had here, or null where it is.</summary>
    public static string? BaselineUnsupportedReason => "The baseline compiler is not part of this build.";

    public static IProcessor Create(EngineKind kind, Program program) => kind switch
    {
        EngineKind.Interpreter => new InterpreterProcessor(),
        EngineKind.Baseline when BaselineUnsupportedReason is { } reason => throw new PlatformNotSupportedException(reason),
        EngineKind.Auto when BaselineUnsupportedReason is not null => new InterpreterProcessor(),
        _ => CreateBaseline(program),
    };

    public static string Explain(EngineKind wanted, IProcessor processor) =>
        wanted == EngineKind.Auto && BaselineUnsupportedReason is { } reason ? $"engine {processor.Name}: {reason}" : $"engine {processor.Name}";

    private static IProcessor CreateBaseline(Program program) => throw new PlatformNotSupportedException(BaselineUnsupportedReason);
}
