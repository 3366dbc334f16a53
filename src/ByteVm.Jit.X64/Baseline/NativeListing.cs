using ByteVm.Memory.Layout;
using ByteVm.Runtime.Linking;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>What a line of a listing belongs to.</summary>
internal enum NativePart
{
    Prologue,
    Body,

    /// <summary>Exits and faults behind the body.</summary>
    Exits,
    JumpTables,
}

/// <summary>A line of a listing.</summary>
/// <param name="Word">The linked instruction it was made from, or -1 outside of the body.</param>
/// <param name="ModulePc">The module instruction that comes from, or -1.</param>
/// <param name="Label">"L3" where something jumps to; else empty.</param>
/// <param name="Text">The instruction, without any address.</param>
internal readonly record struct NativeLine(NativePart Part, int Word, int ModulePc, int Offset, string Label, string Text);

/// <summary>
/// Compiled code as text. It contains no addresses and no offsets of code, so that listings of two versions can be compared: branches name labels,
/// and context fields their names.
/// </summary>
internal sealed class NativeListing
{
    private readonly LinkedFunction function;
    private readonly CompiledFunction compiled;
    private readonly Func<uint, string?> functionName;
    private readonly Dictionary<int, string> labels = [];
    private readonly IntelFormatter formatter;
    private readonly StringOutput output = new();

    private NativeListing(LinkedFunction function, CompiledFunction compiled, Func<uint, string?> functionName)
    {
        this.function = function;
        this.compiled = compiled;
        this.functionName = functionName;
        formatter = new IntelFormatter(new LabelResolver(labels));
        formatter.Options.SpaceAfterOperandSeparator = true;
        formatter.Options.HexSuffix = "";
        formatter.Options.HexPrefix = "0x";
        formatter.Options.UppercaseHex = false;
        formatter.Options.RipRelativeAddresses = true;
        formatter.Options.BranchLeadingZeros = false;
    }

    /// <param name="functionName">Name of the function with an entry at this metadata offset, or null.</param>
    public static IReadOnlyList<NativeLine> Of(LinkedFunction function, CompiledFunction compiled, Func<uint, string?> functionName) =>
        new NativeListing(function, compiled, functionName).Lines();

    private List<NativeLine> Lines()
    {
        List<Instruction> instructions = Decode();
        NameLabels(instructions);
        List<NativeLine> lines = [];
        int[] words = WordsByOffset();
        int bodyEnd = compiled.BodyBytes;
        for (int i = 0; i < instructions.Count; i++)
        {
            Instruction instruction = instructions[i];
            int offset = (int)instruction.IP;
            int word = offset < bodyEnd ? words[offset] : -1;
            NativePart part = word >= 0 ? NativePart.Body : offset < bodyEnd ? NativePart.Prologue : NativePart.Exits;
            lines.Add(new NativeLine(part, word, ModulePcOf(word), offset, labels.GetValueOrDefault(offset, ""), TextOf(in instruction)));
        }

        foreach (JumpTable table in compiled.JumpTables)
            AddTable(table, lines);
        return lines;
    }

    private List<Instruction> Decode()
    {
        Decoder decoder = Decoder.Create(64, new ByteArrayCodeReader(compiled.Code, 0, compiled.InstructionBytes), 0);
        List<Instruction> instructions = new(compiled.MachineInstructions);
        while (decoder.IP < (ulong)compiled.InstructionBytes)
            instructions.Add(decoder.Decode());
        return instructions;
    }

    private void NameLabels(List<Instruction> instructions)
    {
        SortedSet<int> targets = [.. compiled.JumpTables.Select(table => table.Offset)];
        foreach (Instruction instruction in instructions)
        {
            if (instruction.Op0Kind == OpKind.NearBranch64)
                targets.Add((int)instruction.NearBranch64);
            else if (instruction.IsIPRelativeMemoryOperand)
                targets.Add((int)instruction.IPRelativeMemoryAddress);
        }

        foreach (JumpTable table in compiled.JumpTables)
        {
            for (int i = 0; i < table.Count; i++)
                targets.Add(EntryOf(table, i));
        }

        foreach (int target in targets)
            labels.Add(target, $"L{labels.Count}");
    }

    /// <summary>For each offset up to the body's end the word it was made from; -1 in the prologue.</summary>
    private int[] WordsByOffset()
    {
        int[] words = new int[compiled.InstructionBytes + 1];
        Array.Fill(words, -1);
        for (int word = 0; word < compiled.WordOffsets.Length; word++)
        {
            if (compiled.WordOffsets[word] >= 0)
                words[compiled.WordOffsets[word]] = word;
        }

        for (int offset = 1; offset < words.Length; offset++)
        {
            if (words[offset] < 0)
                words[offset] = words[offset - 1];
        }

        return words;
    }

    private int ModulePcOf(int word) => word >= 0 && word < function.ModulePc.Length ? function.ModulePc[word] : -1;

    private int EntryOf(JumpTable table, int index) => table.Offset + BitConverter.ToInt32(compiled.Code, table.Offset + index * sizeof(int));

    private void AddTable(JumpTable table, List<NativeLine> lines)
    {
        for (int i = 0; i < table.Count; i++)
        {
            string label = i == 0 ? labels[table.Offset] : "";
            lines.Add(new NativeLine(NativePart.JumpTables, -1, -1, table.Offset + i * sizeof(int), label, $"offset {labels[EntryOf(table, i)]}"));
        }
    }

    private string TextOf(in Instruction instruction)
    {
        formatter.Format(in instruction, output);
        string text = output.ToStringAndReset();
        string comment = CommentOn(in instruction);
        return comment.Length == 0 ? text : $"{text,-40} ; {comment}";
    }

    private string CommentOn(in Instruction instruction)
    {
        if (instruction.MemoryBase == Register.R14)
            return ContextOffsets.NameOf((int)instruction.MemoryDisplacement64);
        if (instruction.Code == Code.Call_rm64 && instruction is { MemoryBase: Register.R13, MemoryIndex: Register.None })
            return functionName((uint)instruction.MemoryDisplacement64) ?? "";
        return "";
    }

    private sealed class LabelResolver(Dictionary<int, string> labels) : ISymbolResolver
    {
        public bool TryGetSymbol(in Instruction instruction, int operand, int instructionOperand, ulong address, int addressSize, out SymbolResult symbol)
        {
            bool isCode = instruction.Op0Kind == OpKind.NearBranch64 || instruction.IsIPRelativeMemoryOperand;
            bool found = labels.TryGetValue((int)address, out string? label) && isCode;
            symbol = found ? new SymbolResult(address, label!) : default;
            return found;
        }
    }
}
