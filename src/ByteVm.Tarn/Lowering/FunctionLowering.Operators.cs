using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Lowering;

/// <summary>Operators, conversions and conditions.</summary>
internal sealed partial class FunctionLowering
{
    /// <summary>A chain from its leftmost operand up, so that neither stack nor registers grow with its length.</summary>
    private Register LowerBinary(BoundBinary expression, Register? target)
    {
        var spine = new Stack<BoundBinary>();
        BoundExpression leftmost = expression;
        while (leftmost is BoundBinary binary)
        {
            spine.Push(binary);
            leftmost = binary.Left;
        }

        int mark = temporaries.Count;
        Register left = Lower(leftmost);
        while (spine.TryPop(out BoundBinary? step))
        {
            Register right = Lower(step.Right);
            Register result = Result(spine.Count == 0 ? target : null, step.Type, mark);
            EmitBinary(step, result, left, right);
            left = result;
        }

        return left;
    }

    private void EmitBinary(BoundBinary expression, Register result, Register left, Register right)
    {
        if (expression.Operator <= BinaryOperator.GreaterOrEqual)
        {
            EmitComparison(expression, result, left, right);
            return;
        }

        TypeRef type = builder.TypeOf(left);
        if (expression.Operator is BinaryOperator.Divide or BinaryOperator.Remainder)
            Position(expression.Span);
        if (expression.Operator == BinaryOperator.Remainder && type == TypeRef.F32)
            EmitFloatRemainder(result, left, right);
        else
            builder.Emit(OperatorOpcodes.Arithmetic(expression.Operator, type), result, left, right);
    }

    // Exact in double, so rounding back loses nothing.
    private void EmitFloatRemainder(Register result, Register left, Register right)
    {
        int mark = temporaries.Count;
        Register wideLeft = Temporary(TypeRef.F64);
        Register wideRight = Temporary(TypeRef.F64);
        builder.F32ToF64(wideLeft, left);
        builder.F32ToF64(wideRight, right);
        builder.RemF64(wideLeft, wideLeft, wideRight);
        builder.F64ToF32(result, wideLeft);
        ReleaseTo(mark);
    }

    private void EmitComparison(BoundBinary expression, Register result, Register left, Register right)
    {
        TarnType type = expression.Left.Type;
        if (NullTested(expression) is { } tested && TypeRelations.IsOptional(tested.Type))
        {
            EmitNullComparison(expression, result, tested == expression.Left ? left : right);
            return;
        }

        if (type.IsReference)
        {
            EmitReferenceComparison(expression, result, left, right);
            return;
        }

        OperatorOpcodes.Comparison comparison = OperatorOpcodes.Compare(expression.Operator, builder.TypeOf(left));
        builder.Emit(comparison.Opcode, result, comparison.IsExchanged ? right : left, comparison.IsExchanged ? left : right);
    }

    private static bool ComparesText(BoundBinary expression) =>
        expression.Left.Type.NonNull == BuiltInType.String && expression.Right.Type.NonNull == BuiltInType.String
        && expression.Operator is not (BinaryOperator.Identical or BinaryOperator.NotIdentical);

    private void EmitReferenceComparison(BoundBinary expression, Register result, Register left, Register right)
    {
        bool isNegated = expression.Operator is BinaryOperator.NotEqual or BinaryOperator.NotIdentical;
        if (!ComparesText(expression))
        {
            builder.Emit(isNegated ? Opcode.NeRef : Opcode.EqRef, result, left, right);
        }
        else if (expression.Operator is BinaryOperator.Equal or BinaryOperator.NotEqual)
        {
            builder.StringEqual(result, left, right);
            if (isNegated)
                Invert(result);
        }
        else
        {
            builder.StringCompare(result, left, right);
            OperatorOpcodes.Comparison comparison = OperatorOpcodes.Compare(expression.Operator, TypeRef.I32);
            int mark = temporaries.Count;
            Register zero = Constant(0);
            builder.Emit(comparison.Opcode, result, comparison.IsExchanged ? zero : result, comparison.IsExchanged ? result : zero);
            ReleaseTo(mark);
        }
    }

