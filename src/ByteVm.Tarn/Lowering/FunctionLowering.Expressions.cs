using System.Collections.Immutable;
using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Lowering;

/// <summary>Expressions.</summary>
internal sealed partial class FunctionLowering
{
    private static readonly BuiltIn[] smallIntegers = [BuiltIn.Byte, BuiltIn.Short, BuiltIn.Char, BuiltIn.Int, BuiltIn.Bool];

    /// <summary>The value in some register: a local's own, or a temporary.</summary>
    private Register Lower(BoundExpression expression)
    {
        switch (expression)
        {
            case BoundLocal { Local: { IsShared: false, IsUntracked: false } local } when !activation.CopiesLocals && !IsSeenOtherwise(local.Type, expression.Type):
                return locals[local];
            case BoundPlaceholder placeholder:
                return placeholders[placeholder];
            case BoundThis:
                return activation.Receiver;
            case BoundConversion { Operand: var operand } conversion when IsSameRegister(operand.Type, conversion.Type):
                return Lower(operand);
            case BoundDefault { Value: var value }:
                return LowerDefault(value);
            case BoundNotNull notNull:
                return LowerNotNull(notNull);
            case BoundWith with:
                return LowerWith(with);
            case BoundUnwrap unwrap:
                return Unwrap(Lower(unwrap.Operand), unwrap.Operand.Type);
            default:
                return LowerToTemporary(expression);
        }
    }

    // The result takes its register after the operands have given theirs back, so the operands' may serve.
    private Register LowerToTemporary(BoundExpression expression)
    {
        if (expression is BoundBinary or BoundUnary or BoundField or BoundElement or BoundLength or BoundStringByte or BoundConversion or BoundFormat or BoundCall)
            return LowerSimple(expression, null);
        Register register = Temporary(expression.Type.IsNever ? BuiltInType.Int : expression.Type);
        LowerInto(expression, register, isFresh: true);
        return register;
    }

    private Register Result(Register? target, TarnType type, int mark)
    {
        ReleaseTo(mark);
        return target ?? Temporary(type);
    }

    /// <summary>Expressions whose last instruction is the only one that writes the result.</summary>
    private Register LowerSimple(BoundExpression expression, Register? target) => expression switch
    {
        BoundBinary e => LowerBinary(e, target),
        BoundUnary e => LowerUnary(e, target),
        BoundField e => LowerField(e, target),
        BoundElement e => LowerElement(e, target),
        BoundLength e => LowerLength(e, target),
        BoundStringByte e => LowerStringByte(e, target),
        BoundConversion e => LowerConversion(e, target),
        BoundFormat e => LowerFormat(e, target),
        BoundCall e => LowerCallValue(e, target),
        _ => throw new InvalidOperationException($"No lowering for {expression.GetType().Name}."),
    };

    /// <summary>The value into a given register. Unless it is fresh, the expression may read what it held before.</summary>
    private void LowerInto(BoundExpression expression, Register target, bool isFresh)
    {
        switch (expression)
        {
            case BoundInteger e: EmitInteger(target, e.Value); break;
            case BoundFloat e: EmitFloat(target, e); break;
            case BoundString e: builder.ConstString(target, e.Value); break;
            case BoundNull e: EmitNull(target, e.Type); break;
            case BoundOptionalCoalesce e: LowerOptionalCoalesce(e, target); break;
            case BoundGlobal e: builder.LoadGlobal(target, program.GlobalOf(e.Global)); break;
            case BoundLocal e: LowerLocalInto(e, target); break;
            case BoundSlice e: LowerSlice(e, target); break;
            case BoundLogical e: LowerLogical(e, target); break;
            case BoundConcat e: LowerConcat(e, target); break;
            case BoundOpcode e: LowerOpcode(e, target); break;
            case BoundLambda e: LowerLambda(e, target); break;
            case BoundLet e: LowerLet(e, target); break;
            case BoundCall e when StandsInPlace(e): LowerInPlace(e, target, isFresh); break;
            case BoundTypeTest e: LowerTypeTest(e, target); break;
            case BoundIf e: LowerIfValue(e, target); break;
            case BoundMatch e: LowerMatch(e, target); break;
            case BoundThrow e: LowerThrow(e); break;
            case BoundSafeAccess e: LowerSafeAccess(e, target); break;
            case BoundPlaceholder or BoundThis or BoundNotNull or BoundDefault or BoundWith or BoundUnwrap: MoveInto(target, Lower(expression)); break;
            case BoundConversion e when IsSameRegister(e.Operand.Type, e.Type): LowerInto(e.Operand, target, isFresh); break;
            case BoundNew or BoundNewArray or BoundArrayLiteral or BoundCoalesce or BoundCast or BoundTry: LowerSeveral(expression, target, isFresh); break;
            default: LowerSimple(expression, target); break;
        }
    }

