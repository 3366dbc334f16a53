namespace ByteVm.Bytecode;

/// <summary>What passes, verifier and engines may know of an instruction without knowing which one it is.</summary>
[Flags]
public enum OpcodeFacts
{
    None = 0,

    /// <summary>May end in a guest fault.</summary>
    Fault = 1,

    /// <summary>May allocate, hence collect: a safepoint.</summary>
    Alloc = 2,

    /// <summary>Enters another function: a safepoint.</summary>
    Call = 4,

    /// <summary>Reads the heap.</summary>
    Read = 8,

    /// <summary>Writes the heap.</summary>
    Write = 16,

    /// <summary>May go to a label.</summary>
    Branch = 32,

    /// <summary>Control never falls through to the next instruction.</summary>
    End = 64,

    /// <summary>Executed by the monitor, not inline.</summary>
    Service = 128,

    /// <summary>Reaches outside the machine: traps to the monitor, which checks the capability.</summary>
    Privileged = 256,

    /// <summary>Leaves when the interrupt flag is set: a safepoint.</summary>
    Poll = 512,

    /// <summary>Executed inline where that needs no fuel beyond the table's; the monitor executes what the inline path leaves undecided.</summary>
    Assisted = 1024,
}

/// <summary>What an operand is.</summary>
public enum OperandKind : byte
{
    Destination,
    OptionalDestination,
    Use,
    Arguments,
    Label,
    Labels,
    Immediate,
    String,
    Type,
    Field,
    Method,
    Function,
    Global,
    Import,

    /// <summary>Linked code: an i32 in operands B and C.</summary>
    Word,

    /// <summary>Linked code: the 64-bit word after the instruction.</summary>
    Extension,
}

/// <summary>The type an operand must have. <see cref="Any"/> is decided by the opcode's own verifier rule.</summary>
public enum OperandType : byte
{
    Any,
    I16,
    I32,
    I64,
    F32,
    F64,
    String,
    Reference,

    /// <summary>Any array.</summary>
    Array,

    /// <summary>u8[].</summary>
    Bytes,
}

/// <summary>The part of an <see cref="Instruction"/> that holds an operand.</summary>
public enum OperandSlot : byte
{
    A,
    B,
    C,
    Immediate,
    List,

    /// <summary>Linked code only: not in an <see cref="Instruction"/>.</summary>
    None,
}

/// <summary>One operand of an instruction. <see cref="ArgumentTypes"/> is empty unless the kind is Arguments with fixed types.</summary>
public readonly record struct OperandInfo(OperandKind Kind, OperandType Type, OperandSlot Slot, IReadOnlyList<OperandType> ArgumentTypes);

/// <summary>One row of the opcode table.</summary>
public sealed class OpcodeInfo
{
    private readonly OperandInfo[] operands;

    internal OpcodeInfo(string mnemonic, string operands, OpcodeFacts facts, int fuel, string description)
    {
        Mnemonic = mnemonic;
        Facts = facts;
        Fuel = fuel;
        Description = description;
        this.operands = ParseOperands(operands);
    }

    public string Mnemonic { get; }

    public OpcodeFacts Facts { get; }

    /// <summary>Units charged when the instruction's basic block is entered.</summary>
    public int Fuel { get; }

    public string Description { get; }

    /// <summary>
    /// In order. In an <see cref="Instruction"/> registers, table indices and single labels take A, B, C as they come;
    /// an immediate takes Immediate; arguments and label lists take List.
    /// </summary>
    public IReadOnlyList<OperandInfo> Operands => operands;

    internal ReadOnlySpan<OperandInfo> OperandSpan => operands;

    public bool Has(OpcodeFacts fact) => (Facts & fact) != 0;

    private static OperandInfo[] ParseOperands(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var parsed = new OperandInfo[words.Length];
        OperandSlot next = OperandSlot.A;
        for (int i = 0; i < words.Length; i++)
        {
            OperandInfo operand = ParseOperand(words[i]);
            parsed[i] = operand.Slot == OperandSlot.A ? operand with { Slot = next++ } : operand;
        }

        return parsed;
    }

    private static OperandInfo ParseOperand(string text)
    {
        string[] parts = text.Split(':');
        OperandType[] types = parts.Length == 1 ? [] : [.. parts[1].Split(',').Select(TypeOf)];
        OperandKind kind = KindOf(parts[0]);
        return kind == OperandKind.Arguments
            ? new OperandInfo(kind, OperandType.Any, SlotOf(kind), types)
            : new OperandInfo(kind, types.Length == 0 ? OperandType.Any : types[0], SlotOf(kind), []);
    }

    // A stands for the next of A, B and C.
    private static OperandSlot SlotOf(OperandKind kind) => kind switch
    {
        OperandKind.Immediate => OperandSlot.Immediate,
        OperandKind.Arguments or OperandKind.Labels => OperandSlot.List,
        OperandKind.Word or OperandKind.Extension => OperandSlot.None,
        _ => OperandSlot.A,
    };

    private static OperandKind KindOf(string name) => name switch
    {
        "d" => OperandKind.Destination,
        "d?" => OperandKind.OptionalDestination,
        "u" => OperandKind.Use,
        "args" => OperandKind.Arguments,
        "label" => OperandKind.Label,
        "labels" => OperandKind.Labels,
        "imm" => OperandKind.Immediate,
        "string" => OperandKind.String,
        "type" => OperandKind.Type,
        "field" => OperandKind.Field,
        "method" => OperandKind.Method,
        "function" => OperandKind.Function,
        "global" => OperandKind.Global,
        "import" => OperandKind.Import,
        "word" => OperandKind.Word,
        "ext" => OperandKind.Extension,
        _ => throw new InvalidOperationException($"Opcodes.table: unknown operand kind '{name}'."),
    };

    private static OperandType TypeOf(string name) => name switch
    {
        "*" => OperandType.Any,
        "i16" => OperandType.I16,
        "i32" => OperandType.I32,
        "i64" => OperandType.I64,
        "f32" => OperandType.F32,
        "f64" => OperandType.F64,
        "string" => OperandType.String,
        "ref" => OperandType.Reference,
        "array" => OperandType.Array,
        "bytes" => OperandType.Bytes,
        _ => throw new InvalidOperationException($"Opcodes.table: unknown operand type '{name}'."),
    };
}
