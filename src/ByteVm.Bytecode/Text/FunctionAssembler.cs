namespace ByteVm.Bytecode;

/// <summary>Reads one function: registers, local names, lines, labels and instructions.</summary>
internal sealed class FunctionAssembler(TokenReader reader, AssemblyTables tables)
{
    private readonly List<TypeRef> registers = [];
    private readonly List<Instruction> code = [];
    private readonly List<SourcePosition> positions = [];
    private readonly List<LocalName> localNames = [];
    private readonly List<InlinedCall> inlinedCalls = [];
    private readonly List<ExceptionHandler> handlers = [];
    private readonly Dictionary<string, int> labels = [];
    private readonly List<(string Label, int Token, Action<int> Resolve)> references = [];

    /// <summary>From the name to the closing brace; "fn" is read already.</summary>
    public Function Read(Func<IReadOnlyList<TypeParameter>> readTypeParameters)
    {
        string name = reader.Name("the name of a function");
        IReadOnlyList<TypeParameter> typeParameters = readTypeParameters();
        int parameterCount = reader.List("(", ")", ReadRegister).Count;
        TypeRef result = tables.ReadResult();
        reader.Expect("{");
        while (!reader.Accept("}"))
            ReadItem();
        ResolveLabels();
        return new Function
        {
            Name = name,
            TypeParameters = typeParameters,
            ParameterCount = parameterCount,
            Registers = registers.ToArray(),
            Result = result,
            Code = code.ToArray(),
            Handlers = handlers.ToArray(),
            Positions = positions.ToArray(),
            LocalNames = localNames.ToArray(),
            InlinedCalls = inlinedCalls.ToArray(),
        };
    }

    // "r3: i32"; registers are declared in order.
    private int ReadRegister()
    {
        int position = reader.Position;
        if (reader.Register() != registers.Count)
            throw reader.Error($"expected r{registers.Count}: registers are declared in order", position);
        reader.Expect(":");
        registers.Add(tables.ReadType());
        return registers.Count - 1;
    }

    private void ReadItem()
    {
        if (reader.Current.Kind == TokenKind.Word && reader.Following.Is(":"))
            ReadLabel();
        else if (reader.Accept("var"))
            ReadRegisters();
        else if (reader.Accept("local"))
            ReadLocalName();
        else if (reader.Accept("handler"))
            ReadHandler();
        else if (reader.Accept("inlined"))
            ReadInlinedCall();
        else if (reader.Accept("line"))
            ReadLine();
        else
            ReadInstruction();
    }

    private void ReadRegisters()
    {
        do
        {
            ReadRegister();
        }
        while (reader.Accept(","));
    }

    private void ReadLabel()
    {
        if (!labels.TryAdd(reader.Current.Text, code.Count))
            throw reader.Error($"the label {reader.Current} stands twice");
        reader.Position += 2;
    }

    private void ReadLocalName() =>
        localNames.Add(new LocalName(reader.Register(), reader.Name("a local name"), reader.Integer("the first instruction"), reader.Integer("the end")));

    // "line FILE 3:7" is about the next instruction; "line FILE 3:7 at 12" about number 12. "in 2" at the end: in the callee of inlined call number 2.
    private void ReadLine()
    {
        (int file, int line, int column) = ReadPlace();
        int start = reader.Accept("at") ? reader.Integer("an instruction") : code.Count;
        positions.Add(new SourcePosition(start, file, line, column, ReadInlined()));
    }

    // "inlined NAME FILE 3:7", or with "in 2" at the end a call in the callee of number 2.
    private void ReadInlinedCall()
    {
        string callee = reader.Name("an inlined function");
        (int file, int line, int column) = ReadPlace();
        inlinedCalls.Add(new InlinedCall(callee, file, line, column, ReadInlined()));
    }

    private int ReadInlined() => reader.Accept("in") ? reader.Integer("an inlined call") : -1;

    private (int File, int Line, int Column) ReadPlace()
    {
        int file = reader.Accept("@") ? reader.Integer("the number of a file") : tables.Files.NumberOf(reader.String("a file"));
        int line = reader.Integer("a line");
        reader.Expect(":");
        return (file, line, reader.Integer("a column"));
    }