    private void LowerLet(BoundLet expression, Register target)
    {
        Register held = VariableRegister(Types.Register(expression.Local.Type));
        locals[expression.Local] = held;
        LowerInto(expression.Value, held, isFresh: true);
        LowerInto(expression.Body, target, isFresh: false);
    }

    private void MoveInto(Register target, Register value)
    {
        if (target != value)
            builder.Move(target, value);
    }

    /// <summary>Expressions that write the result's register early, and some that use what they have written, as their own type.</summary>
    private void LowerSeveral(BoundExpression expression, Register target, bool isFresh)
    {
        if (!isFresh || builder.TypeOf(target) != Types.Register(expression.Type))
        {
            MoveInto(target, LowerToTemporary(expression));
            return;
        }

        switch (expression)
        {
            case BoundNew e: LowerNew(e, target); break;
            case BoundNewArray e: LowerNewArray(e, target); break;
            case BoundArrayLiteral e: LowerArrayLiteral(e, target); break;
            case BoundCoalesce e: LowerCoalesce(e, target); break;
            case BoundTry e: LowerTry(e, target); break;
            default: LowerCast((BoundCast)expression, target); break;
        }
    }

    private void EmitFloat(Register target, BoundFloat expression)
    {
        if (expression.Type == BuiltInType.Float)
            builder.ConstF32(target, (float)expression.Value);
        else
            builder.ConstF64(target, expression.Value);
    }

    // Registers have one type, so a local known to be of a subclass must be cast to be used as one.
    private bool NeedsCast(TarnType declared, TarnType known) => declared.NonNull != known.NonNull && !TypeRelations.IsSubtype(declared.NonNull, known.NonNull);

    private void LowerLocalInto(BoundLocal expression, Register target)
    {
        Register register = expression.Local.IsShared ? LoadShared(expression.Local) : locals[expression.Local];
        if (TypeRelations.IsOptional(expression.Local.Type) && !expression.Type.IsNullable)
        {
            LowerHeldInto(register, expression, target);
            return;
        }

        if (NeedsCast(expression.Local.Type, expression.Type))
            EmitCast(target, register, expression.Local.Type.NonNull, expression.Type.NonNull);
        else
            MoveInto(target, register);
    }

    private Register LowerDefault(BoundExpression value)
    {
        bool before = keepsPosition;
        keepsPosition = true;
        Register register = Lower(value);
        keepsPosition = before;
        return register;
    }

    private Register LowerNotNull(BoundNotNull expression)
    {
        Register register = Lower(expression.Operand);
        Position(expression.Span);
        if (TypeRelations.IsOptional(expression.Operand.Type))
            return UnwrapOrFault(register, expression.Operand.Type);
        builder.NullCheck(register);
        return register;
    }

    private Register LowerField(BoundField expression, Register? target)
    {
        int mark = temporaries.Count;
        Register owner = Lower(expression.Receiver);
        Register result = Result(target, expression.Type, mark);
        Position(expression.Span);
        builder.LoadField(result, owner, program.FieldOf(expression.Field, expression.Receiver.Type));
        return result;
    }

    private Register LowerElement(BoundElement expression, Register? target)
    {
        int mark = temporaries.Count;
        Register array = Lower(expression.Array);
        Register index = Lower(expression.Index);
        Register result = Result(target, expression.Type, mark);
        Position(expression.Span);
        builder.LoadElement(result, array, index);
        return result;
    }

    private Register LowerLength(BoundLength expression, Register? target)
    {
        int mark = temporaries.Count;
        Register operand = Lower(expression.Target);
        Register result = Result(target, expression.Type, mark);
        if (expression.Target.Type == BuiltInType.String)
            builder.StringLength(result, operand);
        else
            builder.ArrayLength(result, operand);
        return result;
    }

