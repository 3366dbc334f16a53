using ByteVm.Jit.X64.Assembly;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Linking;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>
/// Registers where blocks join. As each definition is stored to its slot, registers are only copies, and every block may begin with as many as all ways into it
/// agree on.
/// <para>
/// Forward branches note what they leave in registers, and a block begins with what is common to them and to what falls into it. A loop's first block
/// is reached from below by branches not seen yet; so it decides: it begins with the slots that the loop reads most, and a branch back brings these
/// into their registers again, mostly by doing nothing. A value that a loop carries along then waits for no store to be read again.
/// </para>
/// <para>
/// Inside a loop, ways that do not have the loop's slots in registers, as after calls, load them before they join the others, which would lose
/// them otherwise.
/// </para>
/// Handlers and the targets of switches begin with nothing in registers.
/// </summary>
internal sealed partial class BaselineCompiler
{
    /// <summary>So many general registers hold slots from one iteration to the next; the others are for what is computed in between.</summary>
    private const int MaxLoopGenerals = 5;

    private const int MaxLoopVectors = 10;

    /// <summary>Longer loops are not searched for what they read.</summary>
    private const int MaxSearchedWords = 2000;

    private readonly List<RegisterState> statePool = [];
    private readonly List<(int Slot, int Uses)> loopSlots = [];
    private readonly Stack<Loop> loops = [];
    private int usedStates;
    private RegisterState?[] states = [];
    private int[] loopEnds = [];
    private bool[] isOpen = [];
    private int[] loopUses = [];
    private bool fallsThrough;

    /// <param name="End">Word of the last branch back.</param>
    /// <param name="Slots">What its first block has in registers.</param>
    private readonly record struct Loop(int End, int[] Slots);

    private void BeginJoins()
    {
        loops.Clear();
        int words = function.CodeWords;
        states = Cleared(states, words);
        isOpen = Cleared(isOpen, words);
        loopEnds = Cleared(loopEnds, words);
        loopEnds.AsSpan(0, words).Fill(-1);
        loopUses = Cleared(loopUses, slotKinds.Length);
        usedStates = 0;
        fallsThrough = true;
    }

    /// <summary>Before the label of a block is bound: the cache becomes what is true on all ways.</summary>
    private void EnterBlock()
    {
        constantEpoch++;
        BeginInstruction();
        if (isOpen[word])
        {
            ForgetRegisters();
            return;
        }

        bool hasBranches = states[word] is not null;
        LeaveLoops();
        if (fallsThrough)
            Join(word);
        if (loopEnds[word] >= word)
            EnterLoop(mayLoad: fallsThrough && !hasBranches);
        else
            Assume(states[word]);
    }

    /// <summary>To be called when everything that the branch reads is read, and nothing but the jump follows: what it emits leaves the flags alone.</summary>
    private void PrepareBranch(int distance)
    {
        int target = word + distance;
        if (isOpen[target])
            return;
        if (target > word)
            Join(target);
        else
            Establish(states[target]!, []);
    }

    /// <summary>Before a jump, which is the last on its way: also brings back what the loop around it has lost on the way.</summary>
    private void PrepareJump(int distance)
    {
        int target = word + distance;
        if (target > word && !isOpen[target] && states[target] is null && loops.TryPeek(out Loop loop) && target <= loop.End)
            LoadSlots(loop.Slots);
        PrepareBranch(distance);
    }

    private void LeaveLoops()
    {
        while (loops.TryPeek(out Loop loop) && loop.End < word)
        {
            Prefer(loop.Slots, false);
            loops.Pop();
            if (loops.TryPeek(out Loop outer))
                Prefer(outer.Slots, true);
        }
    }

    private void Prefer(int[] slots, bool isPreferred)
    {
        foreach (int slot in slots)
        {
            general.Prefer(slot, isPreferred);
            vector.Prefer(slot, isPreferred);
        }
    }

    /// <summary>This way goes to a block further down.</summary>
    private void Join(int target)
    {
        if (states[target] is { } state && loops.TryPeek(out Loop loop) && target <= loop.End)
            Establish(state, loop.Slots);
        NoteState(target);
    }

