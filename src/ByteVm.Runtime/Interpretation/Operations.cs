namespace ByteVm.Runtime.Interpretation;

/// <summary>
/// What the instructions that only compute do: the reference semantics, one pure function per instruction, named after it. The
/// interpreter's handlers for them are generated from the opcode table; branches use the comparison of the same name. One that may
/// fault returns its fault and gives the result by reference.
/// </summary>
internal static partial class Operations;
