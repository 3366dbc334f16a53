using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Lowering;

/// <summary>Values that may be null but are no references: the machine's optionals.</summary>
internal sealed partial class FunctionLowering
{
    /// <summary>Whether a local is known to be of a type that its register has not.</summary>
    private bool IsSeenOtherwise(TarnType declared, TarnType known) =>
        NeedsCast(declared, known) || (TypeRelations.IsOptional(declared) && !known.IsNullable);

    private void EmitNull(Register target, TarnType type)
    {
        if (TypeRelations.IsOptional(type))
            builder.OptionalNone(target);
        else
            builder.ConstNull(target);
    }

    private Register EmitSome(Register value, Register target)
    {
        builder.OptionalSome(target, value);
        return target;
    }

    private Register Unwrap(Register optional, TarnType type)
    {
        Register held = Temporary(type.NonNull);
        builder.OptionalGet(held, optional);
        return held;
    }

    /// <summary>
    /// What is known to hold something, as its placeholder has it: in an inlined body 'T?' may be a plain reference, or, where T stands for a type with null, T itself.
    /// </summary>
    private Register Held(Register optional, TarnType type, BoundPlaceholder value) =>
        TypeRelations.IsOptional(type) && !value.Type.IsNullable ? Unwrap(optional, type) : optional;

    private Register UnwrapOrFault(Register optional, TarnType type)
    {
        Label isHeld = builder.NewLabel();
        int mark = temporaries.Count;
        BranchOnHeld(optional, isHeld, whenHeld: true);
        Register nothing = Temporary(TypeRef.Object);
        builder.ConstNull(nothing);
        builder.NullCheck(nothing);
        ReleaseTo(mark);
        builder.Mark(isHeld);
        return Unwrap(optional, type);
    }

    private void BranchOnHeld(Register optional, Label target, bool whenHeld)
    {
        int mark = temporaries.Count;
        Register has = Temporary(TypeRef.I32);
        builder.OptionalHas(has, optional);
        if (whenHeld)
            builder.BrTrue(has, target);
        else
            builder.BrFalse(has, target);
        ReleaseTo(mark);
    }

    /// <summary>The operand of a comparison with null; null when it is none.</summary>
    private static BoundExpression? NullTested(BoundBinary comparison) =>
        comparison.Right is BoundNull ? comparison.Left : comparison.Left is BoundNull ? comparison.Right : null;

    private void EmitNullComparison(BoundBinary comparison, Register result, Register optional)
    {
        builder.OptionalHas(result, optional);
        if (comparison.Operator is BinaryOperator.Equal or BinaryOperator.Identical)
            Invert(result);
    }

    /// <summary>A local's value where tests have shown that it holds something, perhaps of a type that they have shown too.</summary>
    private void LowerHeldInto(Register optional, BoundLocal expression, Register target)
    {
        TarnType held = expression.Local.Type.NonNull;
        if (!NeedsCast(held, expression.Type))
        {
            builder.OptionalGet(target, optional);
            return;
        }

        int mark = temporaries.Count;
        EmitCast(target, Unwrap(optional, expression.Local.Type), held, expression.Type);
        ReleaseTo(mark);
    }

    private void EmitTestOfHeld(Register target, Register optional, BoundTypeTest test)
    {
        Label end = builder.NewLabel();
        builder.OptionalHas(target, optional);
        builder.BrFalse(target, end);
        EmitIs(target, Unwrap(optional, test.Operand.Type), test.Operand.Type.NonNull, test.Tested);
        builder.Mark(end);
    }

    /// <summary><c>as?</c> to what is no reference.</summary>
    private void EmitCastToOptional(Register target, Register operand, BoundCast cast)
    {
        Label end = builder.NewLabel();
        Label isNot = builder.NewLabel();
        Register matches = Temporary(TypeRef.I32);
        EmitIs(matches, operand, TestedType(cast), cast.Type.NonNull);
        builder.BrFalse(matches, isNot);
        EmitWrappedCast(target, operand, cast);
        builder.Jump(end);
        builder.Mark(isNot);
        builder.OptionalNone(target);
        builder.Mark(end);
    }

    private void EmitWrappedCast(Register target, Register operand, BoundCast cast)
    {
        Register held = Temporary(cast.Type.NonNull);
        EmitCast(held, operand, TestedType(cast), cast.Type.NonNull);
        builder.OptionalSome(target, held);
    }

    /// <summary>The receiver of a safe access, and its value where it is not null.</summary>
    private void LowerReceiver(BoundSafeAccess expression, Label isNull)
    {
        Register receiver = Lower(expression.Receiver);
        if (!TypeRelations.IsOptional(expression.Receiver.Type))
        {
            placeholders[expression.Value] = receiver;
            builder.BrNull(receiver, isNull);
            return;
        }

        BranchOnHeld(receiver, isNull, whenHeld: false);
        placeholders[expression.Value] = Held(receiver, expression.Receiver.Type, expression.Value);
    }

    private void LowerOptionalCoalesce(BoundOptionalCoalesce expression, Register target)
    {
        int mark = temporaries.Count;
        Label isNull = builder.NewLabel();
        Label end = builder.NewLabel();
        Register optional = Lower(expression.Left);
        if (TypeRelations.IsOptional(expression.Left.Type))
            BranchOnHeld(optional, isNull, whenHeld: false);
        else
            builder.BrNull(optional, isNull);
        placeholders[expression.Value] = Held(optional, expression.Left.Type, expression.Value);
        LowerInto(expression.Present, target, isFresh: false);
        Jump(end);
        Mark(isNull);
        LowerInto(expression.Right, target, isFresh: false);
        Jump(end);
        Mark(end);
        ReleaseTo(mark);
    }
}
