namespace ByteVm.Bytecode;

/// <summary>The faults of the machine that can arrive as exceptions. Their numbers are part of the module format.</summary>
public enum CatchableFault : byte
{
    Null,
    Bounds,
    Division,
    Cast,
    Overflow,

    /// <summary>Bytes that are not UTF-8, a slice inside a scalar, a number that is not a Unicode scalar.</summary>
    Text,

    /// <summary>A negative array length.</summary>
    Length,

    /// <summary>Calls nest too deep.</summary>
    Stack,

    Memory,

    /// <summary>A host operation failed.</summary>
    Host,

    /// <summary>A host operation was not allowed.</summary>
    Denied,
}

/// <summary>What a fault arrives as.</summary>
/// <param name="Class">A class that inherits the root. The machine makes the object: all fields zero or null but the message and the trace.</param>
public readonly record struct FaultClass(CatchableFault Fault, TypeRef Class);

/// <summary>
/// The classes by which a module throws and catches. The machine fills two fields of the root class: the message of faults, and the
/// stack trace of everything that is thrown.
/// </summary>
/// <param name="Root">The class of all exceptions.</param>
/// <param name="MessageField">Index of a <c>string</c> among the root's own fields.</param>
/// <param name="TraceField">Index of an <c>i64[]</c> among the root's own fields. The machine's alone: code cannot name it.</param>
/// <param name="Faults">Ascending by fault; a fault that is missing cannot be caught.</param>
public sealed record ExceptionClasses(TypeRef Root, int MessageField, int TraceField, IReadOnlyList<FaultClass> Faults);

/// <summary>A range of a function's code whose exceptions go on elsewhere in the function.</summary>
/// <param name="Start">First instruction of the range.</param>
/// <param name="End">First instruction behind it.</param>
/// <param name="Target">Where the function goes on.</param>
/// <param name="Type">Exceptions of this type are taken.</param>
/// <param name="Register">Where the exception is put; <see cref="Instruction.NoRegister"/> when nobody wants it.</param>
public readonly record struct ExceptionHandler(int Start, int End, int Target, TypeRef Type, int Register);
