using ByteVm.Jit.X64.Baseline;
using ByteVm.Memory.Layout;

namespace ByteVm.Jit.X64.Checking;

/// <summary>Rules 4 to 8: which memory and which registers an instruction touches.</summary>
internal sealed partial class EmittedCodeChecker
{
    private const int ProtectedRegisters = 1 << Rsp | 1 << Rbp | 1 << R13 | 1 << R14 | 1 << R15;

    private readonly record struct ContextField(int Offset, int Bytes, bool IsRead, bool IsWritten);

    private static readonly ContextField[] ContextFields =
    [
        new(ContextOffsets.HeapTop, 4, IsRead: true, IsWritten: true),
        new(ContextOffsets.HeapLimit, 4, IsRead: true, IsWritten: false),
        new(ContextOffsets.OldStart, 4, IsRead: true, IsWritten: false),
        new(ContextOffsets.Fuel, 8, IsRead: true, IsWritten: true),
        new(ContextOffsets.Interrupt, 4, IsRead: true, IsWritten: false),
        new(ContextOffsets.StackLimit, 8, IsRead: true, IsWritten: false),
        new(ContextOffsets.Trap, 4, IsRead: false, IsWritten: true),
        new(ContextOffsets.TrapSite, 4, IsRead: false, IsWritten: true),
        new(ContextOffsets.TrapArgument, 8, IsRead: false, IsWritten: true),
        new(ContextOffsets.TrapStub, 8, IsRead: true, IsWritten: false),
    ];

    private void CheckOperands()
    {
        int zeroExtended = 0;
        for (int index = 0; index < instructions.Length; index++)
        {
            ref readonly GuestInstruction instruction = ref instructions[index];
            if (isTarget[index])
                zeroExtended = joined[index];
            if (index >= bodyStart)
            {
                CheckWrites(in instruction);
                if (instruction.IsMemory)
                    CheckMemory(index, zeroExtended);
            }

            zeroExtended = instruction.FallsThrough ? Transfer(in instruction, zeroExtended) : All;
        }
    }

    private void CheckWrites(in GuestInstruction instruction)
    {
        if (instruction.Form.Kind is FormKind.Pop or FormKind.Leave)
            return;
        if ((WrittenRegisters(in instruction) & ProtectedRegisters) != 0)
            Refuse(in instruction, "it writes a register that is pinned");
    }

    /// <summary>General registers that an instruction writes, one bit each.</summary>
    private static int WrittenRegisters(in GuestInstruction instruction)
    {
        InstructionForm form = instruction.Form;
        int written = form.Kind switch
        {
            FormKind.Multiplies => 1 << Rax | 1 << Rdx,
            FormKind.SignExtends => 1 << Rdx,
            FormKind.RepeatStore => 1 << Rcx | 1 << Rdi,
            _ => 0,
        };
        if (form.Has(FormFlags.WritesRegister) && !form.Has(FormFlags.RegisterIsVector))
            written |= 1 << instruction.Register;
        if (form.Has(FormFlags.WritesRm) && !form.Has(FormFlags.RmIsVector) && !instruction.IsMemory)
            written |= 1 << instruction.Rm;
        return written;
    }

    private void CheckMemory(int index, int zeroExtended)
    {
        ref readonly GuestInstruction access = ref instructions[index];
        if (access.Form.Kind == FormKind.LoadAddress)
        {
            CheckAddress(in access);
            return;
        }

        switch (access.Base)
        {
            case Rbp: CheckFrame(in access); break;
            case R15 when access.Displacement == CageLayout.CardTableOffset: CheckCardMark(index); break;
            case R15: CheckCage(in access, zeroExtended); break;
            case R14: CheckContext(in access); break;
            case R13: CheckMetadata(in access, zeroExtended); break;
            default:
                if (!tableLoads.Contains(index))
                    Refuse(in access, "its memory operand has none of the allowed forms");
                RequireZeroExtended(in access, zeroExtended);
                break;
        }
    }

    /// <summary>An address inside the function is that of a trap point or a jump table.</summary>
    private void CheckAddress(in GuestInstruction lea)
    {
        if (lea.Base != GuestInstruction.Rip)
            return;
        int target = lea.Target;
        if (!resumeOffsets.Contains(target) && !tableCounts.ContainsKey(target))
            Refuse(in lea, "it takes an address that is neither a listed trap point nor a jump table");
    }

    private void CheckFrame(in GuestInstruction access)
    {
        int parameterEnd = FrameLayout.ParameterWord(Math.Max(function.ParameterSlots, function.ResultSlots)) * SlotBytes;
        bool isBelow = access.Displacement >= -function.FrameBytes && access.Displacement + access.MemoryBytes <= 0;
        bool isParameter = access.Displacement >= FrameLayout.ParameterWord(0) * SlotBytes && access.Displacement + access.MemoryBytes <= parameterEnd;
        if (access.Index != GuestInstruction.NoRegister || (!isBelow && !isParameter))
            Refuse(in access, "it accesses the stack outside of the frame's slots");
    }

