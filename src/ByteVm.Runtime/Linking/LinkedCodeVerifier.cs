using ByteVm.Bytecode;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Linking;

/// <summary>
/// Checks linked code after linking, in tests and debug builds: the engines believe it unchecked. It checks that
/// <list type="bullet">
/// <item>every opcode exists and every instruction ends within the code; the last one does not fall through;</item>
/// <item>every operand that is a slot names a slot of the frame: a parameter, a local, or, for moves, a word of the outgoing area
/// or of the area where results of several slots go;</item>
/// <item>the slot holds the kind of value that the opcode table says (moves: the same kind on both sides);</item>
/// <item>an optional result names a slot or 0;</item>
/// <item>branches, jumps and jump tables go to instruction starts;</item>
/// <item>argument counts stay within the outgoing area, calls name function entries, descriptors are published;</item>
/// <item>the frame state is complete: ReferenceWords holds every slot that a reference instruction writes or reads, and no other kind.</item>
/// </list>
/// </summary>
internal sealed unsafe class LinkedCodeVerifier
{
    private readonly Program program;
    private readonly LinkedFunction function;
    private readonly Dictionary<int, SlotKind> slots;
    private readonly HashSet<int> starts = [];
    private readonly HashSet<int> references;

    private LinkedCodeVerifier(Program program, LinkedFunction function)
    {
        this.program = program;
        this.function = function;
        references = [.. function.ReferenceWords.Select(w => (int)w)];
        var frame = new FrameShape(program.Types.ResolveAll(function.Source.Registers, function.TypeArguments), function.Source.ParameterCount, function.Source.Code);
        slots = frame.Slots().ToDictionary(s => s.Word, s => s.Kind);
    }

    /// <exception cref="InvalidOperationException">The linker has a defect; the message names function, word and rule.</exception>
    public static void Check(Program program, LinkedFunction function) => new LinkedCodeVerifier(program, function).Check();

    private void Check()
    {
        CheckReferenceWords();
        int word = 0;
        LinkedOpcode last = default;
        while (word < function.CodeWords)
        {
            last = function.InstructionAt(word).Opcode;
            Require((int)last < LinkedOpcodeTable.Count, word, $"opcode {(int)last} does not exist");
            starts.Add(word);
            word += function.InstructionAt(word).Size;
        }

        Require(word == function.CodeWords, word, "the last instruction is cut off");
        Require(last.Info().Has(OpcodeFacts.End), word, "the code falls off its end");
        foreach (int start in starts)
            CheckInstruction(start, function.InstructionAt(start));
    }

    private void CheckReferenceWords()
    {
        foreach ((int word, SlotKind kind) in slots)
            Require(references.Contains(word) == (kind == SlotKind.Reference), 0, $"slot {word} of kind {kind} is {(references.Contains(word) ? "" : "not ")}in the frame state");
        Require(references.All(slots.ContainsKey), 0, "the frame state names a word that is no slot");
    }

    private void CheckInstruction(int word, LinkedInstruction instruction)
    {
        if (instruction.Opcode == LinkedOpcode.Move)
        {
            CheckMove(word, instruction);
            return;
        }

        int next = 0;
        foreach (OperandInfo operand in instruction.Opcode.Info().Operands)
        {
            if (operand.Kind is OperandKind.Word or OperandKind.Extension or OperandKind.Labels || operand is { Kind: OperandKind.Immediate, Type: not OperandType.I16 })
                continue;
            int value = next switch { 0 => instruction.A, 1 => instruction.B, _ => instruction.C };
            if (instruction.Opcode != LinkedOpcode.Jump)
                CheckOperand(word, operand, value);
            next++;
        }

        CheckReferencesToProgram(word, instruction);
    }