    private Register LowerUnary(BoundUnary expression, Register? target)
    {
        int mark = temporaries.Count;
        Register operand = Lower(expression.Operand);
        TypeRef type = builder.TypeOf(operand);
        if (expression.Operator == UnaryOperator.Not)
            return LowerNot(operand, target, mark);
        Register result = Result(target, expression.Type, mark);
        if (expression.Operator == UnaryOperator.Negate)
            builder.Emit(OperatorOpcodes.Negate(type), result, operand);
        else
            builder.Emit(type == TypeRef.I32 ? Opcode.NotI32 : Opcode.NotI64, result, operand);
        return result;
    }

    private Register LowerNot(Register operand, Register? target, int mark)
    {
        // Before the result, which frees the operand's register.
        Register one = Constant(1);
        Register result = Result(target, BuiltInType.Bool, mark);
        builder.XorI32(result, operand, one);
        return result;
    }

    private void Invert(Register flag)
    {
        int mark = temporaries.Count;
        builder.XorI32(flag, flag, Constant(1));
        ReleaseTo(mark);
    }

    /// <summary>Whether a conversion does nothing: between references, and from small integers, whose registers hold an int.</summary>
    private static bool IsSameRegister(TarnType from, TarnType to)
    {
        if (TypeRelations.IsBoxing(from, to) || (TypeRelations.IsOptional(to) && !TypeRelations.IsOptional(from) && !from.IsNever))
            return false;
        if (from.IsReference)
            return true;
        if (from is not BuiltInType { Kind: var source } || to is not BuiltInType { Kind: var target })
            return true;
        bool widens = target == BuiltIn.Int || source == target || (source == BuiltIn.Byte && target is BuiltIn.Short or BuiltIn.Char);
        return widens && Array.IndexOf(smallIntegers, source) >= 0;
    }

    private Register LowerConversion(BoundConversion expression, Register? target)
    {
        int mark = temporaries.Count;
        Register operand = Lower(expression.Operand);
        if (expression.Operand.Type.IsNever || IsSameRegister(expression.Operand.Type, expression.Type))
            return operand;
        if (TypeRelations.IsOptional(expression.Type))
            return EmitSome(operand, Result(target, expression.Type, mark));
        if (TypeRelations.IsBoxing(expression.Operand.Type, expression.Type))
            return EmitBox(operand, Result(target, expression.Type, mark));
        TypeRef to = Types.Register(expression.Type);
        if (OperatorOpcodes.Conversion(builder.TypeOf(operand), to) is not { } opcode)
            return Narrow(operand, expression, target, mark);
        if (to != TypeRef.I32 || expression.Type == BuiltInType.Int)
        {
            Register result = Result(target, expression.Type, mark);
            builder.Emit(opcode, result, operand);
            return result;
        }

        Register wide = Temporary(TypeRef.I32);
        builder.Emit(opcode, wide, operand);
        return Narrow(wide, expression, target, mark);
    }

    /// <summary>An int to a smaller type: byte and short take the low bits, char faults on what is no Unicode scalar.</summary>
    private Register Narrow(Register value, BoundConversion expression, Register? target, int mark)
    {
        // The result frees the value's register: what is needed beside the value is computed before.
        if (expression.Type == BuiltInType.Byte)
        {
            Register mask = Constant(byte.MaxValue);
            Register low = Result(target, expression.Type, mark);
            builder.AndI32(low, value, mask);
            return low;
        }

        if (expression.Type == BuiltInType.Char)
            CheckScalar(value, expression.Span);
        Register result = Result(target, expression.Type, mark);
        if (expression.Type == BuiltInType.Short)
            builder.Sext16I32(result, value);
        else
            MoveInto(result, value);
        return result;
    }