    private void NoteState(int target)
    {
        bool isFirst = states[target] is null;
        RegisterState state = states[target] ??= NewState();
        for (int register = 0; register < RegisterState.Registers; register++)
        {
            int generalSlot = general.TryGetHome(register, out int home) && IsOwnSlot(home) ? home : NoSlot;
            int vectorSlot = vector.TryGetHome(register, out home) && IsOwnSlot(home) ? home : NoSlot;
            bool narrow = generalSlot != NoSlot && isNarrow[register] && IsNarrow(generalSlot);
            if (isFirst)
                state.Set(register, generalSlot, narrow, vectorSlot);
            else
                state.Meet(register, generalSlot, narrow, vectorSlot);
        }
    }

    private RegisterState NewState()
    {
        if (usedStates == statePool.Count)
            statePool.Add(new RegisterState());
        return statePool[usedStates++];
    }

    /// <summary>Callees own the outgoing area.</summary>
    private bool IsOwnSlot(int slot) => slot >= FrameLayout.LocalWord(function.LocalSlots - 1);

    private void Assume(RegisterState? state)
    {
        ForgetRegisters();
        if (state is null)
            return;
        for (int register = 0; register < RegisterState.Registers; register++)
        {
            if (state.General(register) != NoSlot)
            {
                general.Bind(state.General(register), register);
                isNarrow[register] = state.IsNarrow(register);
            }

            if (state.Vector(register) != NoSlot)
                vector.Bind(state.Vector(register), register);
        }
    }

    // ---- loops

    /// <param name="mayLoad">Whether the loop is entered from above alone, so that what is loaded here is loaded on all ways.</param>
    private void EnterLoop(bool mayLoad)
    {
        Assume(states[word]);
        FindLoopSlots();
        KeepLoopSlots();
        int[] slots = [.. loopSlots.Select(loop => loop.Slot)];
        if (mayLoad)
            LoadSlots(slots);
        states[word] = null;
        NoteState(word);
        Assume(states[word]);
        if (loops.TryPeek(out Loop outer))
            Prefer(outer.Slots, false);
        Prefer(slots, true);
        loops.Push(new Loop(loopEnds[word], slots));
    }

    /// <summary>The slots that the loop reads before it writes them, in the order of its code, most used first.</summary>
    private void FindLoopSlots()
    {
        loopSlots.Clear();
        if (loopEnds[word] - word > MaxSearchedWords)
            return;
        Array.Clear(loopUses);
        for (int at = word; at <= loopEnds[word];)
        {
            LinkedInstruction instruction = function.InstructionAt(at);
            ref readonly OperandShape shape = ref OperandShape.Of(instruction.Opcode);
            CountUse(shape.B, instruction.B);
            CountUse(shape.C, instruction.C);
            if (!shape.DefinesA)
                CountUse(shape.A, instruction.A);
            else if (instruction.A != NoSlot && loopUses[instruction.A - lowestSlot] == 0)
                loopUses[instruction.A - lowestSlot] = -1;
            at += instruction.Size;
        }

        for (int i = 0; i < loopSlots.Count; i++)
            loopSlots[i] = loopSlots[i] with { Uses = loopUses[loopSlots[i].Slot - lowestSlot] };
        loopSlots.Sort((a, b) => b.Uses != a.Uses ? b.Uses.CompareTo(a.Uses) : b.Slot.CompareTo(a.Slot));
        Limit(MaxLoopGenerals, vectors: false);
        Limit(MaxLoopVectors, vectors: true);
    }

    private void CountUse(SlotUse? kind, int slot)
    {
        if (kind is null || slot == NoSlot || !IsOwnSlot(slot) || slotKinds[slot - lowestSlot] == SlotUse.Unknown)
            return;
        ref int uses = ref loopUses[slot - lowestSlot];
        if (uses == 0)
            loopSlots.Add((slot, 0));
        if (uses >= 0)
            uses++;
    }

    private void Limit(int count, bool vectors)
    {
        int kept = 0;
        loopSlots.RemoveAll(loop => IsFloat(loop.Slot) == vectors && ++kept > count);
    }

