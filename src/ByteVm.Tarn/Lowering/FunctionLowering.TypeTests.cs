using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;

namespace ByteVm.Tarn.Lowering;

/// <summary>
/// Type tests. The machine tests references, and values of type variables, which linking decides. In the body of an inline function that stands at a call a
/// type variable may have become a number or a value class: then what linking would have found is found here, and what cannot be is left to
/// generic functions of the prelude, whose bodies are the same test.
/// </summary>
internal sealed partial class FunctionLowering
{
    private void EmitIs(Register target, Register value, TarnType type, TarnType tested)
    {
        if (IsTested(type, tested))
            builder.Is(target, value, Types.Storage(tested));
        else if (type.HasVariables || tested.HasVariables)
            builder.Call(target, program.TypeTest("isOf", type, tested), [value]);
        else
            builder.ConstI32(target, IsOf(type, tested) ? 1 : 0);
    }

    private void EmitCast(Register target, Register value, TarnType type, TarnType to)
    {
        if (IsTested(type, to))
            builder.Cast(target, value, Types.Storage(to));
        else if (Types.Storage(type) == Types.Storage(to))
            MoveInto(target, value);
        else if (TypeRelations.IsBoxing(type, to))
            EmitBox(value, target);
        else
            builder.Call(target, program.TypeTest("castTo", type, to), [value]);
    }

    private static TarnType TestedType(BoundCast cast) => cast.Operand.Type.IsReference ? cast.Operand.Type.NonNull : cast.Operand.Type;

    /// <summary>Whether there is an instruction for it.</summary>
    private static bool IsTested(TarnType type, TarnType tested) =>
        type is TypeVariable || (type.IsReference && (tested.IsReference || TypeRelations.IsValue(tested)));

    private bool IsOf(TarnType type, TarnType tested) => Types.Storage(type) == Types.Storage(tested) || (TypeRelations.IsBoxing(type, tested) && tested != BuiltInType.Object);
}
