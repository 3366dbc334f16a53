using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;

namespace ByteVm.Tarn.Lowering;

/// <summary>Value classes.</summary>
internal sealed partial class FunctionLowering
{
    private void LowerNewValue(BoundNew expression, Register target)
    {
        int mark = temporaries.Count;
        Register[] fields = [.. expression.Arguments.Select(Lower)];
        builder.NewValue(target, Types.Storage(expression.Type), fields);
        ReleaseTo(mark);
    }

    private Register EmitBox(Register value, Register result)
    {
        builder.Box(result, value);
        return result;
    }

    private Register LowerWith(BoundWith expression)
    {
        placeholders[expression.Placeholder] = Lower(expression.Value);
        return Lower(expression.Body);
    }

    /// <summary>
    /// The value of a type parameter that a call sees as an interface: the call takes it as it is, so that a value is not put into an object
    /// first. Null for all other calls.
    /// </summary>
    private static BoundExpression? ConstrainedReceiver(BoundCall call) => call switch
    {
        not { Dispatch: Binding.Dispatch.Interface } => null,
        { Receiver: BoundCast { IsSafe: false, Operand: { Type: TypeVariable { IsReference: false } } operand } } => operand,
        { Receiver: BoundLocal { Local: { IsShared: false, Type: TypeVariable { IsReference: false } } local } seen } => new BoundLocal(seen.Span, local, local.Type),
        _ => null,
    };
}
