using System.Collections.Immutable;
using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;

namespace ByteVm.Tarn.Lowering;

/// <summary>
/// What throws and catches. What catches stands behind the function's other code, so a try that is not left is no instruction. The code of a finally stands once, behind the
/// statements before it: whatever ends them otherwise says in a register how the way goes on, jumps there, and at its end that is looked up. A way through several of them is taken in
/// steps, one for each.
/// </summary>
internal sealed partial class FunctionLowering
{
    private const int GoesOn = 0;
    private const int Throws = 1;

    /// <summary>Those around the place being lowered, inner ones last.</summary>
    private List<Finally> finallies = [];

    /// <param name="way">Gets the number of the way that control takes after it.</param>
    /// <param name="entry">Where it begins.</param>
    private sealed class Finally(Register way, Label entry)
    {
        public Register Way => way;

        public Label Entry => entry;

        /// <summary>Ways out of the try from number 2 on: how many finallies are around the place they lead to, and what happens there.</summary>
        public List<(int Depth, Label? Target, Action Finish)> Exits { get; } = [];
    }

    private void LowerThrow(BoundThrow expression)
    {
        int mark = temporaries.Count;
        Register exception = Lower(expression.Exception);
        if (!isDead)
        {
            Position(expression.Span);
            builder.Throw(exception);
        }

        isDead = true;
        ReleaseTo(mark);
    }

    /// <param name="target">Gets the value; null when none is wanted.</param>
    private void LowerTry(BoundTry expression, Register? target)
    {
        program.UseHandlers();
        if (expression.Finally is null)
            LowerTryCatch(expression, target);
        else
            LowerTryFinally(expression, target, expression.Finally);
    }

    private void LowerTryCatch(BoundTry expression, Register? target)
    {
        Label done = builder.NewLabel();
        var statements = LowerProtected(() => LowerTryBranch(expression.Body, target));
        Mark(done);
        var handlers = ImmutableArray.CreateBuilder<(Label Target, BoundCatch Catch, Register? Register)>();
        foreach (BoundCatch clause in expression.Catches)
        {
            Label handler = builder.NewLabel();
            Register? register = clause.Local is null ? null : NewRegister(Types.Register(clause.Type));
            AddHandler(statements, handler, Types.Storage(clause.Type), register);
            handlers.Add((handler, clause, register));
        }

        PutOff(() =>
        {
            foreach ((Label handler, BoundCatch clause, Register? register) in handlers)
            {
                Mark(handler);
                LowerCatch(clause, register, target);
                Jump(done);
            }
        });
    }

    private void LowerCatch(BoundCatch clause, Register? register, Register? target)
    {
        if (clause.Local is { } local)
            DeclareCaught(local, register!.Value);
        LowerTryBranch(clause.Body, target);
    }

    private void DeclareCaught(LocalSymbol local, Register register)
    {
        builder.NameLocal(register, local.Name, builder.Position, builder.Position);
        locals[local] = register;
    }

    private void LowerTryBranch(BoundBranch branch, Register? target)
    {
        LowerStatements(branch.Statements);
        if (branch.Value is null || isDead)
            return;
        int mark = temporaries.Count;
        LowerInto(branch.Value, target!.Value, isFresh: false);
        ReleaseTo(mark);
    }

    private void LowerTryFinally(BoundTry expression, Register? target, BoundBlock block)
    {
        var scope = new Finally(NewRegister(TypeRef.I32), builder.NewLabel());
        Register exception = NewRegister(Types.Register(program.Exception.Type));
        finallies.Add(scope);
        var statements = LowerProtected(() =>
        {
            if (expression.Catches.IsEmpty)
                LowerTryBranch(expression.Body, target);
            else
                LowerTryCatch(expression, target);
        });
        finallies.RemoveAt(finallies.Count - 1);
        bool goesOn = !isDead;
        if (goesOn)
            builder.ConstI32(scope.Way, GoesOn);
        Label handler = builder.NewLabel();
        AddHandler(statements, handler, Types.Storage(program.Exception.Type), exception);
        Mark(scope.Entry);
        LowerBlock(block);
        if (!isDead)
            LeaveFinally(scope, exception, goesOn);
        PutOff(() =>
        {
            Mark(handler);
            builder.ConstI32(scope.Way, Throws);
            Jump(scope.Entry);
        });
    }

    /// <summary>The end of a finally: where the try ended by itself, on.</summary>
    private void LeaveFinally(Finally scope, Register exception, bool goesOn)
    {
        Label waysOn = builder.NewLabel();
        if (goesOn)
            builder.BrTrue(scope.Way, waysOn);
        else
            Jump(waysOn);
        PutOff(() =>
        {
            Mark(waysOn);
            LowerWaysOn(scope, exception);
        });
    }

    /// <summary>What follows a finally before which the try did not end by itself: again the exception, or the rest of the way out.</summary>
    private void LowerWaysOn(Finally scope, Register exception)
    {
        Label rethrow = builder.NewLabel();
        Label[] exits = [.. scope.Exits.Select(_ => builder.NewLabel())];
        if (exits.Length > 0)
            builder.Switch(scope.Way, [rethrow, rethrow, .. exits, rethrow]);
        Mark(rethrow);
        builder.Throw(exception);
        isDead = true;
        for (int i = 0; i < exits.Length; i++)
        {
            (int depth, Label? target, Action finish) = scope.Exits[i];
            Mark(exits[i]);
            Leave(depth, target, finish);
        }
    }

    /// <summary>A place that is left to.</summary>
    /// <param name="Finallies">How many are around it.</param>
    private readonly record struct Exit(Label Label, int Finallies);

    /// <summary>Where a loop's breaks and continues lead.</summary>
    private readonly record struct LoopLabels(Exit Break, Exit Continue);

    /// <summary>A label that will stand inside of the same finallies as this place.</summary>
    private Exit Here(Label label) => new(label, finallies.Count);

    /// <summary>Goes to a label, through the finallies between.</summary>
    private void LeaveTo(Exit exit) => Leave(exit.Finallies, exit.Label, () => Jump(exit.Label));

    private void Leave(int depth, Label? target, Action finish)
    {
        if (finallies.Count <= depth)
        {
            finish();
            return;
        }

        Finally scope = finallies[^1];
        int exit = target is null ? -1 : scope.Exits.FindIndex(e => e.Target == target);
        if (exit < 0)
        {
            exit = scope.Exits.Count;
            scope.Exits.Add((depth, target, finish));
        }

        builder.ConstI32(scope.Way, Throws + 1 + exit);
        Jump(scope.Entry);
    }

    /// <summary>The value is kept in a register of its own: what runs on the way may change the variable it came from.</summary>
    private void LowerReturnThroughFinallies(BoundReturn statement)
    {
        if (statement.Value is null)
        {
            Leave(0, null, LowerReturn);
            return;
        }

        Register result = NewRegister(Types.Register(returnType));
        LowerInto(statement.Value, result, isFresh: true);
        if (!isDead)
            Leave(0, null, () => ReturnValue(result));
    }

    private void ReturnValue(Register result)
    {
        builder.ReturnValue(result);
        isDead = true;
    }
}
