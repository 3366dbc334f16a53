using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;

namespace ByteVm.Tarn.Lowering;

/// <summary>The exception classes of the module, as the prelude names them.</summary>
internal sealed partial class ProgramLowering
{
    private static readonly (CatchableFault Fault, string Class)[] faultClasses =
    [
        (CatchableFault.Null, "NullException"),
        (CatchableFault.Bounds, "BoundsException"),
        (CatchableFault.Division, "DivisionException"),
        (CatchableFault.Cast, "CastException"),
        (CatchableFault.Overflow, "OverflowException"),
        (CatchableFault.Text, "FormatException"),
        (CatchableFault.Length, "BoundsException"),
        (CatchableFault.Stack, "StackOverflowException"),
        (CatchableFault.Memory, "OutOfMemoryException"),
        (CatchableFault.Host, "IoException"),
        (CatchableFault.Denied, "IoException"),
    ];

    private bool usesHandlers;

    public ClassSymbol Exception => compilation.Exception;

    /// <summary>Something catches: then faults arrive as exceptions.</summary>
    public void UseHandlers()
    {
        if (usesHandlers)
            return;
        usesHandlers = true;
        DeclareExceptions([.. faultClasses.Select(f => new FaultClass(f.Fault, Types.Storage(compilation.PreludeClass(f.Class).Type)))]);
    }

    /// <summary>The fields of a class; of the class of exceptions also the one that is the machine's and has no name in the language.</summary>
    private IEnumerable<FieldDefinition> FieldsOf(ClassSymbol @class)
    {
        IEnumerable<FieldDefinition> fields = @class.Fields.Select(f => new FieldDefinition(f.Name, Types.Storage(compilation.TypeOf(f)!), IsMutable: !@class.IsValue));
        if (@class != Exception)
            return fields;
        if (!usesHandlers)
            DeclareExceptions([]);
        return fields.Append(new FieldDefinition("<trace>", module.ArrayOf(TypeRef.I64)));
    }

    private void DeclareExceptions(FaultClass[] faults)
    {
        int message = ((FieldSymbol)Exception.Members["message"]).Index;
        module.SetExceptions(new ExceptionClasses(Types.Storage(Exception.Type), message, Exception.Fields.Count, faults));
    }
}
