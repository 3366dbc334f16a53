using ByteVm.Bytecode;

namespace ByteVm.Runtime.Linking;

internal static partial class LinkedOpcodeTable
{
    public static int Count => rows.Length;

    public static OpcodeInfo Info(this LinkedOpcode opcode) => rows[(int)opcode];

    /// <summary>A 64-bit word follows: a 64-bit constant, an explicit extension, or a jump table's length.</summary>
    public static bool HasExtension(LinkedOpcode opcode) => Extensions.Present[(int)opcode];

    /// <summary>The linked instruction that is this module instruction with slots for registers, if there is one.</summary>
    public static bool TryFromModule(Opcode opcode, out LinkedOpcode linked)
    {
        linked = (LinkedOpcode)ofModule[(int)opcode];
        return ofModule[(int)opcode] != None;
    }

    private static bool NeedsExtension(OpcodeInfo info) =>
        info.Operands.Any(o => o.Kind is OperandKind.Extension or OperandKind.Labels || (o.Kind == OperandKind.Immediate && o.Type == OperandType.I64));

    /// <summary>Apart: the order of static initializers over the parts of a class is not defined.</summary>
    private static class Extensions
    {
        public static readonly bool[] Present = [.. rows.Select(NeedsExtension)];
    }
}
