using ByteVm.Bytecode;

namespace ByteVm.Tests.Interpretation;

/// <summary>A hand-made module whose exported "main" must give this result, or end in this fault, on every engine and in every mode.</summary>
/// <param name="Expected">A raw 64-bit result or a <see cref="FaultKind"/>.</param>
internal sealed record ProgramCase(string Name, Module Module, long[] Arguments, object Expected)
{
    /// <summary>main(parameters) : result, with this body.</summary>
    public static ProgramCase Of(
        string name, object expected, TypeRef[] parameters, long[] arguments, TypeRef result, Action<ModuleBuilder, FunctionBuilder> body) =>
        new(name, Interpreted.WithMain(parameters, result, body), arguments, expected is int value ? (long)(uint)value : expected);

    public override string ToString() => Name;
}
