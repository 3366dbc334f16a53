using System.Globalization;

namespace ByteVm.Bytecode;

/// <summary>The text of instructions.</summary>
internal sealed class InstructionText
{
    private const int MnemonicWidth = 16;

    private readonly Module module;
    private readonly DisassemblyNames names;
    private readonly HashSet<int> repeatedStrings;
    private readonly HashSet<int> repeatedFields;
    private readonly HashSet<int> repeatedMethods;
    private readonly HashSet<int> repeatedFunctions;

    public InstructionText(Module module, DisassemblyNames names)
    {
        this.module = module;
        this.names = names;
        repeatedStrings = Repeated(module.Strings);
        repeatedFields = Repeated(module.FieldRefs);
        repeatedMethods = Repeated(module.MethodRefs);
        repeatedFunctions = Repeated(module.FunctionRefs);
    }

    /// <summary>Whether the entry exists and no entry before it is equal.</summary>
    public static bool IsFirst(IReadOnlyList<string> table, int index)
    {
        for (int i = 0; i < index && i < table.Count; i++)
        {
            if ((uint)index < (uint)table.Count && table[i] == table[index])
                return false;
        }

        return (uint)index < (uint)table.Count;
    }

    /// <summary>The instructions that need a label.</summary>
    public static HashSet<int> Targets(Function function)
    {
        var targets = new HashSet<int>();
        foreach (Instruction instruction in function.Code)
        {
            foreach (OperandInfo operand in instruction.Opcode.Info().Operands)
            {
                if (operand.Kind == OperandKind.Label)
                    targets.Add(instruction.Operand((int)operand.Slot));
                else if (operand.Kind == OperandKind.Labels)
                    targets.UnionWith(instruction.List ?? []);
            }
        }

        foreach (ExceptionHandler handler in function.Handlers)
            targets.UnionWith([handler.Start, handler.End, handler.Target]);
        return targets;
    }

    /// <summary>A handler as it stands among the instructions.</summary>
    public string Write(ExceptionHandler handler, int codeLength)
    {
        string register = handler.Register == Instruction.NoRegister ? "_" : Register(handler.Register);
        return $"handler {Label(handler.Start, codeLength)} {Label(handler.End, codeLength)} {Label(handler.Target, codeLength)} {register}: {names.Type(handler.Type)}";
    }

    /// <param name="codeLength">Labels from here on are written by number.</param>
    public string Write(Instruction instruction, int codeLength)
    {
        OpcodeInfo info = instruction.Opcode.Info();
        IEnumerable<string> operands = info.Operands.Select(operand => Operand(instruction, operand, codeLength));
        return $"{info.Mnemonic.PadRight(MnemonicWidth - 1)} {string.Join(", ", operands)}".TrimEnd();
    }

    private static HashSet<int> Repeated<T>(IReadOnlyList<T> table)
    {
        var known = new HashSet<T>();
        return [.. Enumerable.Range(0, table.Count).Where(i => !known.Add(table[i]))];
    }

    private string Operand(Instruction instruction, OperandInfo operand, int codeLength) => operand.Slot switch
    {
        OperandSlot.Immediate => Immediate(instruction.Immediate, operand.Type),
        OperandSlot.List when operand.Kind == OperandKind.Labels => $"[{string.Join(", ", (instruction.List ?? []).Select(label => Label(label, codeLength)))}]",
        OperandSlot.List => $"({string.Join(", ", (instruction.List ?? []).Select(Register))})",
        _ => Index(instruction.Operand((int)operand.Slot), operand.Kind, codeLength),
    };

    private string Index(int index, OperandKind kind, int codeLength) => kind switch
    {
        OperandKind.OptionalDestination when index == Instruction.NoRegister => "_",
        OperandKind.Destination or OperandKind.OptionalDestination or OperandKind.Use => Register(index),
        OperandKind.Label => Label(index, codeLength),
        OperandKind.Type => names.Type(new TypeRef(index)),
        OperandKind.Global => names.Global(index),
        OperandKind.Import => names.Import(index),
        OperandKind.String => Entry(index, module.Strings, repeatedStrings, DisassemblyNames.String),
        OperandKind.Field => Entry(index, module.FieldRefs, repeatedFields, names.Field),
        OperandKind.Method => Entry(index, module.MethodRefs, repeatedMethods, names.Method),
        OperandKind.Function => Entry(index, module.FunctionRefs, repeatedFunctions, names.FunctionReference),
        _ => throw new InvalidOperationException($"No syntax for operands of kind {kind}."),
    };

    private static string Register(int index) => $"r{index}";

    private static string Label(int label, int codeLength) => (uint)label < (uint)codeLength ? $"L{label}" : $"#{label}";

    private static string Entry<T>(int index, IReadOnlyList<T> table, HashSet<int> repeated, Func<T, string> write) =>
        (uint)index < (uint)table.Count && !repeated.Contains(index) ? write(table[index]) : $"#{index}";

    private static string Immediate(long value, OperandType type) => type switch
    {
        OperandType.F32 => Float(BitConverter.Int32BitsToSingle((int)value), $"0x{(uint)value:x8}"),
        OperandType.F64 => Float(BitConverter.Int64BitsToDouble(value), $"0x{value:x16}"),
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    // The shortest text that reads back as the same number; what is not a number keeps its bits.
    private static string Float<T>(T value, string bits) where T : System.Numerics.IFloatingPointIeee754<T> =>
        T.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : bits;
}
