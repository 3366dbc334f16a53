using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Lowering;

/// <summary>Statements.</summary>
internal sealed partial class FunctionLowering
{
    private void LowerBlock(BoundBlock block)
    {
        foreach (BoundStatement statement in block.Statements)
            LowerStatement(statement);
    }

    private void LowerStatement(BoundStatement statement)
    {
        if (isDead)
            return;
        int mark = temporaries.Count;
        if (statement is not BoundBlock)
            Position(statement.Span);
        Dispatch(statement);
        ReleaseTo(mark);
    }

    private void Dispatch(BoundStatement statement)
    {
        switch (statement)
        {
            case BoundExpressionStatement s: LowerEffect(s.Expression); break;
            case BoundLocalDeclaration s: LowerLocal(s); break;
            case BoundAssignment s: LowerAssignment(s); break;
            case BoundCompoundAssignment s: LowerCompoundAssignment(s); break;
            case BoundReturn s: LowerReturn(s); break;
            case BoundBlock s: LowerBlock(s); break;
            case BoundWhile s: LowerWhile(s); break;
            case BoundForRange s: LowerForRange(s); break;
            case BoundForArray s: LowerForArray(s); break;
            case BoundForString s: LowerForString(s); break;
            case BoundForIterable s: LowerForIterable(s); break;
            case BoundForCall s: LowerForCall(s); break;
            case BoundBreak s: LeaveTo(loops[s.Target].Break); break;
            case BoundContinue s: LeaveTo(loops[s.Target].Continue); break;
            default: throw new InvalidOperationException($"No lowering for {statement.GetType().Name}.");
        }
    }

    /// <summary>An expression for its effect; its value, if any, is dropped.</summary>
    private void LowerEffect(BoundExpression expression)
    {
        switch (expression)
        {
            case BoundIf { Type.IsVoid: true } s: LowerIfStatement(s); break;
            case BoundMatch { Type.IsVoid: true } s: LowerMatch(s, null); break;
            case BoundTry s: LowerTry(s, null); break;
            case BoundThrow s: LowerThrow(s); break;
            case BoundCall s: LowerCall(s, null); break;
            case BoundOpcode { Type.IsVoid: true } s: LowerOpcode(s, null); break;
            case BoundSafeAccess { Type.IsVoid: true } s: LowerSafeEffect(s); break;
            default: Lower(expression); break;
        }
    }

    private void LowerLocal(BoundLocalDeclaration statement)
    {
        if (statement.Local.IsShared)
        {
            LowerSharedLocal(statement);
            return;
        }

        Register register = VariableRegister(Types.Register(statement.Local.Type));
        locals[statement.Local] = register;
        builder.NameLocal(register, statement.Local.Name, builder.Position, builder.Position);
        if (statement.Initializer is not null)
            LowerInto(statement.Initializer, register, isFresh: true);
        else if (statement.Local.Type is not TypeVariable && !TypeRelations.IsValue(statement.Local.Type) && !TypeRelations.IsOptional(statement.Local.Type))
            EmitZero(register);
    }

    private void LowerAssignment(BoundAssignment statement)
    {
        if (statement.Target is BoundLocal { Local: { IsShared: false } local })
        {
            LowerInto(statement.Value, locals[local], isFresh: false);
            return;
        }

        Place place = LowerPlace(statement.Target);
        Register value = Lower(statement.Value);
        Position(statement.Span);
        Store(place, value);
    }

    private void LowerCompoundAssignment(BoundCompoundAssignment statement)
    {
        Place place = LowerPlace(statement.Target);
        Register current = Load(place, Types.Register(statement.Target.Type));
        if (place.Kind == PlaceKind.Local && (activation.CopiesLocals || statement.Target is BoundLocal { Local.IsUntracked: true }))
            current = Lower(statement.Target);
        placeholders[statement.Current] = statement.Current.Type.IsNullable || !TypeRelations.IsOptional(statement.Target.Type)
            ? current
            : Unwrap(current, statement.Target.Type);
        if (place.Kind == PlaceKind.Local)
        {
            LowerInto(statement.Value, place.A, isFresh: false);
            return;
        }

        Register value = Lower(statement.Value);
        Position(statement.Span);
        Store(place, value);
    }

    private enum PlaceKind { Local, Global, Field, Element }

    /// <summary>A place with its operands evaluated: a local's register; an object and field; an array and index.</summary>
    private readonly record struct Place(PlaceKind Kind, Register A, Register B, FieldRef Field, GlobalRef Global);

    private Place LowerPlace(BoundExpression target) => target switch
    {
        BoundLocal { Local.IsShared: true } shared => new Place(PlaceKind.Field, locals[shared.Local], default, program.SharedField(shared.Local), default),
        BoundLocal local => new Place(PlaceKind.Local, locals[local.Local], default, default, default),
        BoundGlobal global => new Place(PlaceKind.Global, default, default, default, program.GlobalOf(global.Global)),
        BoundField field => new Place(PlaceKind.Field, Lower(field.Receiver), default, program.FieldOf(field.Field, field.Receiver.Type), default),
        BoundElement element => new Place(PlaceKind.Element, Lower(element.Array), Lower(element.Index), default, default),
        _ => throw new InvalidOperationException($"{target.GetType().Name} is no place."),
    };

