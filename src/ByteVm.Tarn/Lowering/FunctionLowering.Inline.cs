using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Lowering;

/// <summary>
/// Inline functions. A call of one is lowered as its body in this place: arguments become variables that no one else has, a return goes to the end of the body,
/// through the finallies of the body only. A lambda given for a parameter of a function type is not evaluated: each call of the parameter is the lambda's
/// body, lowered as the code around the lambda is (<see cref="Activation"/>), so what it captures is simply there.
/// <para>A variable may then change while an expression that has read it is still being evaluated; such variables are marked (<see cref="LocalSymbol.IsUntracked"/>) and
/// copied when they are read.</para>
/// </summary>
internal sealed partial class FunctionLowering
{
    /// <summary>Functions given for parameters of the inline functions being lowered.</summary>
    private Dictionary<LocalSymbol, InlinedLambda> inlined = [];

    /// <summary>Registers of the variables of the outermost inlined function; free again when it is done.</summary>
    private List<Register>? inlinedRegisters;

    private Activation activation;

    /// <summary>Whose code is being lowered: the function itself, an inline function, or a lambda in place of a call.</summary>
    /// <param name="Name">As stack traces have it.</param>
    /// <param name="File">The number of <paramref name="Source"/>.</param>
    /// <param name="Inlined">The call that it stands in place of; -1 of the function itself.</param>
    /// <param name="CopiesLocals">Locals may change while an expression that has read them is still being evaluated.</param>
    /// <param name="Return">Where a return leads; null of the function itself.</param>
    private sealed record Activation(string Name, SourceText Source, int File, int Inlined, Register Receiver, bool CopiesLocals, ReturnExit? Return);

    /// <param name="Result">Gets the value; null when there is none.</param>
    /// <param name="Last">The last statement: a return there is at the end already.</param>
    private sealed record ReturnExit(Exit End, Register? Result, BoundStatement? Last);

    private sealed record InlinedLambda(BoundLambda Lambda, Activation Activation);

    /// <summary>What a call that is lowered as code in this place consists of.</summary>
    /// <param name="Loop">The loop whose body it is.</param>
    private readonly record struct InlinedCode(BoundBlock Body, Activation Activation, LoopTarget? Loop = null)
    {
        /// <summary>The value, where the code is nothing else: without statements in it that could return.</summary>
        public BoundExpression? Single => Body.Statements is [BoundReturn { Value: { } value }] && !Activation.CopiesLocals ? value : null;
    }

    private InlinedLambda? InlinedCallee(BoundCall call) =>
        call.Receiver is BoundLocal { Local: var function } && inlined.TryGetValue(function, out InlinedLambda? lambda) ? lambda : null;

    private bool StandsInPlace(BoundCall call) => call.Function.IsInline || InlinedCallee(call) is not null;

    /// <summary>The value of a call whose code stands in this place.</summary>
    private Register LowerInPlace(BoundCall call, Register? target)
    {
        int mark = temporaries.Count;
        if (Types.Result(call.Type).IsNone)
        {
            LowerInPlace(call, null, isFresh: false);
            return Result(target, BuiltInType.Int, mark);
        }

        Register result = target ?? Temporary(call.Type);
        LowerInPlace(call, result, isFresh: target is null);
        return result;
    }

    private void LowerInPlace(BoundCall call, Register? target, bool isFresh)
    {
        InPlace(call, code =>
        {
            if (code.Single is { } value && target is { } register)
                LowerInto(value, register, isFresh);
            else
                LowerInlinedBlock(code, target is null || isFresh ? target : Temporary(call.Type), target);
        });
        if (call.Type.IsNever && !isDead)
            EmitDefaultReturn(returnType);
    }

    /// <summary>A test whose code is one expression goes where it decides, without a value of its own.</summary>
    private void LowerConditionInPlace(BoundCall call, Label target, bool whenTrue) => InPlace(call, code =>
    {
        if (code.Single is { } value)
        {
            LowerCondition(value, target, whenTrue);
            return;
        }

        Register flag = Temporary(TypeRef.I32);
        LowerInlinedBlock(code, flag, flag);
        if (whenTrue)
            builder.BrTrue(flag, target);
        else
            builder.BrFalse(flag, target);
    });

    /// <summary>Lowers the code of a call as that of another activation.</summary>
    private void InPlace(BoundCall call, Action<InlinedCode> lower)
    {
        int mark = temporaries.Count;
        bool isOutermost = inlinedRegisters is null;
        inlinedRegisters ??= [];
        (Activation around, Span positionAround) = (activation, position);
        InlinedCode code = Enter(call);
        activation = code.Activation;
        Position(code.Body.Span);
        lower(code);
        activation = around;
        SetPosition(positionAround);
        ReleaseTo(mark);
        if (isOutermost)
            ReleaseInlinedRegisters();
    }

    /// <param name="result">A register that nothing in the code reads.</param>
    private void LowerInlinedBlock(InlinedCode code, Register? result, Register? target)
    {
        Label end = builder.NewLabel();
        if (code.Loop is { } loop)
            loops[loop] = loops[loop] with { Continue = Here(end) };
        else
            activation = activation with { Return = new ReturnExit(Here(end), result, code.Body.Statements.IsEmpty ? null : code.Body.Statements[^1]) };
        LowerBlock(code.Body);
        Mark(end);
        if (target is { } register && result is { } value)
            MoveInto(register, value);
    }