    private Register LowerStringByte(BoundStringByte expression, Register? target)
    {
        int mark = temporaries.Count;
        Register text = Lower(expression.Text);
        Register index = Lower(expression.Index);
        Register result = Result(target, expression.Type, mark);
        Position(expression.Span);
        builder.StringByte(result, text, index);
        return result;
    }

    private void LowerSlice(BoundSlice expression, Register target)
    {
        int mark = temporaries.Count;
        Register text = Lower(expression.Text);
        Register from = expression.From is null ? Constant(0) : Lower(expression.From);
        Register to = expression.To is null ? Temporary(TypeRef.I32) : Lower(expression.To);
        if (expression.To is null)
            builder.StringLength(to, text);
        else if (expression.IsClosed)
            to = AddOne(to);
        Position(expression.Span);
        builder.StringSlice(target, [text, from, to]);
        ReleaseTo(mark);
    }

    private Register AddOne(Register value)
    {
        Register one = Constant(1);
        builder.AddI32(one, value, one);
        return one;
    }

    private void LowerConcat(BoundConcat expression, Register target)
    {
        int mark = temporaries.Count;
        if (expression.Parts.Length == 2)
            builder.StringConcat(target, Lower(expression.Parts[0]), Lower(expression.Parts[1]));
        else
            EmitConcatList(target, expression.Parts);
        ReleaseTo(mark);
    }

    /// <summary>Parts in one list instruction have to live in registers at once: a long chain is joined piece by piece.</summary>
    private void EmitConcatList(Register target, ImmutableArray<BoundExpression> parts)
    {
        const int MaximumAtOnce = 64;
        var pieces = new List<Register>(Math.Min(parts.Length, MaximumAtOnce));
        int mark = temporaries.Count;
        foreach (BoundExpression part in parts)
        {
            pieces.Add(Lower(part));
            if (pieces.Count < MaximumAtOnce)
                continue;
            ReleaseTo(mark);
            Register joined = Temporary(TypeRef.String);
            builder.StringConcatList(joined, [.. pieces]);
            pieces.Clear();
            pieces.Add(joined);
        }

        builder.StringConcatList(target, [.. pieces]);
    }

    private Register LowerFormat(BoundFormat expression, Register? target)
    {
        int mark = temporaries.Count;
        Register value = Lower(expression.Operand);
        if (expression.Operand.Type == BuiltInType.Bool)
            return FormatBool(value, target, mark);
        Register result = Result(target, BuiltInType.String, mark);
        if (expression.Operand.Type == BuiltInType.Char)
            builder.StringFromChar(result, value);
        else
            builder.Emit(OperatorOpcodes.Format(builder.TypeOf(value)), result, value);
        return result;
    }

    private Register FormatBool(Register value, Register? target, int mark)
    {
        Register result = Result(target, BuiltInType.String, mark);
        Label isTrue = builder.NewLabel();
        Label end = builder.NewLabel();
        builder.BrTrue(value, isTrue);
        builder.ConstString(result, "false");
        builder.Jump(end);
        builder.Mark(isTrue);
        builder.ConstString(result, "true");
        builder.Mark(end);
        return result;
    }

    private void LowerOpcode(BoundOpcode expression, Register? target)
    {
        int mark = temporaries.Count;
        var operands = new List<Register>(expression.Arguments.Length + 1);
        if (target is { } destination)
            operands.Add(destination);
        foreach (BoundExpression argument in expression.Arguments)
            operands.Add(Lower(argument));
        Position(expression.Span);
        builder.Emit(expression.Opcode, [.. operands]);
        ReleaseTo(mark);
    }

    private Register LowerCallValue(BoundCall expression, Register? target)
    {
        if (StandsInPlace(expression))
            return LowerInPlace(expression, target);
        int mark = temporaries.Count;
        Register[] arguments = LowerArguments(expression);
        if (Types.Result(expression.Type).IsNone)
        {
            EmitCall(expression, null, arguments);
            return Result(target, BuiltInType.Int, mark);
        }

        Register result = Result(target, expression.Type, mark);
        EmitCall(expression, result, arguments);
        return result;
    }

