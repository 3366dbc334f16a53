using ByteVm.Jit.X64.Baseline;

namespace ByteVm.Jit.X64.Checking;

/// <summary>
/// Which registers are known to be zero-extended from 32 bits, one bit each. Solved from above: start with "all" at every join
/// and take the intersection over the paths until nothing changes. Each round only clears bits, so it ends; branches go mostly forward, so it ends soon.
/// </summary>
internal sealed partial class EmittedCodeChecker
{
    private const int All = 0xFFFF;

    /// <summary>By instruction: what holds on all paths into it, where it is a target.</summary>
    private int[] joined = [];

    private void SolveZeroExtension()
    {
        joined = new int[instructions.Length];
        Array.Fill(joined, All);
        foreach (TrapPoint point in compiled.TrapPoints)
        {
            if (point.ResumeOffset >= 0)
                joined[indexOf[point.ResumeOffset]] = 0;
        }

        foreach (int offset in compiled.HandlerOffsets)
            joined[indexOf[offset]] = 0;

        while (Propagate())
        {
        }
    }

    /// <returns>Whether something changed at a place that has been passed already.</returns>
    private bool Propagate()
    {
        bool changed = false;
        int state = 0;
        int tableEntry = All;
        for (int index = 0; index < instructions.Length; index++)
        {
            ref readonly GuestInstruction instruction = ref instructions[index];
            if (isTarget[index])
                state = joined[index] &= state;
            state = Transfer(in instruction, state);
            if (instruction.Form.Kind is FormKind.ConditionalBranch or FormKind.Branch)
                changed |= Join(indexOf[instruction.Target], state, index);
            if (tableLoads.Contains(index))
                tableEntry &= state;
            if (!instruction.FallsThrough)
                state = All;
        }

        return JoinTables(tableEntry) | changed;
    }

    /// <summary>Every table entry is taken to be reached from every table jump: less precise, and enough.</summary>
    private bool JoinTables(int state)
    {
        bool changed = false;
        foreach (JumpTable table in compiled.JumpTables)
        {
            for (int i = 0; i < table.Count; i++)
                changed |= Join(indexOf[table.Offset + TableEntry(table, i)], state, int.MaxValue);
        }

        return changed;
    }

    private bool Join(int target, int state, int from)
    {
        int old = joined[target];
        joined[target] = old & state;
        return joined[target] != old && target <= from;
    }

    private static int Transfer(in GuestInstruction instruction, int state)
    {
        InstructionForm form = instruction.Form;
        if (form.Kind == FormKind.Call)
            return 0;
        int written = WrittenRegisters(in instruction);
        bool isImplicit = form.Kind is FormKind.Multiplies or FormKind.SignExtends;
        if (instruction.Bytes < 4 || (form.Has(FormFlags.MayKeep) && instruction.Bytes == 4))
            return state;
        bool zeroExtends = instruction.Bytes == 4 && !form.Has(FormFlags.Unknown) && (isImplicit || form.Kind is FormKind.Plain or FormKind.LoadAddress);
        return zeroExtends ? state | written : state & ~written;
    }
}