    private InlinedCode Enter(BoundCall call) => InlinedCallee(call) is { } lambda ? EnterLambda(call, lambda) : EnterFunction(call);

    private InlinedCode EnterFunction(BoundCall call)
    {
        FunctionBody body = program.BodyOf(call.Function);
        var copy = new BoundTreeCopy(call.Types, typeParameters);
        Register self = call.Receiver is null ? default : LowerArgument(call.Receiver, call.Receiver.Type);
        for (int i = 0; i < call.Arguments.Length; i++)
            BindParameter(call.Function, body.Function.Parameters[i], call.Arguments[i], copy);
        SourceText source = call.Function.Module.Source;
        int number = AddInlinedCall(call.Function.QualifiedName, call.Span);
        return new InlinedCode(copy.Copy(body.Block), new Activation(call.Function.QualifiedName, source, program.FileOf(source), number, self, body.HasStatementsInValues, null));
    }

    /// <summary>A collection whose class has a method for loops is known as what it is.</summary>
    private void BindParameter(FunctionSymbol function, LocalSymbol parameter, BoundExpression argument, BoundTreeCopy copy)
    {
        TarnType known = InlineFunctions.StaticType(argument);
        if (InlineFunctions.FindForEach(known) is not null)
            locals[copy.Narrow(parameter, known)] = LowerArgument(WithoutConversions(argument), known);
        else if (function.TakesInline(parameter) && LambdaOf(argument) is { } lambda)
            inlined[copy.Copy(parameter)] = lambda;
        else
            locals[copy.Copy(parameter)] = LowerArgument(argument, copy.Copy(parameter).Type);
    }

    private static BoundExpression WithoutConversions(BoundExpression expression) =>
        expression is BoundConversion { Operand: { Type: ClassType } operand } ? WithoutConversions(operand) : expression;

    /// <summary>The lambda that an argument is; null when it is a value. What a method value holds is evaluated.</summary>
    private InlinedLambda? LambdaOf(BoundExpression argument)
    {
        switch (argument)
        {
            case BoundLambda lambda:
                return new InlinedLambda(lambda, activation);
            case BoundLocal { Local: var local }:
                return inlined.GetValueOrDefault(local);
            case BoundLet { Body: BoundLambda lambda } let:
                locals[let.Local] = LowerArgument(let.Value, let.Local.Type);
                return new InlinedLambda(lambda, activation);
            default:
                return null;
        }
    }

    /// <summary>A register that keeps its value as long as the callee runs.</summary>
    private Register LowerArgument(BoundExpression argument, TarnType type)
    {
        if (argument is BoundThis || argument is BoundLocal { Local: { IsMutable: false, IsShared: false } local } && !IsSeenOtherwise(local.Type, argument.Type))
            return Lower(argument);
        Register register = Temporary(type);
        LowerInto(argument, register, isFresh: true);
        return register;
    }

    /// <summary>Arguments are expressions of code that the lambda is not part of, so it cannot change the variables among them.</summary>
    private InlinedCode EnterLambda(BoundCall call, InlinedLambda lambda)
    {
        for (int i = 0; i < call.Arguments.Length; i++)
            locals[lambda.Lambda.Parameters[i]] = Lower(call.Arguments[i]);
        if (lambda.Lambda.Loop is { } loop)
            return new InlinedCode(lambda.Lambda.Body, lambda.Activation, loop);
        string name = lambda.Activation.Name + ".<lambda>";
        return new InlinedCode(
            lambda.Lambda.Body, lambda.Activation with { Name = name, Inlined = AddInlinedCall(name, call.Span), CopiesLocals = lambda.Lambda.HasStatementsInValues });
    }

    private int AddInlinedCall(string callee, Span span) =>
        builder.AddInlinedCall(new InlinedCall(callee, activation.File, activation.Source.LineOf(span.Start), activation.Source.ColumnOf(span.Start), activation.Inlined));

    private void LowerReturnInPlace(BoundReturn statement, ReturnExit exit)
    {
        if (statement.Value is { } value && exit.Result is { } result)
            LowerInto(value, result, isFresh: true);
        else if (statement.Value is { } effect)
            LowerEffect(effect);
        if (isDead || (ReferenceEquals(statement, exit.Last) && finallies.Count == exit.End.Finallies))
            return;
        LeaveTo(exit.End);
        isDead = true;
    }

    /// <summary>A register for a variable.</summary>
    private Register VariableRegister(TypeRef type)
    {
        if (inlinedRegisters is null)
            return NewRegister(type);
        Register register = free.TryGetValue(type.InRegister, out Stack<Register>? pool) && pool.TryPop(out Register reused) ? reused : NewRegister(type);
        inlinedRegisters.Add(register);
        return register;
    }

    private void ReleaseInlinedRegisters()
    {
        foreach (Register register in inlinedRegisters!)
            Free(register);
        inlinedRegisters = null;
    }
}
