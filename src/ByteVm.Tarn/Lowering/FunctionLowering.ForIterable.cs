using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;

namespace ByteVm.Tarn.Lowering;

/// <summary>'for' over objects.</summary>
internal sealed partial class FunctionLowering
{
    private void LowerForIterable(BoundForIterable loop)
    {
        TarnType known = InlineFunctions.StaticType(loop.Collection);
        if (InlineFunctions.FindForEach(known) is { } forEach && loop.Collection is BoundLocal { Local: var collection })
            LowerForCall(InlineFunctions.ForCall(loop.Span, loop.Target, loop.Variable, new BoundLocal(loop.Collection.Span, collection, known), forEach, loop.Body));
        else
            LowerWithIterator(loop);
    }

    private void LowerWithIterator(BoundForIterable loop)
    {
        LowerLocal(new BoundLocalDeclaration(loop.Start.Span, loop.Iterator, loop.Start));
        var round = new BoundBlock(loop.Span, [new BoundLocalDeclaration(loop.Variable.NameSpan, loop.Variable, loop.Next), loop.Body]);
        LowerWhile(new BoundWhile(loop.Span, loop.Target, loop.HasNext, round));
    }

    private void LowerForCall(BoundForCall loop)
    {
        Label end = builder.NewLabel();
        loops[loop.Target] = new LoopLabels(Here(end), default);
        LowerCall(loop.Call, null);
        Mark(end);
    }
}
