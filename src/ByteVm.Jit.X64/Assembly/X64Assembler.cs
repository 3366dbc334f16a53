using Iced.Intel;

namespace ByteVm.Jit.X64.Assembly;

/// <summary>
/// Emits position-independent code: the encoder of Iced, and labels on top of it. Addresses are offsets from the start of the function.
/// A branch to a bound label takes the short form where it reaches; a branch to an unbound one has 32 bits, patched in <see cref="Finish"/>.
/// </summary>
internal sealed class X64Assembler
{
    /// <summary>A short branch is two bytes and reaches 128 bytes back from its end.</summary>
    private const int ShortBranchReach = 126;

    private const int Unbound = -1;

    private readonly CodeBuffer buffer = new();
    private readonly Encoder encoder;
    private readonly List<(int Position, int Label)> branchFixups = [];
    private readonly List<(int Position, int Label, int Table)> tableFixups = [];
    private int[] labels = new int[256];
    private int labelCount;

    public X64Assembler() => encoder = Encoder.Create(64, buffer);

    public int Position => buffer.Position;

    /// <summary>Machine instructions emitted since the last <see cref="Clear"/>.</summary>
    public int InstructionCount { get; private set; }

    public void Clear()
    {
        buffer.Clear();
        branchFixups.Clear();
        tableFixups.Clear();
        labelCount = 0;
        InstructionCount = 0;
    }

    /// <summary>Makes <paramref name="count"/> labels with consecutive numbers.</summary>
    /// <returns>The first.</returns>
    public int NewLabels(int count)
    {
        if (labelCount + count > labels.Length)
            Array.Resize(ref labels, Math.Max(2 * labels.Length, labelCount + count));
        labels.AsSpan(labelCount, count).Fill(Unbound);
        labelCount += count;
        return labelCount - count;
    }

    public int NewLabel() => NewLabels(1);

    public void Bind(int label)
    {
        if (labels[label] != Unbound)
            throw new InvalidOperationException($"Label {label} is bound at {labels[label]:x} already.");
        labels[label] = Position;
    }

    public int PositionOf(int label) =>
        labels[label] != Unbound ? labels[label] : throw new InvalidOperationException($"Label {label} was never bound.");

    /// <summary>Resolves what refers forward.</summary>
    /// <returns>The machine code.</returns>
    public byte[] Finish()
    {
        foreach ((int position, int label) in branchFixups)
            buffer.Patch(position, PositionOf(label) - (position + sizeof(int)));
        foreach ((int position, int label, int table) in tableFixups)
            buffer.Patch(position, PositionOf(label) - table);
        return buffer.ToArray();
    }

    public void Emit(Code code)
    {
        Instruction instruction = default;
        instruction.Code = code;
        Encode(in instruction);
    }

    public void Emit(Code code, Register operand)
    {
        Instruction instruction = default;
        instruction.Code = code;
        instruction.Op0Register = operand;
        Encode(in instruction);
    }

    public void Emit(Code code, Register first, Register second)
    {
        Instruction instruction = default;
        instruction.Code = code;
        instruction.Op0Register = first;
        instruction.Op1Register = second;
        Encode(in instruction);
    }

    public void Emit(Code code, Register first, in Address second)
    {
        Instruction instruction = default;
        instruction.Code = code;
        instruction.Op0Register = first;
        instruction.Op1Kind = OpKind.Memory;
        SetMemory(ref instruction, in second);
        Encode(in instruction);
    }

    public void Emit(Code code, in Address first, Register second)
    {
        Instruction instruction = default;
        instruction.Code = code;
        instruction.Op0Kind = OpKind.Memory;
        instruction.Op1Register = second;
        SetMemory(ref instruction, in first);
        Encode(in instruction);
    }

    public void Emit(Code code, in Address operand)
    {
        Instruction instruction = default;
        instruction.Code = code;
        instruction.Op0Kind = OpKind.Memory;
        SetMemory(ref instruction, in operand);
        Encode(in instruction);
    }

    /// <param name="kind">The immediate's form, which the opcode decides.</param>
    public void Emit(Code code, Register first, OpKind kind, long immediate)
    {
        Instruction instruction = default;
        instruction.Code = code;
        instruction.Op0Register = first;
        instruction.Op1Kind = kind;
        SetImmediate(ref instruction, kind, immediate);
        Encode(in instruction);
    }

