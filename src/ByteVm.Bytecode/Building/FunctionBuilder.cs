namespace ByteVm.Bytecode;

/// <summary>
/// Builds the code of one function. There is one emit method per opcode, generated from the opcode table and named after it:
/// destination first, then the operands in the table's order.
/// </summary>
public sealed partial class FunctionBuilder
{
    private const int Unmarked = -1;

    private readonly record struct PendingHandler(Label Start, Label End, Label Target, TypeRef Type, Register? Register);

    private readonly ModuleBuilder module;
    private readonly int index;
    private readonly string name;
    private readonly TypeRef result;
    private readonly IReadOnlyList<TypeParameter> typeParameters;
    private readonly int parameterCount;
    private readonly List<TypeRef> registers;
    private readonly List<Instruction> code = [];
    private readonly List<SourcePosition> positions = [];
    private readonly List<LocalName> localNames = [];
    private readonly List<InlinedCall> inlinedCalls = [];
    private readonly List<int> labels = [];
    private readonly List<PendingHandler> handlers = [];
    private readonly BuildChecker.FunctionBuildChecker? checker;

    internal FunctionBuilder(
        ModuleBuilder module, int index, string name, IReadOnlyList<TypeRef> parameters, TypeRef result, IReadOnlyList<TypeParameter> typeParameters,
        BuildChecker.FunctionBuildChecker? checker)
    {
        this.checker = checker;
        this.module = module;
        this.index = index;
        this.name = name;
        this.result = result;
        this.typeParameters = typeParameters;
        parameterCount = parameters.Count;
        registers = [.. parameters];
    }

    /// <summary>As the module and stack traces have it.</summary>
    public string Name => name;

    /// <summary>Index of the next instruction.</summary>
    public int Position => code.Count;

    public Register Parameter(int parameter) =>
        (uint)parameter < (uint)parameterCount ? new Register(parameter) : throw new ArgumentOutOfRangeException(nameof(parameter));

    public Register NewRegister(TypeRef type)
    {
        checker?.AddRegister(type.InRegister);
        registers.Add(type.InRegister);
        return new Register(registers.Count - 1);
    }

    public TypeRef TypeOf(Register register) => registers[register.Index];

    public Label NewLabel()
    {
        labels.Add(Unmarked);
        return new Label(labels.Count - 1);
    }

    /// <summary>Places the label before the next instruction.</summary>
    public void Mark(Label label)
    {
        if (labels[label.Id] != Unmarked)
            throw new InvalidOperationException($"{name}: label {label.Id} is marked twice.");
        labels[label.Id] = code.Count;
    }

    /// <summary>The source position of the instructions that follow.</summary>
    /// <param name="file">From <see cref="ModuleBuilder.SourceFile"/>.</param>
    /// <param name="inlined">From <see cref="AddInlinedCall"/>; -1 when they are the function's own.</param>
    public void SetPosition(int file, int line, int column, int inlined = -1)
    {
        var position = new SourcePosition(code.Count, file, line, column, inlined);
        if (positions.Count > 0 && positions[^1].Start == code.Count)
            positions[^1] = position;
        else if (positions.Count == 0 || positions[^1] with { Start = code.Count } != position)
            positions.Add(position);
    }

    /// <summary>Notes a call in whose place the code of the callee stands; the result says so of positions and of calls in that code.</summary>
    public int AddInlinedCall(InlinedCall call)
    {
        inlinedCalls.Add(call);
        return inlinedCalls.Count - 1;
    }

    /// <summary>Names a register for debuggers and disassembly, over instructions [start, end).</summary>
    public void NameLocal(Register register, string localName, int start, int end) => localNames.Add(new LocalName(register.Index, localName, start, end));

    /// <summary>
    /// Sends exceptions of a type that leave the instructions [start, end) to the target. Of several handlers around an instruction the one
    /// added first is asked first, so inner ones are added before outer ones. An empty range makes no handler.
    /// </summary>
    /// <param name="register">Gets the exception; null when nobody wants it.</param>
    public void AddHandler(Label start, Label end, Label target, TypeRef type, Register? register) =>
        handlers.Add(new PendingHandler(start, end, target, type, register));

