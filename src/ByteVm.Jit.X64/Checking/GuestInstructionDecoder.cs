using System.Buffers.Binary;

namespace ByteVm.Jit.X64.Checking;

/// <summary>
/// Decodes the encodings of <see cref="InstructionForms"/> and nothing else. It is independent of the encoder, so that a mistake there is
/// not repeated here: at most one operand-size or mandatory prefix, then at most one REX prefix, then the opcode.
/// </summary>
internal ref struct GuestInstructionDecoder
{
    private readonly ReadOnlySpan<byte> code;
    private int position;
    private int prefix;
    private int rex;
    private int modRm;
    private int memoryBase;
    private int memoryIndex;
    private int scale;
    private int displacement;

    /// <param name="code">The instructions, without what follows them.</param>
    public GuestInstructionDecoder(ReadOnlySpan<byte> code) => this.code = code;

    /// <summary>Decodes the instruction at an offset.</summary>
    /// <exception cref="RefusedCodeException">It is none of the allowed ones, or runs over the end.</exception>
    public GuestInstruction Decode(int offset)
    {
        position = offset;
        ReadPrefixes();
        (int map, int opcode) = ReadOpcode();
        bool hasModRm = InstructionForms.HasModRm(map, opcode);
        modRm = hasModRm ? Next() : 0;
        InstructionForm form = InstructionForms.Find(map, prefix, opcode, modRm >> 3 & 7)
            ?? throw Refused(offset, "the instruction is not one that guest code may contain");
        bool isMemory = hasModRm && modRm >> 6 != 3;
        if (!isMemory && form.Has(FormFlags.MemoryOnly))
            throw Refused(offset, $"'{form.Name}' has a register where it must have memory");
        if (hasModRm && rex == 0 && NamesHighByte(form, isMemory))
            throw Refused(offset, "a register is named by its second byte");
        if (isMemory)
            ReadMemoryOperand();
        else
            (memoryBase, memoryIndex, scale, displacement) = (GuestInstruction.NoRegister, GuestInstruction.NoRegister, 1, 0);
        return Finish(form, offset, opcode, hasModRm, isMemory);
    }

    private readonly bool IsWide => (rex & 8) != 0;

    /// <summary>Byte registers 4 to 7 without REX are ah, ch, dh and bh.</summary>
    private readonly bool NamesHighByte(InstructionForm form, bool isMemory) =>
        (form.Bytes == 1 && form.Has(FormFlags.ReadsRegister) && (modRm >> 3 & 7) >= 4)
        || (!isMemory && (form.Bytes == 1 || form.RmBytes == 1) && (modRm & 7) >= 4);

    private GuestInstruction Finish(InstructionForm form, int offset, int opcode, bool hasModRm, bool isMemory)
    {
        int bytes = form.Bytes != 0 ? form.Bytes : IsWide ? 8 : 4;
        int immediateBytes = form.ImmediateBytes >= 0 ? form.ImmediateBytes : bytes;
        long immediate = ReadImmediate(immediateBytes);
        return new GuestInstruction
        {
            Form = form,
            Offset = offset,
            Length = position - offset,
            Opcode = (byte)opcode,
            Register = hasModRm ? modRm >> 3 & 7 | (rex & 4) << 1 : opcode & 7 | (rex & 1) << 3,
            Rm = hasModRm && !isMemory ? modRm & 7 | (rex & 1) << 3 : GuestInstruction.NoRegister,
            IsMemory = isMemory,
            Base = memoryBase,
            Index = memoryIndex,
            Scale = scale,
            Displacement = displacement,
            Immediate = immediate,
            ImmediateBytes = immediateBytes,
            Bytes = bytes,
            MemoryBytes = form.RmBytes != 0 ? form.RmBytes : bytes,
        };
    }

    private void ReadPrefixes()
    {
        prefix = Peek() switch
        {
            0x66 => InstructionForms.Prefix66,
            0xF3 => InstructionForms.PrefixF3,
            0xF2 => InstructionForms.PrefixF2,
            _ => InstructionForms.NoPrefix,
        };
        if (prefix != InstructionForms.NoPrefix)
            position++;
        rex = (Peek() & 0xF0) == 0x40 ? Next() : 0;
    }

    private (int Map, int Opcode) ReadOpcode()
    {
        int opcode = Next();
        if (opcode != 0x0F)
            return (InstructionForms.OneByteMap, opcode);
        opcode = Next();
        return opcode == 0x3A ? (InstructionForms.ThreeByteMap3A, Next()) : (InstructionForms.TwoByteMap, opcode);
    }

    private void ReadMemoryOperand()
    {
        int mod = modRm >> 6;
        (memoryIndex, scale) = (GuestInstruction.NoRegister, 1);
        bool noBase = mod == 0 && (modRm & 7) == 5;
        memoryBase = noBase ? GuestInstruction.Rip : modRm & 7 | (rex & 1) << 3;
        if ((modRm & 7) == 4)
            noBase = ReadScaledIndex(mod);
        displacement = mod == 1 ? (sbyte)Next() : mod == 2 || noBase ? ReadInt32() : 0;
    }

    /// <returns>Whether there is no base register.</returns>
    private bool ReadScaledIndex(int mod)
    {
        int sib = Next();
        int index = sib >> 3 & 7 | (rex & 2) << 2;
        bool noBase = mod == 0 && (sib & 7) == 5;
        memoryBase = noBase ? GuestInstruction.NoRegister : sib & 7 | (rex & 1) << 3;
        if (index != 4)
            (memoryIndex, scale) = (index, 1 << (sib >> 6));
        return noBase;
    }

    private long ReadImmediate(int bytes)
    {
        switch (bytes)
        {
            case 0: return 0;
            case 1: return (sbyte)Next();
            case 2: return (short)(Next() | Next() << 8);
            case 4: return ReadInt32();
            default:
                long low = (uint)ReadInt32();
                return low | (long)ReadInt32() << 32;
        }
    }

    private int ReadInt32()
    {
        if (position > code.Length - sizeof(int))
            throw Refused(position, "the code ends inside an instruction");
        int value = BinaryPrimitives.ReadInt32LittleEndian(code[position..]);
        position += sizeof(int);
        return value;
    }

    private readonly byte Peek() => position < code.Length ? code[position] : throw Refused(position, "the code ends inside an instruction");

    private byte Next()
    {
        byte value = Peek();
        position++;
        return value;
    }

    private static RefusedCodeException Refused(int offset, string rule) => new(offset, rule);
}