    private void CheckOperand(int word, OperandInfo operand, int value)
    {
        switch (operand.Kind)
        {
            case OperandKind.Destination or OperandKind.Use:
                CheckSlot(word, operand.Type, value);
                break;
            case OperandKind.OptionalDestination when value != 0:
                CheckSlot(word, operand.Type, value);
                break;
            case OperandKind.Arguments:
                Require(value >= 0 && value <= function.OutgoingSlots, word, $"{value} argument words, the outgoing area has {function.OutgoingSlots}");
                break;
            case OperandKind.Label:
                CheckTarget(word, word + value);
                break;
            case OperandKind.Immediate:
                Require(value >= 0, word, $"displacement {value} is negative");
                break;
        }
    }

    private void CheckReferencesToProgram(int word, LinkedInstruction instruction)
    {
        switch (instruction.Opcode)
        {
            case LinkedOpcode.Jump:
                CheckTarget(word, word + instruction.Word);
                break;
            case LinkedOpcode.Switch:
                for (int i = 0; i < (int)instruction.Extension; i++)
                    CheckTarget(word, word + instruction.SwitchTarget(i));
                break;
            case LinkedOpcode.CallDirect:
                Require(program.FunctionAt((uint)instruction.Word).EntryOffset == (uint)instruction.Word, word, "no function entry there");
                break;
            case LinkedOpcode.CallImport:
                Require((uint)instruction.Word < (uint)program.Imports.Count, word, $"no import {instruction.Word}");
                break;
            case LinkedOpcode.NewObject:
                CheckDescriptor(word, (uint)instruction.Word, ObjectKind.Instance);
                break;
            case LinkedOpcode.NewElements:
                CheckDescriptor(word, (uint)instruction.Extension, ObjectKind.Array);
                break;
        }
    }

    // Outgoing words and the words for results of several slots have no kind of their own.
    private void CheckMove(int word, LinkedInstruction move)
    {
        bool hasTarget = slots.TryGetValue(move.A, out SlotKind target);
        bool hasSource = slots.TryGetValue(move.B, out SlotKind source);
        Require(hasTarget || IsOutgoing(move.A) || IsResult(move.A), word, $"move to word {move.A}, which is no slot");
        Require(hasSource || IsOutgoing(move.B), word, $"move from word {move.B}, which is no slot");
        Require(!hasTarget || !hasSource || target == source || IsResult(move.A), word, $"move of {source} to {target}");
    }

    private void CheckSlot(int word, OperandType type, int slot)
    {
        Require(slots.TryGetValue(slot, out SlotKind kind), word, $"word {slot} is no slot");
        Require(Accepts(type, kind), word, $"slot {slot} holds {kind}, the instruction needs {type}");
    }

    /// <summary>Memory instructions of linked code know widths only: i32 there stands for f32 and references too, i64 for f64.</summary>
    private static bool Accepts(OperandType type, SlotKind kind) => type switch
    {
        OperandType.I32 => kind is SlotKind.I32 or SlotKind.F32 or SlotKind.Reference or SlotKind.Address,
        OperandType.I64 => kind is SlotKind.I64 or SlotKind.F64,
        OperandType.F32 => kind == SlotKind.F32,
        OperandType.F64 => kind == SlotKind.F64,
        OperandType.Any => true,
        _ => kind is SlotKind.Reference or SlotKind.Address,
    };

    private bool IsOutgoing(int word) => word >= function.OutgoingWord(0) && word < function.OutgoingWord(function.OutgoingSlots);

    private bool IsResult(int word) => function.ResultSlots > 1 && word >= FrameLayout.FirstParameterWord && word < FrameLayout.ParameterWord(function.ResultSlots);

    private void CheckTarget(int word, int target) => Require(starts.Contains(target), word, $"branch to word {target}, where no instruction starts");

    private void CheckDescriptor(int word, uint offset, ObjectKind kind) =>
        Require(program.Metadata.PublishedDescriptor(offset) is var descriptor && descriptor != null && descriptor->Kind == kind, word, $"no {kind} descriptor at 0x{offset:X}");

    private void Require(bool condition, int word, string what)
    {
        if (!condition)
            throw new InvalidOperationException($"linked code of '{function.Name}', word {word}: {what}");
    }
}
