using static ByteVm.Jit.X64.Checking.FormFlags;

namespace ByteVm.Jit.X64.Checking;

/// <summary>
/// The encodings that guest code may contain, written down from the processor manual and apart from the compiler's encoder: what is
/// not in this list is refused. No system instruction, no string instruction but rep stosq, no segment, no x87, no VEX.
/// </summary>
internal static class InstructionForms
{
    public const int OneByteMap = 0, TwoByteMap = 1, ThreeByteMap3A = 2;
    public const int NoPrefix = 0, Prefix66 = 1, PrefixF3 = 2, PrefixF2 = 3;

    private const int Extensions = 8;
    private const FormFlags Load = WritesRegister | ReadsRm;
    private const FormFlags Store = ReadsRegister | WritesRm;
    private const FormFlags Update = ReadsRm | WritesRm;
    private const FormFlags Combine = ReadsRegister | WritesRegister | ReadsRm;
    private const FormFlags Vectors = RegisterIsVector | RmIsVector;

    private static readonly InstructionForm?[] Table = Build();

    /// <param name="extension">ModRM.reg, which belongs to the opcode in some encodings.</param>
    public static InstructionForm? Find(int map, int prefix, int opcode, int extension) => Table[Index(map, prefix, opcode, extension)];

    /// <summary>Whether a ModRM byte follows the opcode, for the opcodes in the list.</summary>
    public static bool HasModRm(int map, int opcode) => map switch
    {
        OneByteMap => opcode is not ((>= 0x50 and <= 0x5F) or (>= 0x70 and <= 0x7F) or (>= 0xB8 and <= 0xBF) or 0x99 or 0xAB or 0xC3 or 0xC9 or 0xE9 or 0xEB),
        TwoByteMap => opcode is not (>= 0x80 and <= 0x8F),
        _ => true,
    };

    private static int Index(int map, int prefix, int opcode, int extension) => ((map * 4 + prefix) * 256 + opcode) * Extensions + extension;

    private static InstructionForm?[] Build()
    {
        var table = new InstructionForm?[3 * 4 * 256 * Extensions];
        AddStackAndControl(table);
        AddMoves(table);
        AddArithmetic(table);
        AddGroups(table);
        AddBits(table);
        AddVectorMoves(table);
        AddVectorArithmetic(table);
        return table;
    }

    private static void Add(InstructionForm?[] table, int map, int prefix, int opcode, InstructionForm form)
    {
        for (int extension = 0; extension < Extensions; extension++)
            table[Index(map, prefix, opcode, extension)] = form;
    }

    private static void AddStackAndControl(InstructionForm?[] table)
    {
        for (int register = 0; register < 8; register++)
        {
            Add(table, OneByteMap, NoPrefix, 0x50 + register, new("push", FormKind.Push, ReadsRegister, 8));
            Add(table, OneByteMap, NoPrefix, 0x58 + register, new("pop", FormKind.Pop, WritesRegister, 8));
            Add(table, OneByteMap, NoPrefix, 0xB8 + register, new("mov", FormKind.Plain, WritesRegister, ImmediateBytes: -1));
        }

        for (int condition = 0; condition < 16; condition++)
        {
            Add(table, OneByteMap, NoPrefix, 0x70 + condition, new("jcc", FormKind.ConditionalBranch, None, ImmediateBytes: 1));
            Add(table, TwoByteMap, NoPrefix, 0x80 + condition, new("jcc", FormKind.ConditionalBranch, None, ImmediateBytes: 4));
            Add(table, TwoByteMap, NoPrefix, 0x90 + condition, new("setcc", FormKind.Plain, WritesRm, 1));
        }

        Add(table, OneByteMap, NoPrefix, 0xEB, new("jmp", FormKind.Branch, None, ImmediateBytes: 1));
        Add(table, OneByteMap, NoPrefix, 0xE9, new("jmp", FormKind.Branch, None, ImmediateBytes: 4));
        Add(table, OneByteMap, NoPrefix, 0xC3, new("ret", FormKind.Return, None));
        Add(table, OneByteMap, NoPrefix, 0xC9, new("leave", FormKind.Leave, None));
        table[Index(OneByteMap, NoPrefix, 0xFF, 2)] = new("call", FormKind.Call, ReadsRm | MemoryOnly, 8);
        table[Index(OneByteMap, NoPrefix, 0xFF, 4)] = new("jmp", FormKind.IndirectBranch, ReadsRm, 8);
        Add(table, OneByteMap, PrefixF3, 0xAB, new("rep stos", FormKind.RepeatStore, None));
    }

