namespace ByteVm.Bytecode;

/// <summary>
/// One instruction of module code. Registers, table indices and single labels stand in A, B, C in operand order
/// (<see cref="OpcodeInfo.Operands"/>); an absent optional result is <see cref="NoRegister"/>; labels are instruction indices.
/// </summary>
/// <param name="Immediate">A constant: i32 and i64 sign-extended, f32 and f64 as their bits.</param>
/// <param name="List">Argument registers or jump-table targets; null where the opcode has neither.</param>
public readonly record struct Instruction(Opcode Opcode, int A = 0, int B = 0, int C = 0, long Immediate = 0, int[]? List = null)
{
    public const int NoRegister = -1;

    /// <summary>The positional operand <paramref name="index"/>: 0 is A, 1 is B, 2 is C.</summary>
    public int Operand(int index) => index switch { 0 => A, 1 => B, 2 => C, _ => throw new ArgumentOutOfRangeException(nameof(index)) };

    internal Instruction WithOperand(int index, int value) => index switch
    {
        0 => this with { A = value },
        1 => this with { B = value },
        2 => this with { C = value },
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public bool Equals(Instruction other) =>
        Opcode == other.Opcode && A == other.A && B == other.B && C == other.C && Immediate == other.Immediate &&
        (List ?? []).AsSpan().SequenceEqual(other.List ?? []);

    public override int GetHashCode() => HashCode.Combine(Opcode, A, B, C, Immediate, List?.Length ?? 0);
}
