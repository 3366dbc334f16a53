namespace ByteVm.Jit.X64.Checking;

/// <summary>What the checker must know to follow control.</summary>
internal enum FormKind : byte
{
    /// <summary>Falls through and has no effect beyond its operands.</summary>
    Plain,

    /// <summary>Computes an address and accesses nothing.</summary>
    LoadAddress,
    ConditionalBranch,
    Branch,
    Call,
    IndirectBranch,
    Return,
    Leave,
    Push,
    Pop,

    /// <summary>rep stosq.</summary>
    RepeatStore,

    /// <summary>Writes rax and rdx beside its operand.</summary>
    Multiplies,

    /// <summary>Writes rdx.</summary>
    SignExtends,
}

/// <summary>What an instruction does with its two operands: "register" is ModRM.reg or the register in the opcode, "rm" the other one.</summary>
[Flags]
internal enum FormFlags
{
    None = 0,
    ReadsRegister = 1,
    WritesRegister = 2,
    ReadsRm = 4,
    WritesRm = 8,
    RegisterIsVector = 16,
    RmIsVector = 32,

    /// <summary>The register written may keep its old value, so its upper half is zero only if it was.</summary>
    MayKeep = 64,

    /// <summary>Nothing is known of the upper half of what it writes.</summary>
    Unknown = 128,

    /// <summary>A register operand is not allowed for rm.</summary>
    MemoryOnly = 256,
}

/// <summary>One encoding that guest code may contain.</summary>
/// <param name="Bytes">Size of the operand; 0: 4, or 8 with REX.W.</param>
/// <param name="RmBytes">Size of a memory operand when it differs.</param>
/// <param name="ImmediateBytes">-1: 4, or 8 with REX.W.</param>
internal sealed record InstructionForm(string Name, FormKind Kind, FormFlags Flags, int Bytes = 0, int RmBytes = 0, int ImmediateBytes = 0)
{
    public bool Has(FormFlags flag) => (Flags & flag) != 0;

    public bool FallsThrough => Kind is not (FormKind.Branch or FormKind.IndirectBranch or FormKind.Return);
}
