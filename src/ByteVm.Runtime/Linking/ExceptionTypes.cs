using ByteVm.Bytecode;

namespace ByteVm.Runtime.Linking;

/// <summary>The classes by which a program throws and catches, laid out.</summary>
internal sealed class ExceptionTypes
{
    private readonly Dictionary<CatchableFault, LinkedType> classes = [];

    public ExceptionTypes(Program program, ExceptionClasses module)
    {
        Root = program.Type(module.Root);
        FieldLayout fields = Root.Fields;
        MessageOffset = (uint)fields.FieldOffsets[module.MessageField];
        TraceOffset = (uint)fields.FieldOffsets[module.TraceField];
        TraceArray = program.ArrayOf(program.Type(TypeRef.I64));
        foreach (FaultClass fault in module.Faults)
            classes.Add(fault.Fault, program.Type(fault.Class));
    }

    public LinkedType Root { get; }

    /// <summary>Offset of the message, a string, in every exception.</summary>
    public uint MessageOffset { get; }

    /// <summary>Offset of the trace in every exception.</summary>
    public uint TraceOffset { get; }

    public LinkedType TraceArray { get; }

    /// <summary>What a fault arrives as; null when it cannot be caught.</summary>
    public LinkedType? ClassOf(FaultKind kind) => FaultOf(kind) is { } fault ? classes.GetValueOrDefault(fault) : null;

    /// <summary>Control traps are not among the faults that a guest catches.</summary>
    private static CatchableFault? FaultOf(FaultKind kind) => kind switch
    {
        FaultKind.NullReference => CatchableFault.Null,
        FaultKind.IndexOutOfBounds => CatchableFault.Bounds,
        FaultKind.DivisionByZero => CatchableFault.Division,
        FaultKind.InvalidCast => CatchableFault.Cast,
        FaultKind.ArithmeticOverflow => CatchableFault.Overflow,
        FaultKind.MalformedText => CatchableFault.Text,
        FaultKind.NegativeArrayLength => CatchableFault.Length,
        FaultKind.StackOverflow => CatchableFault.Stack,
        FaultKind.OutOfMemory => CatchableFault.Memory,
        FaultKind.HostError => CatchableFault.Host,
        FaultKind.Denied => CatchableFault.Denied,
        _ => null,
    };
}
