using ByteVm.Bytecode;

namespace ByteVm.Runtime.Linking;

/// <summary>
/// Translates one function for closed type arguments to linked code: registers become frame slots, values of value classes one
/// instruction per slot, references to the module's tables become offsets, and calls pass their arguments by moves to the outgoing
/// area. Instructions that linked code has in the same form are translated by their operand list; the others have a method of
/// their own in the other parts of this class.
/// </summary>
internal sealed partial class FunctionLinker
{
    private readonly Program program;
    private readonly LinkedFunction function;
    private readonly Function source;
    private readonly IReadOnlyList<LinkedType> typeArguments;
    private readonly FrameShape frame;
    private readonly BasicBlocks blocks;
    private readonly ReachableCode reachable;
    private readonly LinkedCodeBuffer buffer;

    public FunctionLinker(Program program, LinkedFunction function)
    {
        this.program = program;
        this.function = function;
        source = function.Source;
        typeArguments = function.TypeArguments;
        frame = new FrameShape(program.Types.ResolveAll(source.Registers, typeArguments), source.ParameterCount, source.Code);
        blocks = new BasicBlocks(source.Code, source.Handlers);
        reachable = new ReachableCode(source, blocks, Outcome);
        buffer = new LinkedCodeBuffer(source.Code.Count);
    }

    /// <summary>Fixes the function's frame and returns its code.</summary>
    /// <exception cref="LinkException">The frame is too large, or a type it needs cannot be laid out.</exception>
    public ReadOnlySpan<ulong> Link()
    {
        function.LocalSlots = frame.LocalSlots;
        function.OutgoingSlots = source.Code.Max(OutgoingSlots);
        CheckFrameSize();
        function.ReferenceWords = [.. frame.Slots().Where(s => s.Kind == SlotKind.Reference).Select(s => (short)s.Word)];
        do
        {
            for (int pc = 0; pc < source.Code.Count; pc++)
                LinkAt(pc);
        }
        while (!buffer.TryResolveBranches());

        function.ModulePc = buffer.ModulePcs;
        function.Handlers = LinkHandlers();
        return buffer.Words;
    }

    private void CheckFrameSize()
    {
        int words = Math.Max(frame.ParameterSlots, function.LocalSlots + function.OutgoingSlots);
        if (words > FrameShape.MaxWords)
            throw new LinkException($"{program.Module.Name}: function '{function.Name}' needs a frame of {words:N0} slots; at most {FrameShape.MaxWords:N0}");
    }

    /// <summary>Words of the outgoing area that the instruction uses: arguments, or a result of several slots.</summary>
    private int OutgoingSlots(Instruction instruction)
    {
        if (!instruction.Opcode.Info().Operands.Any(o => o.Kind == OperandKind.Arguments))
            return 0;
        int result = ResultType(instruction)?.Slots.Count ?? 0;
        int box = instruction.Opcode == Opcode.CallConstrained ? 1 : 0;
        return Math.Max(SlotsOf(instruction.List!) + box, result > 1 ? result : 0);
    }

    private int SlotsOf(int[] registers) => registers.Sum(r => frame.TypeOf(r).Slots.Count);

    private void LinkAt(int pc)
    {
        buffer.StartInstruction(pc);
        if (!reachable.IsReachable(pc))
            return;
        if (program.Options.Metered && blocks.IsLeader(pc))
            buffer.EmitWord(LinkedOpcode.Charge, 0, blocks.Fuel(pc));
        if (blocks.IsLoopHeader(pc))
            buffer.Emit(LinkedOpcode.Poll);
        if (reachable.Decision(pc) is { } goes)
            LinkDecided(pc, goes);
        else if (!reachable.IsSuperfluous(pc))
            LinkInstruction(pc, source.Code[pc]);
    }

    /// <summary>A branch that always or never goes to its label.</summary>
    private void LinkDecided(int pc, bool goes)
    {
        int target = source.Code[pc].B;
        if (goes && !reachable.IsNext(pc, target))
            buffer.EmitJump(target);
    }

