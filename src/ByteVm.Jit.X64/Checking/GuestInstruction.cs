namespace ByteVm.Jit.X64.Checking;

/// <summary>A decoded instruction.</summary>
internal readonly record struct GuestInstruction
{
    public const int NoRegister = -1;
    public const int Rip = -2;

    public required InstructionForm Form { get; init; }
    public required int Offset { get; init; }
    public required int Length { get; init; }

    /// <summary>The opcode byte: its low bits hold the condition of a branch.</summary>
    public byte Opcode { get; init; }

    /// <summary>ModRM.reg, or the register in the opcode.</summary>
    public int Register { get; init; }

    /// <summary>ModRM.rm when it is a register, else <see cref="NoRegister"/>.</summary>
    public int Rm { get; init; }

    public bool IsMemory { get; init; }

    /// <summary>A hardware number, <see cref="NoRegister"/> or <see cref="Rip"/>.</summary>
    public int Base { get; init; }

    public int Index { get; init; }
    public int Scale { get; init; }
    public int Displacement { get; init; }

    /// <summary>Sign-extended; the displacement of a branch.</summary>
    public long Immediate { get; init; }

    public int ImmediateBytes { get; init; }

    /// <summary>Bytes of the operation: 1, 2, 4, 8 or 16.</summary>
    public int Bytes { get; init; }

    /// <summary>Bytes of the memory operand.</summary>
    public int MemoryBytes { get; init; }

    public int End => Offset + Length;

    /// <summary>Where a direct branch goes, or what a rip-relative operand names.</summary>
    public int Target => Base == Rip ? End + Displacement : End + (int)Immediate;

    public bool FallsThrough => Form.FallsThrough;
}