    private void KeepLoopSlots()
    {
        for (int register = 0; register < RegisterState.Registers; register++)
        {
            if (general.TryGetHome(register, out int home) && !IsLoopSlot(home))
                general.Forget(home);
            if (vector.TryGetHome(register, out home) && !IsLoopSlot(home))
                vector.Forget(home);
        }
    }

    private bool IsLoopSlot(int slot)
    {
        foreach ((int loopSlot, _) in loopSlots)
        {
            if (loopSlot == slot)
                return true;
        }

        return false;
    }

    private void LoadSlots(int[] slots)
    {
        foreach (int slot in slots)
        {
            if (IsFloat(slot))
                UseFloat(slot);
            else if (IsNarrow(slot))
                Use32(slot);
            else
                Use64(slot);
        }
    }

    /// <summary>
    /// Brings slots into the registers in which another block has them: by moves where the values still are in registers, the others from their slots. A
    /// register is filled when what it holds is not waited for; where all are, in a circle, one of the values is read from its slot.
    /// </summary>
    /// <param name="only">Leaves all other slots as they are; empty for none.</param>
    private void Establish(RegisterState state, int[] only)
    {
        while (TryFindMisplaced(state, only, out int register, out bool isVector))
        {
            if (isVector)
                PlaceVector(state.Vector(register), register);
            else
                PlaceGeneral(state.General(register), register, state.IsNarrow(register));
        }
    }

    private bool TryFindMisplaced(RegisterState state, int[] only, out int found, out bool isVector)
    {
        found = -1;
        isVector = false;
        for (int register = 0; register < RegisterState.Registers; register++)
        {
            if (IsGeneralMisplaced(state, register) && IsAmong(only, state.General(register)))
            {
                found = register;
                isVector = false;
                if (!IsWaitedFor(state, register))
                    return true;
            }

            if (state.Vector(register) != NoSlot && vector.Find(state.Vector(register)) != register && IsAmong(only, state.Vector(register)))
            {
                found = register;
                isVector = true;
                if (!IsVectorWaitedFor(state, register))
                    return true;
            }
        }

        return found >= 0;
    }

    private static bool IsAmong(int[] only, int slot) => only.Length == 0 || only.AsSpan().Contains(slot);

    private bool IsGeneralMisplaced(RegisterState state, int register) =>
        state.General(register) != NoSlot && (general.Find(state.General(register)) != register || (state.IsNarrow(register) && !isNarrow[register]));

    private bool IsWaitedFor(RegisterState state, int held)
    {
        for (int register = 0; register < RegisterState.Registers; register++)
        {
            if (register != held && state.General(register) != NoSlot && general.Find(state.General(register)) == held)
                return true;
        }

        return false;
    }

    private bool IsVectorWaitedFor(RegisterState state, int held)
    {
        for (int register = 0; register < RegisterState.Registers; register++)
        {
            if (register != held && state.Vector(register) != NoSlot && vector.Find(state.Vector(register)) == held)
                return true;
        }

        return false;
    }

    private void PlaceGeneral(int slot, int register, bool narrow)
    {
        int source = general.Find(slot);
        Gpr target = (Gpr)register;
        if (source != RegisterCache.None)
            Copy(target, (Gpr)source, narrow ? Width.Dword : Width.Qword);
        else if (narrow)
            asm.Emit(Code.Mov_r32_rm32, target.Dword(), Address.Slot(slot));
        else
            asm.Emit(Code.Mov_r64_rm64, target.Qword(), Address.Slot(slot));
        general.Evict(register);
        general.Bind(slot, register);
        isNarrow[register] = narrow;
    }

    private void PlaceVector(int slot, int register)
    {
        int source = vector.Find(slot);
        Xmm target = (Xmm)register;
        if (source != RegisterCache.None)
            asm.Emit(Code.Movaps_xmm_xmmm128, target.Name(), ((Xmm)source).Name());
        else
            asm.Emit(Code.Movsd_xmm_xmmm64, target.Name(), Address.Slot(slot));
        vector.Evict(register);
        vector.Bind(slot, register);
    }
}