    private static void AddMoves(InstructionForm?[] table)
    {
        Add(table, OneByteMap, NoPrefix, 0x88, new("mov", FormKind.Plain, Store, 1));
        Add(table, OneByteMap, NoPrefix, 0x89, new("mov", FormKind.Plain, Store));
        Add(table, OneByteMap, Prefix66, 0x89, new("mov", FormKind.Plain, Store, 2));
        Add(table, OneByteMap, NoPrefix, 0x8B, new("mov", FormKind.Plain, Load));
        Add(table, OneByteMap, NoPrefix, 0x8D, new("lea", FormKind.LoadAddress, WritesRegister | MemoryOnly));
        Add(table, OneByteMap, NoPrefix, 0x63, new("movsxd", FormKind.Plain, Load, 0, 4));
        table[Index(OneByteMap, NoPrefix, 0xC6, 0)] = new("mov", FormKind.Plain, WritesRm, 1, ImmediateBytes: 1);
        table[Index(OneByteMap, NoPrefix, 0xC7, 0)] = new("mov", FormKind.Plain, WritesRm, ImmediateBytes: 4);
        table[Index(OneByteMap, Prefix66, 0xC7, 0)] = new("mov", FormKind.Plain, WritesRm, 2, ImmediateBytes: 2);
        Add(table, TwoByteMap, NoPrefix, 0xB6, new("movzx", FormKind.Plain, Load, 0, 1));
        Add(table, TwoByteMap, NoPrefix, 0xB7, new("movzx", FormKind.Plain, Load, 0, 2));
        Add(table, TwoByteMap, NoPrefix, 0xBE, new("movsx", FormKind.Plain, Load, 0, 1));
        Add(table, TwoByteMap, NoPrefix, 0xBF, new("movsx", FormKind.Plain, Load, 0, 2));
    }

    private static void AddArithmetic(InstructionForm?[] table)
    {
        Add(table, OneByteMap, NoPrefix, 0x03, new("add", FormKind.Plain, Combine));
        Add(table, OneByteMap, NoPrefix, 0x0A, new("or", FormKind.Plain, Combine, 1));
        Add(table, OneByteMap, NoPrefix, 0x0B, new("or", FormKind.Plain, Combine));
        Add(table, OneByteMap, NoPrefix, 0x23, new("and", FormKind.Plain, Combine));
        Add(table, OneByteMap, NoPrefix, 0x2B, new("sub", FormKind.Plain, Combine));
        Add(table, OneByteMap, NoPrefix, 0x33, new("xor", FormKind.Plain, Combine));
        Add(table, OneByteMap, NoPrefix, 0x3B, new("cmp", FormKind.Plain, ReadsRegister | ReadsRm));
        Add(table, OneByteMap, NoPrefix, 0x85, new("test", FormKind.Plain, ReadsRegister | ReadsRm));
        Add(table, OneByteMap, NoPrefix, 0x69, new("imul", FormKind.Plain, Load, ImmediateBytes: 4));
        Add(table, TwoByteMap, NoPrefix, 0xAF, new("imul", FormKind.Plain, Combine));
        Add(table, TwoByteMap, NoPrefix, 0x44, new("cmove", FormKind.Plain, Combine));
        Add(table, OneByteMap, NoPrefix, 0x99, new("cdq", FormKind.SignExtends, None));
    }

    private static void AddGroups(InstructionForm?[] table)
    {
        foreach ((int extension, string name) in new[] { (0, "add"), (1, "or"), (4, "and"), (5, "sub"), (6, "xor"), (7, "cmp") })
        {
            FormFlags flags = name == "cmp" ? ReadsRm : Update;
            table[Index(OneByteMap, NoPrefix, 0x81, extension)] = new(name, FormKind.Plain, flags, ImmediateBytes: 4);
            table[Index(OneByteMap, NoPrefix, 0x83, extension)] = new(name, FormKind.Plain, flags, ImmediateBytes: 1);
        }

        table[Index(OneByteMap, NoPrefix, 0xF7, 2)] = new("not", FormKind.Plain, Update);
        table[Index(OneByteMap, NoPrefix, 0xF7, 3)] = new("neg", FormKind.Plain, Update);
        foreach ((int extension, string name) in new[] { (4, "mul"), (5, "imul"), (6, "div"), (7, "idiv") })
            table[Index(OneByteMap, NoPrefix, 0xF7, extension)] = new(name, FormKind.Multiplies, ReadsRm);
    }