    // "handler START END TARGET r3: TYPE", or _ for the register.
    private void ReadHandler()
    {
        int index = handlers.Count;
        handlers.Add(default);
        int start = ReadTarget(label => handlers[index] = handlers[index] with { Start = label });
        int end = ReadTarget(label => handlers[index] = handlers[index] with { End = label });
        int target = ReadTarget(label => handlers[index] = handlers[index] with { Target = label });
        int register = reader.Accept("_") ? Instruction.NoRegister : reader.Register();
        reader.Expect(":");
        handlers[index] = new ExceptionHandler(start, end, target, tables.ReadType(), register);
    }

    private void ReadInstruction()
    {
        if (reader.Current.Kind != TokenKind.Word || !OpcodeTable.TryFind(reader.Current.Text, out Opcode opcode))
            throw reader.Error($"expected an instruction, label, var, local, handler, line or '}}', found {reader.Current}");
        reader.Take();
        int index = code.Count;
        code.Add(new Instruction(opcode));
        var instruction = new Instruction(opcode);
        bool first = true;
        foreach (OperandInfo operand in opcode.Info().Operands)
        {
            if (!first)
                reader.Expect(",");
            first = false;
            instruction = ReadOperand(instruction, operand, index);
        }

        code[index] = instruction;
    }

    private Instruction ReadOperand(Instruction instruction, OperandInfo operand, int index)
    {
        int slot = (int)operand.Slot;
        switch (operand.Kind)
        {
            case OperandKind.Immediate:
                return instruction with { Immediate = ReadImmediate(operand.Type) };
            case OperandKind.Arguments:
                return instruction with { List = reader.List("(", ")", reader.Register).ToArray() };
            case OperandKind.Labels:
                return instruction with { List = ReadLabels(index) };
            case OperandKind.Label:
                int raw = ReadTarget(target => code[index] = code[index].WithOperand(slot, target));
                return instruction.WithOperand(slot, raw);
            default:
                return instruction.WithOperand(slot, ReadIndex(operand.Kind));
        }
    }

    private long ReadImmediate(OperandType type) => type switch
    {
        OperandType.I32 => reader.Integer("a constant"),
        OperandType.I64 => reader.Long("a constant"),
        _ => reader.FloatBits(type == OperandType.F64),
    };

    private int ReadIndex(OperandKind kind) => kind switch
    {
        OperandKind.OptionalDestination when reader.Accept("_") => Instruction.NoRegister,
        OperandKind.Destination or OperandKind.OptionalDestination or OperandKind.Use => reader.Register(),
        OperandKind.Type => tables.ReadType().Index,
        OperandKind.Global => tables.GlobalNames.Read(reader),
        OperandKind.Import => tables.ImportNames.Read(reader),
        _ when reader.Accept("#") => reader.Integer("an entry of a table"),
        OperandKind.String => tables.Strings.NumberOf(reader.String("a string")),
        OperandKind.Field => tables.Fields.NumberOf(tables.ReadField()),
        OperandKind.Method => tables.Methods.NumberOf(tables.ReadMethod()),
        OperandKind.Function => tables.Functions.NumberOf(tables.ReadFunction()),
        _ => throw new InvalidOperationException($"No syntax for operands of kind {kind}."),
    };

    private int[] ReadLabels(int index)
    {
        int count = 0;
        return reader.List("[", "]", () =>
        {
            int place = count++;
            return ReadTarget(target => code[index].List![place] = target);
        }).ToArray();
    }

    // A label, or # and the number of an instruction.
    private int ReadTarget(Action<int> resolve)
    {
        if (reader.Accept("#"))
            return reader.Integer("the number of an instruction");
        references.Add((reader.Current.Text, reader.Position, resolve));
        reader.Name("a label");
        return 0;
    }

    private void ResolveLabels()
    {
        foreach ((string label, int token, Action<int> resolve) in references)
            resolve(labels.TryGetValue(label, out int target) ? target : throw reader.Error($"there is no label '{label}' in the function", token));
    }
}