    private void LowerCall(BoundCall expression, Register? target)
    {
        if (StandsInPlace(expression))
        {
            LowerInPlace(expression, target, isFresh: false);
            return;
        }

        int mark = temporaries.Count;
        Register[] arguments = LowerArguments(expression);
        EmitCall(expression, target, arguments);
        ReleaseTo(mark);
    }

    private Register[] LowerArguments(BoundCall expression)
    {
        int offset = expression.Receiver is null ? 0 : 1;
        var arguments = new Register[expression.Arguments.Length + offset];
        if (expression.Receiver is not null)
            arguments[0] = ConstrainedReceiver(expression) is { } constrained ? Lower(constrained) : Lower(expression.Receiver);
        for (int i = 0; i < expression.Arguments.Length; i++)
            arguments[i + offset] = Lower(expression.Arguments[i]);
        return arguments;
    }

    private void EmitCall(BoundCall call, Register? result, Register[] arguments)
    {
        Position(call.Span);
        if (call.Dispatch == Binding.Dispatch.Virtual)
            builder.CallVirtual(result, program.MethodOf(call.Function, call.Types), arguments);
        else if (ConstrainedReceiver(call) is not null)
            builder.CallConstrained(result, program.MethodOf(call.Function, call.Types), arguments);
        else if (call.Dispatch == Binding.Dispatch.Interface)
            builder.CallInterface(result, program.MethodOf(call.Function, call.Types), arguments);
        else if (call.Function.IsExtern)
            builder.Trap(result, program.ImportOf(call.Function), arguments);
        else
            builder.Call(result, program.FunctionOf(call.Function, call.Types), arguments);
        if (call.Type.IsNever)
            EmitDefaultReturn(returnType);
    }

    private void LowerNew(BoundNew expression, Register target)
    {
        if (expression.Class.Symbol.IsValue)
        {
            LowerNewValue(expression, target);
            return;
        }

        int mark = temporaries.Count;
        var arguments = new Register[expression.Arguments.Length + 1];
        for (int i = 0; i < expression.Arguments.Length; i++)
            arguments[i + 1] = Lower(expression.Arguments[i]);
        Position(expression.Span);
        builder.New(target, Types.Storage(expression.Type));
        arguments[0] = target;
        builder.Call(null, program.FunctionOf(expression.Class.Symbol.Constructor!, expression.Class.Map), arguments);
        ReleaseTo(mark);
    }

    private void LowerArrayLiteral(BoundArrayLiteral expression, Register target)
    {
        int mark = temporaries.Count;
        builder.NewArray(target, Constant(expression.Elements.Length), Types.Storage(expression.Type));
        ReleaseTo(mark);
        for (int i = 0; i < expression.Elements.Length; i++)
        {
            Register value = Lower(expression.Elements[i]);
            builder.StoreElement(target, Constant(i), value);
            ReleaseTo(mark);
        }
    }

    private void LowerNewArray(BoundNewArray expression, Register target)
    {
        int mark = temporaries.Count;
        Register[] sizes = [.. expression.Sizes.Select(Lower)];
        Register? value = expression is { Initializer: { } initializer, IndexVariable: null } ? Lower(initializer) : null;
        Position(expression.Span);
        EmitNewArray(expression, (ArrayType)expression.Type, sizes, value, target);
        ReleaseTo(mark);
    }

    /// <summary>One level: the array, and unless it is innermost and left at zero, a loop that fills it.</summary>
    private void EmitNewArray(BoundNewArray expression, ArrayType type, ReadOnlySpan<Register> sizes, Register? value, Register target)
    {
        builder.NewArray(target, sizes[0], Types.Storage(type));
        bool isInnermost = sizes.Length == 1;
        if (isInnermost && expression.Initializer is null)
            return;
        int mark = temporaries.Count;
        Register index = isInnermost && expression.IndexVariable is { } variable ? LoopVariable(variable) : Temporary(TypeRef.I32);
        builder.ConstI32(index, 0);
        Register one = Constant(1);
        Label end = builder.NewLabel();
        Label body = builder.NewLabel();
        builder.BrLeI32(sizes[0], index, end);
        Mark(body);
        int inner = temporaries.Count;
        builder.StoreElement(target, index, InnerValue(expression, type, sizes, value));
        ReleaseTo(inner);
        builder.AddI32(index, index, one);
        builder.BrLtI32(index, sizes[0], body);
        Mark(end);
        ReleaseTo(mark);
    }