    /// <param name="kind">The immediate's form, which the opcode decides.</param>
    public void Emit(Code code, Register first, Register second, OpKind kind, long immediate)
    {
        Instruction instruction = default;
        instruction.Code = code;
        instruction.Op0Register = first;
        instruction.Op1Register = second;
        instruction.Op2Kind = kind;
        SetImmediate(ref instruction, kind, immediate);
        Encode(in instruction);
    }

    /// <param name="kind">The immediate's form, which the opcode decides.</param>
    public void Emit(Code code, in Address first, OpKind kind, int immediate)
    {
        Instruction instruction = default;
        instruction.Code = code;
        instruction.Op0Kind = OpKind.Memory;
        instruction.Op1Kind = kind;
        SetMemory(ref instruction, in first);
        SetImmediate(ref instruction, kind, immediate);
        Encode(in instruction);
    }

    public void Jump(int label) => Branch(Code.Jmp_rel8_64, Code.Jmp_rel32_64, label);

    // The three operand sizes of each conditional jump stand side by side in the encoder's list, the conditions in hardware order.
    public void Jump(Condition condition, int label) =>
        Branch(Code.Jo_rel8_64 + 3 * (int)condition, Code.Jo_rel32_64 + 3 * (int)condition, label);

    public void Set(Condition condition, Gpr target) => Emit(Code.Seto_rm8 + (int)condition, target.Byte());

    /// <summary>Stores rax rcx times from [rdi] upwards.</summary>
    public void RepeatStore() => Encode(Instruction.CreateRepStosq(64));

    /// <summary>The address of a label.</summary>
    public void LoadAddress(Gpr target, int label)
    {
        Instruction instruction = default;
        instruction.Code = Code.Lea_r64_m;
        instruction.Op0Register = target.Qword();
        instruction.Op1Kind = OpKind.Memory;
        instruction.MemoryBase = Register.RIP;
        instruction.MemoryDisplSize = sizeof(long);
        instruction.MemoryDisplacement64 = (ulong)Position;
        Encode(in instruction);
        branchFixups.Add((Position - sizeof(int), label));
    }

    /// <summary>An entry of a jump table: the distance from the table's start to the label.</summary>
    public void TableEntry(int label, int tablePosition)
    {
        tableFixups.Add((Position, label, tablePosition));
        buffer.WriteInt32(0);
    }

    public void Align(int alignment)
    {
        while (Position % alignment != 0)
            buffer.WriteByte(0xCC);
    }

    private void Branch(Code near, Code far, int label)
    {
        int target = labels[label];
        Instruction instruction = default;
        instruction.Code = target != Unbound && Position - target <= ShortBranchReach ? near : far;
        instruction.Op0Kind = OpKind.NearBranch64;
        instruction.NearBranch64 = (ulong)(target != Unbound ? target : Position);
        Encode(in instruction);
        if (target == Unbound)
            branchFixups.Add((Position - sizeof(int), label));
    }

    private static void SetMemory(ref Instruction instruction, in Address address)
    {
        instruction.MemoryBase = address.Base;
        instruction.MemoryIndex = address.Index;
        instruction.MemoryIndexScale = address.Scale;
        instruction.MemoryDisplacement64 = (ulong)(long)address.Displacement;
        instruction.MemoryDisplSize = address.Base == Register.None ? sizeof(long) : address.Displacement == 0 ? 0 : 1;
    }

    private static void SetImmediate(ref Instruction instruction, OpKind kind, long value)
    {
        switch (kind)
        {
            case OpKind.Immediate8: instruction.Immediate8 = (byte)value; break;
            case OpKind.Immediate16: instruction.Immediate16 = (ushort)value; break;
            case OpKind.Immediate8to32: instruction.Immediate8to32 = (int)value; break;
            case OpKind.Immediate8to64: instruction.Immediate8to64 = value; break;
            case OpKind.Immediate32: instruction.Immediate32 = (uint)value; break;
            case OpKind.Immediate32to64: instruction.Immediate32to64 = value; break;
            case OpKind.Immediate64: instruction.Immediate64 = (ulong)value; break;
            default: throw new ArgumentOutOfRangeException(nameof(kind), kind, "not an immediate of guest code");
        }
    }

    private void Encode(in Instruction instruction)
    {
        encoder.Encode(in instruction, (ulong)Position);
        InstructionCount++;
    }
}
