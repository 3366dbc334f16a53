namespace ByteVm.Bytecode;

/// <summary>
/// Checks one instruction of a function: what the opcode table says of its operands here, the rest by the opcode's own rule
/// (InstructionRules). The verifier and the checked builder share it, so that both say the same.
/// </summary>
/// <remarks>Register types never change, hence an instruction can be checked without its neighbours: there is no data flow.</remarks>
internal sealed partial class InstructionChecker
{
    private readonly IModuleTables tables;
    private readonly TypeSystem types;
    private readonly References references;
    private readonly TypeUses typeUses;
    private readonly Report report;
    private readonly Dictionary<int, TypeScope> checkedArguments = [];
    private readonly List<TypeRef> registers = [];
    private TypeScope scope = TypeScope.Empty;
    private TypeRef result;

    public InstructionChecker(IModuleTables tables, TypeSystem types, References references, Report report)
    {
        this.tables = tables;
        this.types = types;
        this.references = references;
        this.report = report;
        typeUses = new TypeUses(types, report);
    }

    /// <summary>Labels are below this number.</summary>
    public int LabelLimit { get; set; }

    /// <summary>What follows is in a function with these type parameters and this result, and has no registers yet.</summary>
    public void EnterFunction(TypeScope newScope, TypeRef newResult)
    {
        scope = newScope;
        result = types.Canonical(newResult);
        registers.Clear();
    }

    /// <summary>Adds a register of a valid type.</summary>
    public void AddRegister(TypeRef type) => registers.Add(types.Canonical(type));

    public void Check(in Instruction instruction)
    {
        if (!OpcodeTable.IsDefined((int)instruction.Opcode))
        {
            report(VerifierRules.Opcode, $"an opcode below {OpcodeTable.Count}", $"{(int)instruction.Opcode}");
            return;
        }

        ReadOnlySpan<OperandInfo> operands = instruction.Opcode.Info().OperandSpan;
        bool valid = CheckShape(in instruction, operands);
        foreach (ref readonly OperandInfo operand in operands)
            valid = valid && CheckOperand(in instruction, in operand);
        if (valid)
            CheckOwnRule(in instruction);
    }

    /// <summary>Checks that control cannot run past the end.</summary>
    public void CheckEnd(IReadOnlyList<Instruction> code)
    {
        if (code.Count == 0)
            report(VerifierRules.FallsThrough, "instructions", "none");
        else if (OpcodeTable.IsDefined((int)code[^1].Opcode) && !code[^1].Opcode.Info().Has(OpcodeFacts.End))
            report(VerifierRules.FallsThrough, "a jump, switch, return or throw at the end", code[^1].Opcode.Info().Mnemonic);
    }

    // What the opcode does not use must be empty: it has no encoding and would be lost.
    private bool CheckShape(in Instruction instruction, ReadOnlySpan<OperandInfo> operands)
    {
        int used = 0;
        bool hasImmediate = false, hasList = false;
        foreach (ref readonly OperandInfo operand in operands)
        {
            used += operand.Slot <= OperandSlot.C ? 1 : 0;
            hasImmediate |= operand.Slot == OperandSlot.Immediate;
            hasList |= operand.Slot == OperandSlot.List;
        }

        bool exact = (used > 0 || instruction.A == 0) && (used > 1 || instruction.B == 0) && (used > 2 || instruction.C == 0)
            && (hasImmediate || instruction.Immediate == 0) && hasList == instruction.List is not null;
        if (!exact)
            report(VerifierRules.OperandShape, $"the operands of {instruction.Opcode.Info().Mnemonic}", "operands it does not have, or none where it has some");
        return exact;
    }

    private bool CheckOperand(in Instruction instruction, in OperandInfo operand) => operand.Kind switch
    {
        OperandKind.Use => CheckUse(instruction.Operand((int)operand.Slot), operand.Type),
        OperandKind.Destination => CheckDestination(instruction.Operand((int)operand.Slot), operand.Type),
        OperandKind.OptionalDestination =>
            instruction.A == Instruction.NoRegister || CheckDestination(instruction.Operand((int)operand.Slot), operand.Type),
        OperandKind.Arguments => CheckArguments(instruction.List!, operand.ArgumentTypes),
        OperandKind.Immediate => CheckImmediate(instruction.Immediate, operand.Type),
        OperandKind.Label => CheckLabel(instruction.Operand((int)operand.Slot)),
        OperandKind.Labels => CheckLabels(instruction.List!),
        OperandKind.Type => typeUses.CheckStored(new TypeRef(instruction.Operand((int)operand.Slot)), scope),
        OperandKind.String => CheckIndex(instruction.Operand((int)operand.Slot), tables.StringCount, "strings"),
        OperandKind.Field => CheckIndex(instruction.Operand((int)operand.Slot), tables.FieldRefs.Count, "field references"),
        OperandKind.Method => CheckIndex(instruction.Operand((int)operand.Slot), tables.MethodRefs.Count, "method references"),
        OperandKind.Function => CheckIndex(instruction.Operand((int)operand.Slot), tables.FunctionRefs.Count, "function references"),
        OperandKind.Global => CheckIndex(instruction.Operand((int)operand.Slot), tables.Globals.Count, "globals"),
        OperandKind.Import => CheckIndex(instruction.Operand((int)operand.Slot), tables.Imports.Count, "imports"),
        OperandKind.Word or OperandKind.Extension => throw new InvalidOperationException("Opcodes.table: a linked operand in a module opcode."),
    };