    private static void AddBits(InstructionForm?[] table)
    {
        foreach ((int extension, string name) in new[] { (0, "rol"), (1, "ror"), (4, "shl"), (5, "shr"), (7, "sar") })
        {
            table[Index(OneByteMap, NoPrefix, 0xC1, extension)] = new(name, FormKind.Plain, Update | MayKeep, ImmediateBytes: 1);
            table[Index(OneByteMap, NoPrefix, 0xD3, extension)] = new(name, FormKind.Plain, Update | MayKeep);
        }

        Add(table, TwoByteMap, NoPrefix, 0xBC, new("bsf", FormKind.Plain, Load | Unknown));
        Add(table, TwoByteMap, NoPrefix, 0xBD, new("bsr", FormKind.Plain, Load | Unknown));
        Add(table, TwoByteMap, PrefixF3, 0xB8, new("popcnt", FormKind.Plain, Load));
    }

    private static void AddVectorMoves(InstructionForm?[] table)
    {
        Add(table, TwoByteMap, PrefixF3, 0x10, new("movss", FormKind.Plain, Load | Vectors, 4));
        Add(table, TwoByteMap, PrefixF2, 0x10, new("movsd", FormKind.Plain, Load | Vectors, 8));
        Add(table, TwoByteMap, PrefixF3, 0x11, new("movss", FormKind.Plain, Store | Vectors | MemoryOnly, 4));
        Add(table, TwoByteMap, PrefixF2, 0x11, new("movsd", FormKind.Plain, Store | Vectors | MemoryOnly, 8));
        Add(table, TwoByteMap, NoPrefix, 0x11, new("movups", FormKind.Plain, Store | Vectors | MemoryOnly, 16));
        Add(table, TwoByteMap, NoPrefix, 0x28, new("movaps", FormKind.Plain, Load | Vectors, 16));
        Add(table, TwoByteMap, Prefix66, 0x6E, new("movd", FormKind.Plain, Load | RegisterIsVector));
        Add(table, TwoByteMap, Prefix66, 0x7E, new("movd", FormKind.Plain, Store | RegisterIsVector));
        Add(table, TwoByteMap, PrefixF3, 0x2A, new("cvtsi2ss", FormKind.Plain, Load | RegisterIsVector));
        Add(table, TwoByteMap, PrefixF2, 0x2A, new("cvtsi2sd", FormKind.Plain, Load | RegisterIsVector));
        Add(table, TwoByteMap, PrefixF3, 0x2C, new("cvttss2si", FormKind.Plain, Load | RmIsVector, 0, 4));
        Add(table, TwoByteMap, PrefixF2, 0x2C, new("cvttsd2si", FormKind.Plain, Load | RmIsVector, 0, 8));
    }

    private static void AddVectorArithmetic(InstructionForm?[] table)
    {
        (int Opcode, string Name)[] scalar =
            [(0x51, "sqrt"), (0x58, "add"), (0x59, "mul"), (0x5A, "cvt"), (0x5C, "sub"), (0x5D, "min"), (0x5E, "div"), (0x5F, "max")];
        foreach ((int opcode, string name) in scalar)
        {
            Add(table, TwoByteMap, PrefixF3, opcode, new(name + "ss", FormKind.Plain, Combine | Vectors, 4));
            Add(table, TwoByteMap, PrefixF2, opcode, new(name + "sd", FormKind.Plain, Combine | Vectors, 8));
        }

        foreach ((int opcode, string name) in new[] { (0x54, "andps"), (0x55, "andnps"), (0x56, "orps"), (0x57, "xorps") })
            Add(table, TwoByteMap, NoPrefix, opcode, new(name, FormKind.Plain, Combine | Vectors, 16));
        Add(table, TwoByteMap, NoPrefix, 0x2E, new("ucomiss", FormKind.Plain, ReadsRegister | ReadsRm | Vectors, 4));
        Add(table, TwoByteMap, Prefix66, 0x2E, new("ucomisd", FormKind.Plain, ReadsRegister | ReadsRm | Vectors, 8));
        Add(table, TwoByteMap, Prefix66, 0x76, new("pcmpeqd", FormKind.Plain, Combine | Vectors, 16));
        table[Index(TwoByteMap, Prefix66, 0x72, 2)] = new("psrld", FormKind.Plain, Update | RmIsVector, 16, ImmediateBytes: 1);
        table[Index(TwoByteMap, Prefix66, 0x73, 2)] = new("psrlq", FormKind.Plain, Update | RmIsVector, 16, ImmediateBytes: 1);
        table[Index(TwoByteMap, Prefix66, 0x73, 6)] = new("psllq", FormKind.Plain, Update | RmIsVector, 16, ImmediateBytes: 1);
        Add(table, ThreeByteMap3A, Prefix66, 0x0B, new("roundsd", FormKind.Plain, Load | Vectors, 8, ImmediateBytes: 1));
    }
}
