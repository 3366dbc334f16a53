using System.Buffers.Binary;
using ByteVm.Jit.X64.Baseline;
using Iced.Intel;

namespace ByteVm.Tests.Jit;

/// <summary>
/// Takes compiled code apart, lets a test change instructions, and puts it together again with all offsets adjusted: so that a
/// fault is injected into code that is otherwise as the compiler made it.
/// </summary>
internal sealed class CodeEditor
{
    private readonly CompiledFunction original;
    private readonly List<Instruction> instructions = [];

    public CodeEditor(CompiledFunction original)
    {
        this.original = original;
        Decoder decoder = Decoder.Create(64, new ByteArrayCodeReader(original.Code, 0, original.InstructionBytes), 0);
        while (decoder.IP < (ulong)original.InstructionBytes)
            instructions.Add(decoder.Decode());
    }

    public int Find(Predicate<Instruction> matches, int from = 0)
    {
        int index = instructions.FindIndex(from, matches);
        Assert.True(index >= 0, "The code to break has no such instruction.");
        return index;
    }

    public Instruction this[int index] => instructions[index];

    /// <summary>Changes the first instruction that matches.</summary>
    public CodeEditor Change(Predicate<Instruction> matches, Func<Instruction, Instruction> change) => ChangeAt(Find(matches), change);

    /// <summary>Changes the instruction that follows the first one that matches.</summary>
    public CodeEditor ChangeAfter(Predicate<Instruction> matches, Func<Instruction, Instruction> change) => ChangeAt(Find(matches) + 1, change);

    private CodeEditor ChangeAt(int index, Func<Instruction, Instruction> change)
    {
        Instruction changed = change(instructions[index]);
        changed.IP = instructions[index].IP;
        instructions[index] = changed;
        return this;
    }

    /// <summary>Inserts before the first instruction that matches; branches to that instruction then jump over it.</summary>
    public CodeEditor Insert(Predicate<Instruction> before, Instruction instruction)
    {
        int index = Find(before);
        instruction.IP = ulong.MaxValue - (ulong)index;
        instructions.Insert(index, instruction);
        return this;
    }

    public CodeEditor Remove(Predicate<Instruction> matches)
    {
        instructions.RemoveAt(Find(matches));
        return this;
    }

    public CodeEditor RemoveLast()
    {
        instructions.RemoveAt(instructions.Count - 1);
        return this;
    }

    public CompiledFunction Build()
    {
        List<byte> bytes = [];
        var block = new InstructionBlock(new Writer(bytes), instructions, 0);
        Assert.True(BlockEncoder.TryEncode(64, block, out string? error, out BlockEncoderResult result, BlockEncoderOptions.ReturnNewInstructionOffsets), error);
        int instructionBytes = bytes.Count;
        int Moved(int offset) => MovedOffset(offset, result.NewInstructionOffsets, instructionBytes);

        JumpTable[] tables = [.. original.JumpTables.Select(table => AppendTable(table, bytes, Moved))];
        byte[] code = [.. bytes];
        for (int i = 0; i < tables.Length; i++)
            RedirectTable(code, result.NewInstructionOffsets, original.JumpTables[i].Offset, tables[i].Offset);
        return original with
        {
            Code = code,
            InstructionBytes = instructionBytes,
            CallSites = [.. original.CallSites.Select(p => p with { Offset = Moved(p.Offset) })],
            FaultSites = [.. original.FaultSites.Select(p => p with { Offset = Moved(p.Offset) })],
            TrapPoints = [.. original.TrapPoints.Select(p => p.ResumeOffset < 0 ? p : p with { ResumeOffset = Moved(p.ResumeOffset) })],
            JumpTables = tables,
            StackOverflowOffset = Moved(original.StackOverflowOffset),
        };
    }

    private int MovedOffset(int offset, uint[] newOffsets, int end)
    {
        int index = instructions.FindIndex(i => i.IP < (ulong)original.InstructionBytes && i.IP >= (ulong)offset);
        return index < 0 ? end : (int)newOffsets[index];
    }

    private JumpTable AppendTable(JumpTable table, List<byte> bytes, Func<int, int> moved)
    {
        while (bytes.Count % sizeof(int) != 0)
            bytes.Add(0xCC);
        int start = bytes.Count;
        Span<byte> entry = stackalloc byte[sizeof(int)];
        for (int i = 0; i < table.Count; i++)
        {
            int distance = BinaryPrimitives.ReadInt32LittleEndian(original.Code.AsSpan(table.Offset + i * sizeof(int)));
            BinaryPrimitives.WriteInt32LittleEndian(entry, moved(table.Offset + distance) - start);
            bytes.AddRange(entry);
        }

        return table with { Offset = start };
    }

    private void RedirectTable(byte[] code, uint[] newOffsets, int oldTable, int newTable)
    {
        for (int i = 0; i < instructions.Count; i++)
        {
            if (!instructions[i].IsIPRelativeMemoryOperand || instructions[i].IPRelativeMemoryAddress != (ulong)oldTable)
                continue;
            int end = (int)newOffsets[i] + instructions[i].Length;
            BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(end - sizeof(int)), newTable - end);
        }
    }

    private sealed class Writer(List<byte> bytes) : CodeWriter
    {
        public override void WriteByte(byte value) => bytes.Add(value);
    }
}