    private void LinkInstruction(int pc, in Instruction instruction)
    {
        switch (instruction.Opcode)
        {
            case Opcode.ConstF32: LinkConstF32(instruction); break;
            case Opcode.ConstF64: LinkConstF64(instruction); break;
            case Opcode.ConstString: LinkConstString(instruction); break;
            case Opcode.ConstNull: LinkConstNull(instruction); break;
            case Opcode.Move: Move(instruction.A, instruction.B); break;
            case Opcode.Call: LinkCall(instruction); break;
            case Opcode.CallVirtual: LinkCallVirtual(instruction); break;
            case Opcode.CallInterface: LinkCallInterface(instruction); break;
            case Opcode.Trap: LinkTrap(instruction); break;
            case Opcode.Return: buffer.Emit(LinkedOpcode.ReturnVoid); break;
            case Opcode.ReturnValue: LinkReturnValue(instruction); break;
            case Opcode.CallConstrained: LinkCallConstrained(instruction); break;
            case Opcode.New: LinkNew(instruction); break;
            case Opcode.NewValue: LinkNewValue(instruction); break;
            case Opcode.OptionalNone: LinkOptionalNone(instruction); break;
            case Opcode.OptionalSome: LinkOptionalSome(instruction); break;
            case Opcode.OptionalHas: LinkOptionalHas(instruction); break;
            case Opcode.OptionalGet: LinkOptionalGet(instruction); break;
            case Opcode.Box: EmitBox(frame.Word(instruction.A), instruction.B); break;
            case Opcode.LoadField: LinkLoadField(instruction); break;
            case Opcode.StoreField: LinkStoreField(instruction); break;
            case Opcode.LoadGlobal: LinkLoadGlobal(instruction); break;
            case Opcode.StoreGlobal: LinkStoreGlobal(instruction); break;
            case Opcode.Is: LinkIs(instruction); break;
            case Opcode.Cast: LinkCast(instruction); break;
            case Opcode.Throw: LinkThrow(pc, instruction); break;
            case Opcode.NewArray: LinkNewArray(instruction); break;
            case Opcode.LoadElement: LinkLoadElement(instruction); break;
            case Opcode.StoreElement: LinkStoreElement(instruction); break;
            default: LinkByOperands(instruction); break;
        }
    }

    /// <summary>The same instruction with slots for registers.</summary>
    private void LinkByOperands(in Instruction instruction)
    {
        if (!LinkedOpcodeTable.TryFromModule(instruction.Opcode, out LinkedOpcode opcode))
            throw new InvalidOperationException($"The linker does not know '{instruction.Opcode.Info().Mnemonic}'.");
        Span<int> slots = stackalloc int[3];
        int count = 0;
        foreach (OperandInfo operand in instruction.Opcode.Info().Operands)
        {
            switch (operand.Kind)
            {
                case OperandKind.Destination or OperandKind.Use:
                    slots[count++] = frame.Word(instruction.Operand((int)operand.Slot));
                    break;
                case OperandKind.Arguments:
                    slots[count++] = MoveToOutgoing(instruction.List!);
                    break;
                case OperandKind.Immediate:
                    LinkConstant(opcode, slots[0], instruction.Immediate, operand.Type);
                    return;
                case OperandKind.Label:
                    LinkBranch(opcode, slots[..count], instruction.Operand((int)operand.Slot));
                    return;
                case OperandKind.Labels:
                    buffer.EmitSwitch(slots[0], instruction.List!);
                    return;
            }
        }

        buffer.Emit(opcode, slots[0], slots[1], slots[2]);
    }

    private void LinkBranch(LinkedOpcode opcode, ReadOnlySpan<int> uses, int target)
    {
        if (uses.IsEmpty)
            buffer.EmitJump(target);
        else
            buffer.EmitBranch(opcode, uses, target);
    }

    private LinkedType Resolve(int type) => program.Types.Resolve(new TypeRef(type), typeArguments);

    private LinkedType Resolve(TypeRef type) => program.Types.Resolve(type, typeArguments);
}