    private void CheckCage(in GuestInstruction access, int zeroExtended)
    {
        if (access.Displacement < 0)
            Refuse(in access, "it accesses the cage with a negative displacement");
        if (access.Index == GuestInstruction.NoRegister)
            return;
        if (access.Displacement > CageLayout.MaxDisplacement)
            Refuse(in access, $"its displacement {access.Displacement} exceeds {CageLayout.MaxDisplacement}");
        if (access.Scale != 1)
            Refuse(in access, "its index is scaled");
        RequireZeroExtended(in access, zeroExtended);
        if (access.Index != Rax && !compiled.TryFindFaultSite(access.Offset, out _))
            Refuse(in access, "it goes through a reference but is not listed as a fault site");
    }

    /// <summary>
    /// One step: a store of a reference, a jump past the mark when that is no young object, the lea of its cage offset, the shift to its card's
    /// number, the mark.
    /// </summary>
    private void CheckCardMark(int index)
    {
        ref readonly GuestInstruction mark = ref instructions[index];
        ref readonly GuestInstruction shift = ref Before(index, 1);
        ref readonly GuestInstruction address = ref Before(index, 2);
        ref readonly GuestInstruction skip = ref Before(index, 3);
        ref readonly GuestInstruction test = ref Before(index, 4);
        ref readonly GuestInstruction store = ref Before(index, 5);
        bool marks = mark is { Form.Name: "mov", MemoryBytes: 1, ImmediateBytes: 1, Immediate: CageLayout.DirtyCard, Index: Rax, Scale: 1 };
        bool shifts = shift is { Form.Name: "shr", Bytes: 4, IsMemory: false, Rm: Rax, Immediate: CageLayout.CardShift };
        bool isOfTheStore = store is { Form.Name: "mov", MemoryBytes: sizeof(uint), IsMemory: true, Base: R15 } && store.Form.Has(FormFlags.WritesRm)
            && address is { Form.Name: "lea", Bytes: 4, Register: Rax, Index: GuestInstruction.NoRegister }
            && address.Base == store.Index && address.Displacement == store.Displacement;
        bool isTest = test is { Form.Name: "cmp", Bytes: 4, IsMemory: true, Base: R14 } && test.Form.Has(FormFlags.ReadsRegister)
            && test.Register == store.Register && test.Displacement == ContextOffsets.OldStart;
        bool skips = skip is { Form.Kind: FormKind.ConditionalBranch } && (skip.Opcode & 15) == 3 && skip.Target == mark.End;
        if (!marks || !shifts || !isOfTheStore)
            Refuse(in mark, "it marks another card than that of the reference stored before it");
        if (!isTest || !skips)
            Refuse(in mark, "it is jumped over for other references than those to old objects");
    }

    private void CheckContext(in GuestInstruction access)
    {
        if (access.Form.Kind == FormKind.IndirectBranch)
            return;
        bool reads = access.Form.Has(FormFlags.ReadsRm), writes = access.Form.Has(FormFlags.WritesRm);
        ContextField field = FieldAt(access.Displacement);
        bool isAllowed = access.Index == GuestInstruction.NoRegister && field.Bytes == access.MemoryBytes
            && (!reads || field.IsRead) && (!writes || field.IsWritten);
        if (!isAllowed)
            Refuse(in access, "it accesses the context where it must not");
    }

    /// <summary>A field of no bytes where there is none.</summary>
    private static ContextField FieldAt(int displacement)
    {
        foreach (ContextField field in ContextFields)
        {
            if (field.Offset == displacement)
                return field;
        }

        return default;
    }

    private void CheckMetadata(in GuestInstruction access, int zeroExtended)
    {
        if (access.Form.Has(FormFlags.WritesRm))
            Refuse(in access, "it writes metadata");
        if (access.Form.Kind == FormKind.Call && access.Index == GuestInstruction.NoRegister)
            return;
        if (access.Index == GuestInstruction.NoRegister || access.Scale != 1 || access.Displacement is < 0 or > MaxMetadataDisplacement)
            Refuse(in access, "its metadata operand has none of the allowed forms");
        if (access.Form.Kind != FormKind.Call && access.MemoryBytes != sizeof(uint))
            Refuse(in access, "it reads metadata in another size than 4 bytes");
        RequireZeroExtended(in access, zeroExtended);
    }

    private void RequireZeroExtended(in GuestInstruction access, int zeroExtended)
    {
        if ((zeroExtended >> access.Index & 1) == 0)
            Refuse(in access, "its index is not proved to be zero-extended from 32 bits");
    }
}
