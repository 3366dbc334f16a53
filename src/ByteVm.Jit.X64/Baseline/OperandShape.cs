using ByteVm.Bytecode;
using ByteVm.Runtime.Linking;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>Where the label of a linked instruction stands.</summary>
internal enum LabelPlace : byte
{
    None,
    B,
    C,
    Word,
    Table,
}

/// <summary>What the first pass over a function needs of an opcode, derived from the opcode table.</summary>
internal readonly struct OperandShape
{
    private static readonly OperandShape[] Shapes = [.. Enumerable.Range(0, LinkedOpcodeTable.Count).Select(i => new OperandShape((LinkedOpcode)i))];

    private OperandShape(LinkedOpcode opcode)
    {
        Span<SlotUse?> kinds = [null, null, null];
        int position = 0;
        foreach (OperandInfo operand in opcode.Info().Operands)
        {
            switch (operand.Kind)
            {
                case OperandKind.Destination or OperandKind.OptionalDestination or OperandKind.Use:
                    kinds[position++] = KindOf(operand.Type);
                    break;
                case OperandKind.Label:
                    Label = position switch { 0 => LabelPlace.Word, 1 => LabelPlace.B, _ => LabelPlace.C };
                    break;
                case OperandKind.Labels:
                    Label = LabelPlace.Table;
                    break;
            }
        }

        (A, B, C) = (kinds[0], kinds[1], kinds[2]);
        DefinesA = opcode.Info().Operands is [{ Kind: OperandKind.Destination or OperandKind.OptionalDestination }, ..];
        HasExtension = LinkedOpcodeTable.HasExtension(opcode);
    }

    /// <summary>What the opcode says of the slot in operand A; null when A is no slot.</summary>
    public SlotUse? A { get; }
    public SlotUse? B { get; }
    public SlotUse? C { get; }

    /// <summary>Whether the slot in operand A is written, and not read.</summary>
    public bool DefinesA { get; }
    public LabelPlace Label { get; }
    public bool HasExtension { get; }

    public static ref readonly OperandShape Of(LinkedOpcode opcode) => ref Shapes[(int)opcode];

    private static SlotUse KindOf(OperandType type) => type switch
    {
        OperandType.I32 or OperandType.Reference or OperandType.String or OperandType.Array or OperandType.Bytes => SlotUse.Narrow,
        OperandType.I64 => SlotUse.Wide,
        OperandType.F32 or OperandType.F64 => SlotUse.Float,
        _ => SlotUse.Unknown,
    };
}