    private Register Load(Place place, TypeRef type)
    {
        if (place.Kind == PlaceKind.Local)
            return place.A;
        Register value = Temporary(type);
        if (place.Kind == PlaceKind.Global)
            builder.LoadGlobal(value, place.Global);
        else if (place.Kind == PlaceKind.Field)
            builder.LoadField(value, place.A, place.Field);
        else
            builder.LoadElement(value, place.A, place.B);
        return value;
    }

    private void Store(Place place, Register value)
    {
        switch (place.Kind)
        {
            case PlaceKind.Local: builder.Move(place.A, value); break;
            case PlaceKind.Global: builder.StoreGlobal(place.Global, value); break;
            case PlaceKind.Field: builder.StoreField(place.A, place.Field, value); break;
            default: builder.StoreElement(place.A, place.B, value); break;
        }
    }

    private void LowerReturn(BoundReturn statement)
    {
        if (activation.Return is { } exit)
        {
            LowerReturnInPlace(statement, exit);
            return;
        }

        if (finallies.Count > 0)
        {
            LowerReturnThroughFinallies(statement);
            return;
        }

        if (statement.Value is null)
        {
            LowerReturn();
            return;
        }

        Register value = Lower(statement.Value);
        if (!isDead)
            builder.ReturnValue(value);
        isDead = true;
    }

    private void LowerIfStatement(BoundIf statement)
    {
        Label end = builder.NewLabel();
        foreach (BoundClause clause in statement.Clauses)
        {
            Label next = builder.NewLabel();
            LowerCondition(clause.Condition, next, whenTrue: false);
            LowerStatements(clause.Body.Statements);
            Jump(end);
            Mark(next);
        }

        if (statement.Else is { } otherwise)
            LowerStatements(otherwise.Statements);
        Mark(end);
    }

    private void LowerStatements(System.Collections.Immutable.ImmutableArray<BoundStatement> statements)
    {
        foreach (BoundStatement statement in statements)
            LowerStatement(statement);
    }

    // The condition stands at the bottom: one branch for each round.
    private void LowerWhile(BoundWhile statement)
    {
        (Label end, Label condition) = OpenLoop(statement.Target);
        Label body = builder.NewLabel();
        Jump(condition);
        Mark(body);
        LowerStatement(statement.Body);
        Mark(condition);
        Position(statement.Condition.Span);
        int mark = temporaries.Count;
        LowerCondition(statement.Condition, body, whenTrue: true);
        ReleaseTo(mark);
        Mark(end);
    }

    private (Label End, Label Next) OpenLoop(LoopTarget target)
    {
        (Label end, Label next) = (builder.NewLabel(), builder.NewLabel());
        loops[target] = new LoopLabels(Here(end), Here(next));
        return (end, next);
    }

    private Register LoopVariable(LocalSymbol symbol)
    {
        Register register = VariableRegister(Types.Register(symbol.Type));
        locals[symbol] = register;
        builder.NameLocal(register, symbol.Name, builder.Position, builder.Position);
        return register;
    }

    private void LowerForRange(BoundForRange statement)
    {
        Register variable = LoopVariable(statement.Variable);
        TypeRef type = builder.TypeOf(variable);
        LowerInto(statement.From, variable, isFresh: true);
        Register limit = Temporary(type);
        LowerInto(statement.To, limit, isFresh: true);
        bool isDownward = statement.Step is BoundInteger { Value: < 0 };
        Register step = LowerStep(statement.Step, type, isDownward);
        (Label end, Label next) = OpenLoop(statement.Target);
        Label body = builder.NewLabel();
        BinaryOperator leaves = (isDownward, statement.IsClosed) switch
        {
            (false, false) => BinaryOperator.GreaterOrEqual,
            (false, true) => BinaryOperator.Greater,
            (true, false) => BinaryOperator.LessOrEqual,
            (true, true) => BinaryOperator.Less,
        };
        if (statement.Step is not BoundInteger)
            EmitLeaveUnlessPositive(step, end);
        EmitBranch(leaves, variable, limit, end);
        Mark(body);
        LowerStatement(statement.Body);
        Mark(next);
        Position(statement.Span);
        AdvanceRange(statement, isDownward, step, variable, limit, body, end);
        Mark(end);
    }

    private Register LowerStep(BoundExpression step, TypeRef type, bool isDownward)
    {
        Register register = Temporary(type);
        if (isDownward)
            EmitInteger(register, -((BoundInteger)step).Value);
        else
            LowerInto(step, register, isFresh: true);
        return register;
    }

