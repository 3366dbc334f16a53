namespace ByteVm.Bytecode;

/// <summary>
/// The binary form of an instruction: the opcode's number, then its operands in the order of the opcode table. Nothing here
/// knows an opcode by name.
/// </summary>
internal static class InstructionCodec
{
    public static Instruction Read(ref ByteReader reader)
    {
        int number = reader.Unsigned("an opcode");
        if (!OpcodeTable.IsDefined(number))
            throw reader.Error($"unknown opcode {number}; this version knows 0 to {OpcodeTable.Count - 1}");
        var opcode = (Opcode)number;
        int a = 0, b = 0, c = 0;
        long immediate = 0;
        int[]? list = null;
        foreach (ref readonly OperandInfo operand in opcode.Info().OperandSpan)
        {
            switch (operand.Slot)
            {
                case OperandSlot.A: a = ReadIndex(ref reader, operand.Kind); break;
                case OperandSlot.B: b = ReadIndex(ref reader, operand.Kind); break;
                case OperandSlot.C: c = ReadIndex(ref reader, operand.Kind); break;
                case OperandSlot.Immediate: immediate = ReadImmediate(ref reader, operand.Type); break;
                default: list = ReadList(ref reader, operand.Kind); break;
            }
        }

        return new Instruction(opcode, a, b, c, immediate, list);
    }

    public static void Write(ByteWriter writer, Instruction instruction)
    {
        if (!OpcodeTable.IsDefined((int)instruction.Opcode))
            throw writer.Error($"unknown opcode {(int)instruction.Opcode}");
        writer.Unsigned((int)instruction.Opcode);
        foreach (ref readonly OperandInfo operand in instruction.Opcode.Info().OperandSpan)
        {
            switch (operand.Slot)
            {
                case OperandSlot.Immediate: WriteImmediate(writer, operand.Type, instruction.Immediate); break;
                case OperandSlot.List: WriteList(writer, instruction.List ?? []); break;
                default: WriteIndex(writer, operand.Kind, instruction.Operand((int)operand.Slot)); break;
            }
        }
    }

    // These two may be -1: no result register, no type.
    private static bool IsOptional(OperandKind kind) => kind is OperandKind.OptionalDestination or OperandKind.Type;

    private static int ReadIndex(ref ByteReader reader, OperandKind kind) =>
        IsOptional(kind) ? reader.OptionalIndex("an operand") : reader.Unsigned("an operand");

    private static void WriteIndex(ByteWriter writer, OperandKind kind, int value)
    {
        if (IsOptional(kind))
            writer.OptionalIndex(value);
        else
            writer.Unsigned(value);
    }

    private static long ReadImmediate(ref ByteReader reader, OperandType type) => type switch
    {
        OperandType.I32 => reader.SignedInt32("a constant"),
        OperandType.I64 => reader.Signed("a constant"),
        OperandType.F32 => (int)reader.Fixed32("a constant"),
        OperandType.F64 => reader.Fixed64("a constant"),
        _ => throw new InvalidOperationException($"Opcodes.table: no encoding for constants of type {type}."),
    };

    private static void WriteImmediate(ByteWriter writer, OperandType type, long value)
    {
        switch (type)
        {
            case OperandType.I32: writer.SignedInt32(value); break;
            case OperandType.I64: writer.Signed(value); break;
            case OperandType.F32: writer.Fixed32((uint)value); break;
            case OperandType.F64: writer.Fixed64(value); break;
            default: throw new InvalidOperationException($"Opcodes.table: no encoding for constants of type {type}.");
        }
    }

    private static int[] ReadList(ref ByteReader reader, OperandKind kind)
    {
        int count = kind == OperandKind.Labels
            ? reader.Count("switch targets", FormatLimits.MaxSwitchTargets)
            : reader.Count("arguments", FormatLimits.MaxParameters);
        int[] list = new int[count];
        for (int i = 0; i < count; i++)
            list[i] = reader.Unsigned("a list operand");
        return list;
    }

    private static void WriteList(ByteWriter writer, int[] list)
    {
        writer.Unsigned(list.Length);
        foreach (int item in list)
            writer.Unsigned(item);
    }
}
