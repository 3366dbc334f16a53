using ByteVm.Runtime.Interpretation;

namespace ByteVm.Runtime.Linking;

/// <summary>
/// A view of one instruction of linked code. Linked code is an array of 64-bit words in native memory:
/// <code>
///   bits  0..15 opcode    16..31 A    32..47 B    48..63 C      (or: 32..63 one i32, "word")
///   next word: the extension, where the opcode has one
///   switch: the extension holds the number of targets; that many words follow, each a word offset from the instruction
/// </code>
/// A, B, C are signed. A slot operand is its word displacement from the frame pointer (<see cref="Memory.Layout.FrameLayout"/>);
/// displacement 0 is never a slot and means "no result". A branch target is the signed distance in words from the instruction:
/// in the first free operand, or for <c>jump</c> in the i32. Labels of a switch and the i32 of <c>jump</c> reach everywhere; a short
/// branch that does not reach is linked as a branch over a jump. Constants of <c>const.i64</c> stand in the extension.
/// Arguments (<c>args</c>) lie in the outgoing words from 0 on, moved there before; the first free operand holds how many words they take
/// (B where A is the destination, else A).
/// </summary>
internal readonly unsafe struct LinkedInstruction(ulong* address)
{
    public readonly ulong* Address = address;

    /// <summary>The instruction proper: what the interpreter fused with its successor reads as before.</summary>
    public LinkedOpcode Opcode => FusedInstructions.FirstOf((ushort)*Address);

    public int A => (short)(*Address >> 16);

    public int B => (short)(*Address >> 32);

    public int C => (short)(*Address >> 48);

    /// <summary>The i32 in operands B and C.</summary>
    public int Word => (int)(*Address >> 32);

    public ulong Extension => Address[1];

    /// <summary>Words this instruction takes.</summary>
    public int Size => LinkedOpcodeTable.HasExtension(Opcode) ? Opcode == LinkedOpcode.Switch ? 2 + (int)Extension : 2 : 1;

    /// <summary>Distance in words from a switch to its target number <paramref name="index"/>.</summary>
    public int SwitchTarget(int index) => (int)Address[2 + index];

    public static ulong Encode(LinkedOpcode opcode, int a, int b, int c) =>
        (ushort)opcode | (ulong)(ushort)a << 16 | (ulong)(ushort)b << 32 | (ulong)(ushort)c << 48;

    public static ulong EncodeWord(LinkedOpcode opcode, int a, int word) => (ushort)opcode | (ulong)(ushort)a << 16 | (ulong)(uint)word << 32;
}
