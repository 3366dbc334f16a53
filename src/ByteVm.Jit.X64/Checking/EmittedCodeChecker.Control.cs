using System.Buffers.Binary;
using ByteVm.Jit.X64.Baseline;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;

namespace ByteVm.Jit.X64.Checking;

/// <summary>Rules 1, 3, 9 and 10: where control goes.</summary>
internal sealed partial class EmittedCodeChecker
{
    private const int MaxMetadataDisplacement = 256 * 1024;

    private void MarkTargets()
    {
        // Without the prologue's own branch: nothing else may go to the code that undoes it.
        foreach (ref readonly GuestInstruction instruction in instructions.AsSpan(bodyStart))
        {
            if (instruction.Form.Kind is FormKind.ConditionalBranch or FormKind.Branch)
                MarkTarget(instruction.Target, instruction.Offset);
        }

        foreach (TrapPoint point in compiled.TrapPoints)
        {
            if (point.ResumeOffset >= 0)
                MarkTarget(point.ResumeOffset, point.ResumeOffset);
        }

        foreach (int offset in compiled.HandlerOffsets)
            MarkTarget(offset, offset);

        foreach (JumpTable table in compiled.JumpTables)
        {
            for (int i = 0; i < table.Count; i++)
                MarkTarget(table.Offset + TableEntry(table, i), table.Offset);
        }
    }

    private void MarkTarget(int offset, int from)
    {
        int index = IndexAt(offset, from);
        if (index < bodyStart)
            Refuse(from, "it goes into the prologue");
        isTarget[index] = true;
    }

    /// <summary>Tables lie behind the instructions, aligned, without overlap; what is between them is int3.</summary>
    private void CheckJumpTables()
    {
        int end = compiled.InstructionBytes;
        foreach (JumpTable table in compiled.JumpTables)
        {
            bool fits = table.Count >= 1 && table.Offset + (long)table.Count * sizeof(int) <= compiled.Code.Length;
            if (table.Offset < end || table.Offset % sizeof(int) != 0 || !fits)
                Refuse(table.Offset, "a jump table lies where it must not");
            CheckPadding(end, table.Offset);
            end = table.Offset + table.Count * sizeof(int);
        }

        CheckPadding(end, compiled.Code.Length);
    }

    private void CheckPadding(int start, int end)
    {
        const byte int3 = 0xCC;
        int bad = compiled.Code.AsSpan(start, end - start).IndexOfAnyExcept(int3);
        if (bad >= 0)
            Refuse(start + bad, "bytes behind the code belong to no jump table");
    }

    private int TableEntry(JumpTable table, int index) =>
        BinaryPrimitives.ReadInt32LittleEndian(compiled.Code.AsSpan(table.Offset + index * sizeof(int)));

    private void CheckSequences()
    {
        int calls = 0;
        for (int index = bodyStart; index < instructions.Length; index++)
        {
            ref readonly GuestInstruction instruction = ref instructions[index];
            switch (instruction.Form.Kind)
            {
                case FormKind.Call:
                    CheckCall(index, calls++);
                    break;
                case FormKind.IndirectBranch:
                    CheckIndirectBranch(index);
                    break;
                case FormKind.Leave:
                    if (instructions[Math.Min(index + 1, instructions.Length - 1)].Form.Kind != FormKind.Return)
                        Refuse(in instruction, "it is not followed by ret");
                    break;
                case FormKind.Return:
                    if (Before(index, 1).Form.Kind != FormKind.Leave)
                        Refuse(in instruction, "it does not follow leave");
                    break;
                case FormKind.Pop:
                    CheckPop(index);
                    break;
                case FormKind.Push or FormKind.RepeatStore:
                    Refuse(in instruction, "it stands outside the prologue");
                    break;
            }
        }

        if (calls != compiled.CallSites.Length)
            Refuse(compiled.InstructionBytes, $"{compiled.CallSites.Length} call sites are listed but there are {calls} calls");
    }

