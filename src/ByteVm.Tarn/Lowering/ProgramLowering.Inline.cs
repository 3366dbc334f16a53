using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;

namespace ByteVm.Tarn.Lowering;

/// <summary>What bodies of inline functions need where they stand.</summary>
internal sealed partial class ProgramLowering
{
    public FunctionBody BodyOf(FunctionSymbol function) => compilation.BodyOf(function);

    /// <summary>One of the prelude's functions that test a value's type.</summary>
    public FunctionRef TypeTest(string function, TarnType value, TarnType tested)
    {
        FunctionSymbol target = compilation.PreludeFunction(function);
        return FunctionOf(target, new TypeMap(target.TypeParameters, [value, tested]));
    }
}
