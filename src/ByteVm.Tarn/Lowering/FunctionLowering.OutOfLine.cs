using System.Collections.Immutable;
using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Lowering;

/// <summary>
/// Code off the usual way, which stands behind the function's other code so that nobody has to jump over it: what catches, and what follows a finally that did not end by itself.
/// <para>It is lowered when everything else is, with what was known at its place (<see cref="Surroundings"/>): the registers that are free there are free to it, because what
/// uses them later is not alive when it runs. Exceptions in it go where they would have gone from its place (<see cref="Protection"/>). What is put off while such code is lowered comes
/// directly behind it: so the ways out through a finally are all known when the code after it is lowered, which was put off after all that is around its try.</para>
/// </summary>
internal sealed partial class FunctionLowering
{
    private sealed record OutOfLineCode(Action Lower, Surroundings Surroundings);

    /// <summary>What of the lowering's state belongs to a place.</summary>
    private sealed record Surroundings(
        Dictionary<LocalSymbol, Register> Locals, Dictionary<BoundPlaceholder, Register> Placeholders, Dictionary<LoopTarget, LoopLabels> Loops,
        Dictionary<LocalSymbol, InlinedLambda> Inlined, Dictionary<TypeRef, Stack<Register>> Free, List<Register> Temporaries, List<Finally> Finallies,
        ImmutableArray<Protection> Protections, Activation Activation, Span Position);

    /// <summary>Statements whose exceptions are caught: the handlers, known when they have been lowered.</summary>
    private sealed class Protection
    {
        public List<(Label Target, TypeRef Type, Register? Register)> Handlers { get; } = [];
    }

    private List<OutOfLineCode> outOfLine = [];

    /// <summary>Those around the place being lowered, inner ones last.</summary>
    private ImmutableArray<Protection> protections = [];

    /// <summary>Lowers code, marks included, behind all other code, as if it stood here.</summary>
    private void PutOff(Action lower) => outOfLine.Add(new OutOfLineCode(lower, new Surroundings(
        new Dictionary<LocalSymbol, Register>(locals), new Dictionary<BoundPlaceholder, Register>(placeholders, ReferenceEqualityComparer.Instance),
        new Dictionary<LoopTarget, LoopLabels>(loops), new Dictionary<LocalSymbol, InlinedLambda>(inlined),
        free.ToDictionary(pool => pool.Key, pool => new Stack<Register>(pool.Value.Reverse())), [.. temporaries], [.. finallies], protections, activation, position)));

    /// <summary>Lowers all that was put off. Control must not come here.</summary>
    private void LowerOutOfLine()
    {
        List<OutOfLineCode> pending = outOfLine;
        outOfLine = [];
        foreach (OutOfLineCode code in pending)
        {
            Enter(code.Surroundings);
            Label start = builder.NewLabel(), end = builder.NewLabel();
            builder.Mark(start);
            code.Lower();
            builder.Mark(end);
            Protect(start, end, code.Surroundings.Protections);
            LowerOutOfLine();
        }
    }

    private void Enter(Surroundings surroundings)
    {
        (locals, placeholders, loops, inlined) = (surroundings.Locals, surroundings.Placeholders, surroundings.Loops, surroundings.Inlined);
        (free, temporaries, finallies) = (surroundings.Free, surroundings.Temporaries, surroundings.Finallies);
        (protections, activation, inlinedRegisters) = (surroundings.Protections, surroundings.Activation, null);
        SetPosition(surroundings.Position);
    }

    private void Protect(Label start, Label end, ImmutableArray<Protection> around)
    {
        for (int i = around.Length - 1; i >= 0; i--)
        {
            foreach ((Label target, TypeRef type, Register? register) in around[i].Handlers)
                builder.AddHandler(start, end, target, type, register);
        }
    }

    /// <summary>Lowers statements whose exceptions are caught, and says where they begin and end; the handlers are still to be added.</summary>
    private (Protection Protection, Label Start, Label End) LowerProtected(Action lower)
    {
        var protection = new Protection();
        Label start = builder.NewLabel(), end = builder.NewLabel();
        ImmutableArray<Protection> around = protections;
        protections = protections.Add(protection);
        builder.Mark(start);
        lower();
        builder.Mark(end);
        protections = around;
        return (protection, start, end);
    }

    private void AddHandler((Protection Protection, Label Start, Label End) statements, Label target, TypeRef type, Register? register)
    {
        statements.Protection.Handlers.Add((target, type, register));
        builder.AddHandler(statements.Start, statements.End, target, type, register);
    }
}