    /// <summary>The instruction <paramref name="distance"/> before this one, if all in between run in one step.</summary>
    private ref readonly GuestInstruction Before(int index, int distance)
    {
        for (int i = index; i > index - distance; i--)
        {
            if (i <= bodyStart || isTarget[i] || !instructions[i - 1].FallsThrough)
                Refuse(in instructions[index], "what must run before it may be jumped over");
        }

        return ref instructions[index - distance];
    }

    private void CheckCall(int index, int number)
    {
        ref readonly GuestInstruction call = ref instructions[index];
        ref readonly GuestInstruction load = ref Before(index, 1);
        bool loadsEntry = load is { Form.Name: "mov", Bytes: 4, Register: Rax } && load.Form.Has(FormFlags.WritesRegister);
        bool isDirect = call is { Base: R13, Index: GuestInstruction.NoRegister, Displacement: > 0 }
            && loadsEntry && load.ImmediateBytes == 4 && load.Immediate == call.Displacement;
        bool isIndirect = call is { Base: R13, Index: Rax, Scale: 1, Displacement: 0 }
            && loadsEntry && load is { Base: R13, ImmediateBytes: 0 };
        if (!isDirect && !isIndirect)
            Refuse(in call, "it does not call through a function entry that is in eax");
        if (number >= compiled.CallSites.Length || compiled.CallSites[number].Offset != call.End)
            Refuse(in call, "its return address is not listed");
    }

    private void CheckPop(int index)
    {
        ref readonly GuestInstruction pop = ref instructions[index];
        if (pop.Register != Rbp || pop.Offset != compiled.StackOverflowOffset || isTarget[index] || instructions[index - 1].FallsThrough)
            Refuse(in pop, "it is not the one that undoes the prologue");
    }

    private void CheckIndirectBranch(int index)
    {
        ref readonly GuestInstruction jump = ref instructions[index];
        if (jump is { IsMemory: true, Base: R14, Index: GuestInstruction.NoRegister } && jump.Displacement == ContextOffsets.TrapStub)
            CheckTrap(index);
        else if (jump is { IsMemory: false, Rm: Rax })
            CheckTableJump(index);
        else
            Refuse(in jump, "it goes neither to the trap stub nor through a jump table");
    }

    // ---- traps

    private void CheckTrap(int index)
    {
        ref readonly GuestInstruction last = ref Before(index, 1);
        if (last is { Form.Name: "lea", Bytes: 8, Register: Rax, Base: GuestInstruction.Rip })
            CheckResumingTrap(index, last.Target);
        else if (last is { Form.Name: "xor", Bytes: 4, Register: Rax, Rm: Rax })
            CheckFinalTrap(index);
        else
            Refuse(in instructions[index], "the trap has no resume address");
    }

    private void CheckResumingTrap(int index, int resume)
    {
        bool storesSite = IsContextStore(in Before(index, 2), ContextOffsets.TrapSite, out long site);
        bool storesKind = IsContextStore(in Before(index, 3), ContextOffsets.Trap, out long kind);
        if (!storesSite || !storesKind)
            Refuse(in instructions[index], "the trap's kind and site are not stored before it");
        bool isListed = trapPoints.TryGetValue((uint)site, out TrapPoint point) && point.ResumeOffset == resume && point.Kind == (TrapKind)kind;
        if (!isListed || point.Kind is not (TrapKind.Service or TrapKind.Interrupt or TrapKind.OutOfFuel))
            Refuse(in instructions[index], "the trap is not listed");
    }