    private void EmitLeaveUnlessPositive(Register step, Label end)
    {
        int mark = temporaries.Count;
        Register zero = Temporary(builder.TypeOf(step));
        EmitZero(zero);
        EmitBranch(BinaryOperator.LessOrEqual, step, zero, end);
        ReleaseTo(mark);
    }

    /// <summary>
    /// The end of a round. The variable must not step over the limit into overflow: what remains is compared, unsigned, with the step. With
    /// step 1 before an open limit that cannot happen.
    /// </summary>
    private void AdvanceRange(BoundForRange statement, bool isDownward, Register step, Register variable, Register limit, Label body, Label end)
    {
        TypeRef type = builder.TypeOf(variable);
        (Opcode forward, Opcode backward) = type == TypeRef.I32 ? (Opcode.AddI32, Opcode.SubI32) : (Opcode.AddI64, Opcode.SubI64);
        if (statement is { Step: BoundInteger { Value: 1 }, IsClosed: false })
        {
            builder.Emit(forward, variable, variable, step);
            EmitBranch(BinaryOperator.Less, variable, limit, body);
            return;
        }

        Register remaining = Temporary(type);
        builder.Emit(backward, remaining, isDownward ? variable : limit, isDownward ? limit : variable);
        EmitLeaveRange(statement.IsClosed, type, remaining, step, end);
        builder.Emit(isDownward ? backward : forward, variable, variable, step);
        builder.Jump(body);
    }

    private void EmitLeaveRange(bool isClosed, TypeRef type, Register remaining, Register step, Label end)
    {
        if (type == TypeRef.I32)
        {
            builder.EmitBranch(isClosed ? Opcode.BrLtU32 : Opcode.BrLeU32, remaining, step, end);
            return;
        }

        // 64 bits have no unsigned branch.
        Register leaves = Temporary(TypeRef.I32);
        builder.Emit(isClosed ? Opcode.LtU64 : Opcode.LeU64, leaves, remaining, step);
        builder.BrTrue(leaves, end);
    }

    private void EmitInteger(Register register, long value)
    {
        if (builder.TypeOf(register) == TypeRef.I32)
            builder.ConstI32(register, (int)value);
        else
            builder.ConstI64(register, value);
    }

    private void EmitBranch(BinaryOperator @operator, Register left, Register right, Label target)
    {
        OperatorOpcodes.Comparison branch = OperatorOpcodes.Branch(@operator, builder.TypeOf(left), outcome: true);
        builder.EmitBranch(branch.Opcode, branch.IsExchanged ? right : left, branch.IsExchanged ? left : right, target);
    }

    private void LowerForArray(BoundForArray statement)
    {
        Register array = Temporary(statement.Array.Type);
        LowerInto(statement.Array, array, isFresh: true);
        Register length = Temporary(TypeRef.I32);
        builder.ArrayLength(length, array);
        Register index = Constant(0);
        Register one = Constant(1);
        Register variable = LoopVariable(statement.Variable);
        (Label end, Label next) = OpenLoop(statement.Target);
        Label body = builder.NewLabel();
        builder.BrLeI32(length, index, end);
        Mark(body);
        builder.LoadElement(variable, array, index);
        LowerStatement(statement.Body);
        Mark(next);
        Position(statement.Span);
        builder.AddI32(index, index, one);
        builder.BrLtI32(index, length, body);
        Mark(end);
    }

    private void LowerForString(BoundForString statement)
    {
        Register text = Temporary(TypeRef.String);
        LowerInto(statement.Text, text, isFresh: true);
        Register length = Temporary(TypeRef.I32);
        builder.StringLength(length, text);
        Register index = Constant(0);
        Register variable = LoopVariable(statement.Variable);
        (Label end, Label next) = OpenLoop(statement.Target);
        Label body = builder.NewLabel();
        builder.BrLeI32(length, index, end);
        Mark(body);
        EmitScalar(variable, text, index);
        LowerStatement(statement.Body);
        Mark(next);
        Position(statement.Span);
        builder.BrLtI32(index, length, body);
        Mark(end);
    }

    /// <summary>Reads the scalar at <paramref name="index"/> and moves the index behind it. ASCII inline, the rest by the prelude.</summary>
    private void EmitScalar(Register scalar, Register text, Register index)
    {
        int mark = temporaries.Count;
        Label wide = builder.NewLabel();
        Label done = builder.NewLabel();
        builder.StringByte(scalar, text, index);
        builder.BrLeI32(Constant(0x80), scalar, wide);
        builder.AddI32(index, index, Constant(1));
        builder.Jump(done);
        builder.Mark(wide);
        builder.Call(scalar, program.FunctionOf(program.ScalarAt, TypeMap.Empty), [text, index]);
        Register width = Temporary(TypeRef.I32);
        builder.Call(width, program.FunctionOf(program.ScalarWidth, TypeMap.Empty), [scalar]);
        builder.AddI32(index, index, width);
        builder.Mark(done);
        ReleaseTo(mark);
    }
}
