namespace ByteVm.Conformance.Running;

/// <summary>The engines that must agree.</summary>
public static class TestEngines
{
    public static EngineKind[] All { get; } = [EngineKind.Interpreter, EngineKind.Baseline];

    /// <summary>For theories over engines.</summary>
    public static TheoryData<EngineKind> Theory { get; } = [.. All];
}