    private Register InnerValue(BoundNewArray expression, ArrayType type, ReadOnlySpan<Register> sizes, Register? value)
    {
        if (sizes.Length == 1)
            return value ?? Lower(expression.Initializer!);
        Register nested = Temporary(type.Element);
        EmitNewArray(expression, (ArrayType)type.Element, sizes[1..], value, nested);
        return nested;
    }

    private void LowerTypeTest(BoundTypeTest expression, Register target)
    {
        int mark = temporaries.Count;
        Register operand = Lower(expression.Operand);
        if (TypeRelations.IsOptional(expression.Operand.Type))
            EmitTestOfHeld(target, operand, expression);
        else
            EmitIs(target, operand, expression.Operand.Type.NonNull, expression.Tested);
        ReleaseTo(mark);
    }

    private void LowerCast(BoundCast expression, Register target)
    {
        int mark = temporaries.Count;
        Register operand = Lower(expression.Operand);
        Position(expression.Span);
        if (expression.IsSafe && TypeRelations.IsOptional(expression.Type))
            EmitCastToOptional(target, operand, expression);
        else if (expression.IsSafe)
            EmitSafeCast(target, operand, expression);
        else if (TypeRelations.IsOptional(expression.Type))
            EmitWrappedCast(target, operand, expression);
        else
            EmitCast(target, operand, TestedType(expression), expression.Type.NonNull);
        if (expression.Type is { IsReference: true, IsNullable: false } && expression.Operand.Type.IsNullable)
            builder.NullCheck(target);
        ReleaseTo(mark);
    }

    private void EmitSafeCast(Register target, Register operand, BoundCast cast)
    {
        Label end = builder.NewLabel();
        Label isNot = builder.NewLabel();
        Register matches = Temporary(TypeRef.I32);
        EmitIs(matches, operand, TestedType(cast), cast.Type.NonNull);
        builder.BrFalse(matches, isNot);
        EmitCast(target, operand, TestedType(cast), cast.Type.NonNull);
        builder.Jump(end);
        builder.Mark(isNot);
        builder.ConstNull(target);
        builder.Mark(end);
    }

    /// <summary>A chain of them is left-deep without bound: its operands are tried in a loop.</summary>
    private void LowerCoalesce(BoundCoalesce expression, Register target)
    {
        var operands = new Stack<BoundExpression>();
        BoundExpression first = expression;
        while (first is BoundCoalesce coalesce)
        {
            operands.Push(coalesce.Right);
            first = coalesce.Left;
        }

        Label end = builder.NewLabel();
        LowerInto(first, target, isFresh: true);
        while (operands.TryPop(out BoundExpression? next))
        {
            builder.BrNonnull(target, end);
            LowerInto(next, target, isFresh: true);
        }

        Mark(end);
    }

    private void LowerSafeAccess(BoundSafeAccess expression, Register target)
    {
        int mark = temporaries.Count;
        Label isNull = builder.NewLabel();
        Label end = builder.NewLabel();
        LowerReceiver(expression, isNull);
        LowerInto(expression.Access, target, isFresh: false);
        Jump(end);
        Mark(isNull);
        EmitNull(target, expression.Type);
        Mark(end);
        ReleaseTo(mark);
    }

    private void LowerSafeEffect(BoundSafeAccess expression)
    {
        Label end = builder.NewLabel();
        LowerReceiver(expression, end);
        LowerEffect(expression.Access);
        Mark(end);
    }

    private void LowerIfValue(BoundIf expression, Register target)
    {
        Label end = builder.NewLabel();
        foreach (BoundClause clause in expression.Clauses)
        {
            Label next = builder.NewLabel();
            int mark = temporaries.Count;
            LowerCondition(clause.Condition, next, whenTrue: false);
            ReleaseTo(mark);
            LowerBranchInto(clause.Body, target, end);
            Mark(next);
        }

        LowerBranchInto(expression.Else!.Value, target, end);
        Mark(end);
    }

    private void LowerBranchInto(BoundBranch branch, Register target, Label end)
    {
        LowerStatements(branch.Statements);
        if (branch.Value is not null && !isDead)
            LowerInto(branch.Value, target, isFresh: false);
        Jump(end);
    }
}