    /// <summary>Emits an opcode chosen at run time, all of whose operands are registers, in the table's order.</summary>
    public void Emit(Opcode opcode, params ReadOnlySpan<Register> operands)
    {
        Span<int> positional = [Instruction.NoRegister, Instruction.NoRegister, Instruction.NoRegister];
        int count = 0;
        int[]? list = null;
        IReadOnlyList<OperandInfo> expected = opcode.Info().Operands;
        for (int i = 0; i < expected.Count; i++)
        {
            OperandInfo operand = expected[i];
            if (operand.Kind == OperandKind.Arguments)
                list = Indices(operands[count..]);
            else if (operand.Kind is OperandKind.Destination or OperandKind.Use && count < operands.Length)
                positional[count] = operands[count++].Index;
            else
                throw new ArgumentException($"{name}: {opcode} does not take {operands.Length} registers.", nameof(operands));
        }

        if (list is null && count != operands.Length)
            throw new ArgumentException($"{name}: {opcode} does not take {operands.Length} registers.", nameof(operands));
        Append(opcode, count > 0 ? positional[0] : 0, count > 1 ? positional[1] : 0, count > 2 ? positional[2] : 0, list: list);
    }

    /// <summary>Emits a compare-and-branch chosen at run time.</summary>
    public void EmitBranch(Opcode opcode, Register a, Register b, Label target) => Append(opcode, a.Index, b.Index, target.Id);

    /// <summary>Resolves labels and hands the function to its module.</summary>
    /// <exception cref="InvalidOperationException">A label was used but never marked.</exception>
    public void Build()
    {
        checker?.CheckEnd(code);
        module.Complete(index, new Function
        {
            Name = name,
            TypeParameters = typeParameters,
            ParameterCount = parameterCount,
            Registers = registers.ToArray(),
            Result = result,
            Code = code.ConvertAll(Resolve).ToArray(),
            Handlers = ResolveHandlers(),
            Positions = positions.ToArray(),
            LocalNames = localNames.ToArray(),
            InlinedCalls = inlinedCalls.ToArray(),
        });
    }

    private void Append(Opcode opcode, int a = 0, int b = 0, int c = 0, long immediate = 0, int[]? list = null)
    {
        var instruction = new Instruction(opcode, a, b, c, immediate, list);
        checker?.Check(instruction, code.Count, labels.Count);
        code.Add(instruction);
    }

    private Instruction Resolve(Instruction instruction)
    {
        foreach (OperandInfo operand in instruction.Opcode.Info().Operands)
        {
            if (operand.Kind == OperandKind.Label)
                instruction = instruction.WithOperand((int)operand.Slot, Target(instruction.Operand((int)operand.Slot)));
            else if (operand.Kind == OperandKind.Labels)
                instruction = instruction with { List = Array.ConvertAll(instruction.List!, Target) };
        }

        return instruction;
    }

    private int Target(int label) =>
        labels[label] != Unmarked ? labels[label] : throw new InvalidOperationException($"{name}: label {label} is used but never marked.");

    private ExceptionHandler[] ResolveHandlers() =>
    [
        .. handlers
            .Select(h => new ExceptionHandler(Target(h.Start.Id), Target(h.End.Id), Target(h.Target.Id), h.Type, IndexOf(h.Register)))
            .Where(h => h.Start < h.End),
    ];

    private int Intern(string text) => module.StringIndex(text);

    private static int IndexOf(Register? register) => register?.Index ?? Instruction.NoRegister;

    private static int Reference(Label label) => label.Id;

    private static int[] References(ReadOnlySpan<Label> targets)
    {
        int[] ids = new int[targets.Length];
        for (int i = 0; i < ids.Length; i++)
            ids[i] = targets[i].Id;
        return ids;
    }

    private static int[] Indices(ReadOnlySpan<Register> registers)
    {
        int[] indices = new int[registers.Length];
        for (int i = 0; i < indices.Length; i++)
            indices[i] = registers[i].Index;
        return indices;
    }
}