    private void CheckScalar(Register value, Span span)
    {
        const int FirstSurrogate = 0xD800;
        const int BlockBits = 11;
        Label valid = builder.NewLabel();
        Register block = Temporary(TypeRef.I32);
        Position(span);
        builder.ShrU32(block, value, Constant(BlockBits));
        builder.BrLtI32(block, Constant(FirstSurrogate >> BlockBits), valid);
        Label invalid = builder.NewLabel();
        builder.BrEqI32(block, Constant(FirstSurrogate >> BlockBits), invalid);
        builder.BrLtI32(block, Constant(0x110000 >> BlockBits), valid);
        builder.Mark(invalid);
        // The one instruction that refuses what is no scalar.
        builder.StringFromChar(Temporary(TypeRef.String), value);
        builder.Mark(valid);
    }

    private void LowerLogical(BoundLogical expression, Register target)
    {
        Label no = builder.NewLabel();
        Label end = builder.NewLabel();
        int mark = temporaries.Count;
        LowerCondition(expression, no, whenTrue: false);
        ReleaseTo(mark);
        builder.ConstI32(target, 1);
        Jump(end);
        Mark(no);
        builder.ConstI32(target, 0);
        Mark(end);
    }

    /// <summary>Goes to the label when the condition has the given outcome, and on otherwise.</summary>
    private void LowerCondition(BoundExpression condition, Label target, bool whenTrue)
    {
        int mark = temporaries.Count;
        switch (condition)
        {
            case BoundInteger { Value: var value }:
                if ((value != 0) == whenTrue)
                    Jump(target);
                break;
            case BoundUnary { Operator: UnaryOperator.Not } not:
                LowerCondition(not.Operand, target, !whenTrue);
                break;
            case BoundLogical logical:
                LowerLogicalCondition(logical, target, whenTrue);
                break;
            case BoundBinary { Operator: <= BinaryOperator.GreaterOrEqual } comparison when !ComparesText(comparison):
                LowerComparisonCondition(comparison, target, whenTrue);
                break;
            case BoundCall call when StandsInPlace(call):
                LowerConditionInPlace(call, target, whenTrue);
                break;
            default:
                Register register = Lower(condition);
                if (whenTrue)
                    builder.BrTrue(register, target);
                else
                    builder.BrFalse(register, target);
                break;
        }

        ReleaseTo(mark);
    }

    private void LowerLogicalCondition(BoundLogical condition, Label target, bool whenTrue)
    {
        // "and" is false as soon as one operand is, "or" true: that outcome is decided early.
        bool decidesEarly = condition.IsAnd != whenTrue;
        Label past = builder.NewLabel();
        for (int i = 0; i < condition.Operands.Length; i++)
        {
            if (isDead)
                break;
            bool isLast = i == condition.Operands.Length - 1;
            if (decidesEarly || isLast)
                LowerCondition(condition.Operands[i], target, whenTrue);
            else
                LowerCondition(condition.Operands[i], past, !whenTrue);
        }

        if (!decidesEarly)
            Mark(past);
    }

    private void LowerComparisonCondition(BoundBinary condition, Label target, bool whenTrue)
    {
        if (condition.Left.Type.IsReference || NullTested(condition) is not null)
        {
            LowerReferenceCondition(condition, target, whenTrue);
            return;
        }

        Register left = Lower(condition.Left);
        Register right = Lower(condition.Right);
        OperatorOpcodes.Comparison branch = OperatorOpcodes.Branch(condition.Operator, builder.TypeOf(left), whenTrue);
        builder.EmitBranch(branch.Opcode, branch.IsExchanged ? right : left, branch.IsExchanged ? left : right, target);
    }

    private void LowerReferenceCondition(BoundBinary condition, Label target, bool whenTrue)
    {
        bool onSame = whenTrue == condition.Operator is BinaryOperator.Equal or BinaryOperator.Identical;
        if (NullTested(condition) is { } operand)
        {
            Register tested = Lower(operand);
            if (TypeRelations.IsOptional(operand.Type))
                BranchOnHeld(tested, target, whenHeld: !onSame);
            else if (onSame)
                builder.BrNull(tested, target);
            else
                builder.BrNonnull(tested, target);
            return;
        }

        Register left = Lower(condition.Left);
        Register right = Lower(condition.Right);
        builder.EmitBranch(onSame ? Opcode.BrEqRef : Opcode.BrNeRef, left, right, target);
    }
}