    private void CheckFinalTrap(int index)
    {
        if (!IsContextStore(in Before(index, 2), ContextOffsets.Trap, out long kind))
            Refuse(in instructions[index], "the trap's kind is not stored before it");
        if (kind == (long)TrapKind.StackOverflow)
        {
            if (Before(index, 3).Form.Kind != FormKind.Pop)
                Refuse(in instructions[index], "the stack overflow does not undo the prologue");
            return;
        }

        ref readonly GuestInstruction site = ref Before(index, 4);
        bool storesSite = site is { Form.Name: "mov", Bytes: 4, Register: Rax, Base: R14, IsMemory: true } && site.Displacement == ContextOffsets.TrapSite;
        bool storesFault = IsContextStore(in Before(index, 3), ContextOffsets.TrapArgument, out long fault);
        if (kind != (long)TrapKind.Fault || !storesSite || !storesFault || !Enum.IsDefined((FaultKind)fault))
            Refuse(in instructions[index], "it is neither a fault nor a stack overflow");
        CheckFaultExits(index - 4);
    }

    /// <summary>All ways to the shared end of a kind of fault come by jump, with the number of a listed site in eax.</summary>
    private void CheckFaultExits(int tail)
    {
        if (instructions[tail - 1].FallsThrough)
            Refuse(in instructions[tail], "control falls into the end of a fault");
        for (int index = bodyStart; index < instructions.Length; index++)
        {
            if (instructions[index].Form.Kind is not (FormKind.Branch or FormKind.ConditionalBranch) || instructions[index].Target != instructions[tail].Offset)
                continue;
            ref readonly GuestInstruction load = ref instructions[index - 1];
            bool isListed = load is { Form.Name: "mov", Bytes: 4, Register: Rax, ImmediateBytes: 4, IsMemory: false } && !isTarget[index]
                && trapPoints.TryGetValue((uint)load.Immediate, out TrapPoint point) && point.Kind == TrapKind.Fault;
            if (!isListed)
                Refuse(in instructions[index], "the fault's site is not listed");
        }
    }

    private static bool IsContextStore(in GuestInstruction store, int field, out long value)
    {
        value = store.Immediate;
        return store is { Form.Name: "mov", IsMemory: true, Base: R14, Index: GuestInstruction.NoRegister, ImmediateBytes: 4 } && store.Displacement == field;
    }

    // ---- jump tables

    private void CheckTableJump(int index)
    {
        ref readonly GuestInstruction add = ref Before(index, 1);
        ref readonly GuestInstruction load = ref Before(index, 2);
        ref readonly GuestInstruction address = ref Before(index, 3);
        ref readonly GuestInstruction branch = ref Before(index, 4);
        ref readonly GuestInstruction compare = ref Before(index, 5);
        bool holds = add is { Form.Name: "add", Bytes: 8, Register: Rax, Rm: Rcx }
            && load is { Form.Name: "movsxd", Bytes: 8, Register: Rax, Base: Rcx, Scale: sizeof(int), Displacement: 0 }
            && load.Index is not (GuestInstruction.NoRegister or Rcx)
            && address is { Form.Name: "lea", Bytes: 8, Register: Rcx, Base: GuestInstruction.Rip }
            && branch is { Form.Kind: FormKind.ConditionalBranch } && (branch.Opcode & 15) == 3
            && compare is { Form.Name: "cmp", Bytes: 4, IsMemory: false } && compare.ImmediateBytes != 0 && compare.Rm == load.Index;
        int table = address.Target;
        long count = compare.Immediate;
        if (!holds || !tableCounts.TryGetValue(table, out int listed) || listed != count)
            Refuse(in instructions[index], "it is not the end of a bounded jump through a listed table");
        tableLoads.Add(index - 2);
    }

    // ---- lists

    /// <summary>Fault sites are heap accesses; the other lists are checked where their instructions are.</summary>
    private void CheckSites()
    {
        int last = -1;
        foreach (CodePoint site in compiled.FaultSites)
        {
            ref readonly GuestInstruction access = ref instructions[IndexAt(site.Offset, site.Offset)];
            if (site.Offset <= last || !access.IsMemory || access.Base != R15 || access.Index == GuestInstruction.NoRegister)
                Refuse(in access, "it is listed as a fault site but accesses no object");
            last = site.Offset;
        }
    }
}