    private bool CheckIndex(int index, int count, string table)
    {
        bool valid = (uint)index < (uint)count;
        if (!valid)
            report(VerifierRules.TableIndex, $"one of {count} {table}", $"{index}");
        return valid;
    }

    private bool CheckLabel(int label)
    {
        bool valid = (uint)label < (uint)LabelLimit;
        if (!valid)
            report(VerifierRules.Label, $"an instruction below {LabelLimit}", $"{label}");
        return valid;
    }

    private bool CheckLabels(int[] labels)
    {
        if (labels.Length is 0 or > FormatLimits.MaxSwitchTargets)
        {
            report(VerifierRules.OperandShape, $"1 to {FormatLimits.MaxSwitchTargets} targets, the last one the default", $"{labels.Length}");
            return false;
        }

        foreach (int label in labels)
        {
            if (!CheckLabel(label))
                return false;
        }

        return true;
    }

    private bool CheckImmediate(long value, OperandType type)
    {
        bool fits = type is not (OperandType.I32 or OperandType.F32) || value == (int)value;
        if (!fits)
            report(VerifierRules.OperandShape, "a constant of 32 bits", $"{value}");
        return fits;
    }

    private bool CheckArguments(int[] arguments, IReadOnlyList<OperandType> expected)
    {
        if (arguments.Length > FormatLimits.MaxParameters)
        {
            report(VerifierRules.Limit, $"at most {FormatLimits.MaxParameters} arguments", $"{arguments.Length}");
            return false;
        }

        foreach (int argument in arguments)
        {
            if (!CheckRegister(argument))
                return false;
        }

        return expected.Count == 0 || CheckFixedArguments(arguments, expected);
    }

    private bool CheckFixedArguments(int[] arguments, IReadOnlyList<OperandType> expected)
    {
        if (!CheckArgumentCount(arguments, expected.Count))
            return false;
        bool valid = true;
        for (int i = 0; i < arguments.Length; i++)
            valid &= CheckUse(arguments[i], expected[i]);
        return valid;
    }

    private bool CheckArgumentCount(int[] arguments, int expected)
    {
        if (arguments.Length != expected)
            report(VerifierRules.ArgumentCount, $"{expected} arguments", $"{arguments.Length}");
        return arguments.Length == expected;
    }

    private bool CheckRegister(int register)
    {
        bool valid = (uint)register < (uint)registers.Count;
        if (!valid)
            report(VerifierRules.Register, $"a register below {registers.Count}", $"register {register}");
        return valid;
    }

    private bool CheckUse(int register, OperandType type)
    {
        if (!CheckRegister(register))
            return false;
        TypeRef found = registers[register];
        bool valid = Fits(found, type);
        if (!valid)
            report(VerifierRules.UseType, NameOf(type), Describe(register));
        return valid;
    }

    private bool CheckDestination(int register, OperandType type)
    {
        if (!CheckRegister(register))
            return false;
        // Bytes are produced, not needed: what holds them may be less exact.
        TypeRef found = registers[register];
        bool valid = Fits(found, type) || (type == OperandType.Bytes && found == TypeRef.Object)
            || (type == OperandType.String && found == TypeRef.Object);
        if (!valid)
            report(VerifierRules.DestinationType, NameOf(type), Describe(register));
        return valid;
    }

    private bool Fits(TypeRef found, OperandType type) => type switch
    {
        OperandType.Any => true,
        OperandType.I16 or OperandType.I32 => found == TypeRef.I32,
        OperandType.I64 => found == TypeRef.I64,
        OperandType.F32 => found == TypeRef.F32,
        OperandType.F64 => found == TypeRef.F64,
        OperandType.String => found == TypeRef.String,
        OperandType.Reference => types.IsReference(found, scope),
        OperandType.Array => types.IsArray(found),
        OperandType.Bytes => types.ElementOf(found) == TypeRef.U8,
    };

    private static string NameOf(OperandType type) => type switch
    {
        OperandType.Any => "any type",
        OperandType.I16 or OperandType.I32 => "i32",
        OperandType.I64 => "i64",
        OperandType.F32 => "f32",
        OperandType.F64 => "f64",
        OperandType.String => "string",
        OperandType.Reference => "a reference",
        OperandType.Array => "an array",
        OperandType.Bytes => "u8[]",
    };

    private string Describe(int register) => $"{types.Name(registers[register])} in r{register}";
}
