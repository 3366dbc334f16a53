using ByteVm.Bytecode;

namespace ByteVm.Testing;

/// <summary>
/// Valid modules by chance, the same ones for the same seed. Instructions are drawn from the opcode table: operands at random,
/// kept when the verifier's own instruction check accepts them, so that a new opcode is covered without a change here.
/// </summary>
internal sealed class RandomModule
{
    private const int TriesPerInstruction = 8;

    private readonly Random random;
    private readonly ModuleBuilder builder;
    private readonly List<TypeRef> registerTypes = [];

    /// <summary>Types of one word each, so that a caller who knows nothing of a module can pass a word for each parameter.</summary>
    private readonly List<TypeRef> parameterTypes = [];
    private bool rejected;

    private RandomModule(int seed)
    {
        random = new Random(seed);
        builder = new ModuleBuilder($"random{seed}", random.Next(2) == 0 ? "" : "1.0");
    }

    /// <param name="size">Roughly the number of instructions of each function.</param>
    public static Module Create(int seed, int size = 24) => new RandomModule(seed).Build(size);

    private Module Build(int size)
    {
        DefineTypes();
        int functionCount = 1 + random.Next(4);
        int[] functions = [.. Enumerable.Range(0, functionCount).Select(i => builder.DeclareFunction($"f{i}"))];
        Module skeleton = BuildSkeleton(functions);
        Function[] bodies = [.. skeleton.Functions.Select(f => WithCode(skeleton, f, size))];
        return Decorate(skeleton, bodies);
    }

    private void DefineTypes()
    {
        int shape = builder.DeclareType(), point = builder.DeclareType(), list = builder.DeclareType(), pair = builder.DeclareType();
        TypeRef shapeType = builder.Named(shape), pointType = builder.Named(point);
        int area = builder.DeclareFunction("area");
        builder.DefineType(shape, new TypeDefinition("Shape", TypeDefinitionKind.Interface, [], TypeRef.None, [], [], [new MethodDefinition("area", [TypeRef.I32], TypeRef.F64, -1)]));
        builder.DefineType(point, new TypeDefinition("geo.Point", TypeDefinitionKind.Class, [], TypeRef.None, [shapeType],
            [new FieldDefinition("x", TypeRef.F64), new FieldDefinition("tag", TypeRef.U8), new FieldDefinition("on", TypeRef.Bool), new FieldDefinition("sign", TypeRef.Char)],
            [new MethodDefinition("area", [TypeRef.I32], TypeRef.F64, area)]));
        builder.DefineType(list, new TypeDefinition("List", TypeDefinitionKind.Class, [new TypeParameter("T", TypeRef.None)], TypeRef.None, [],
            [new FieldDefinition("items", builder.ArrayOf(builder.TypeVariable(0)))], []));
        builder.DefineType(pair, new TypeDefinition("Pair", TypeDefinitionKind.Value, [], TypeRef.None, [], [new FieldDefinition("first", TypeRef.I64, false)], []));
        TypeRef errorType = DefineExceptions(out TypeRef faultType);
        FunctionBuilder code = builder.DefineFunction(area, [pointType, TypeRef.I32], TypeRef.F64);
        Register result = code.NewRegister(TypeRef.F64);
        code.ReturnValue(result);
        code.Build();
        registerTypes.AddRange(
        [
            TypeRef.I32, TypeRef.I64, TypeRef.F32, TypeRef.F64, TypeRef.String, TypeRef.Object, shapeType, pointType, builder.Named(pair),
            builder.ArrayOf(TypeRef.U8), builder.ArrayOf(TypeRef.I32), builder.ArrayOf(TypeRef.Bool), builder.ArrayOf(pointType), builder.Named(list, TypeRef.I64),
            builder.Named(list, TypeRef.Char),            builder.Named(list, pointType), errorType, faultType, builder.FunctionType([TypeRef.I32], TypeRef.None),
        ]);
        parameterTypes.AddRange(registerTypes);
        registerTypes.AddRange(DefineValues(shapeType, builder.Named(pair), list));
        foreach (TypeRef owner in (TypeRef[])[pointType, builder.Named(list, TypeRef.I64), builder.Named(pair)])
            builder.Field(owner, 0);
        for (int field = 1; field <= 3; field++)
            builder.Field(pointType, field);
        builder.Method(shapeType, 0);
        builder.Method(pointType, 0);
        for (int i = 0; i < 3; i++)
            builder.AddGlobal($"global{i}", Any(registerTypes));
        builder.Import("console.write", "console", [TypeRef.String], TypeRef.None);
        builder.Import("clock.now", "", [], TypeRef.I64);
        builder.Function(area);
    }

    /// <summary>Value classes of several words, one with a method, and what they are stored in.</summary>
    private TypeRef[] DefineValues(TypeRef shapeType, TypeRef pairType, int list)
    {
        int triple = builder.DeclareType(), optional = builder.DeclareType(), area = builder.DeclareFunction("Triple.area");
        TypeRef tripleType = builder.Named(triple);
        builder.DefineType(triple, new TypeDefinition("Triple", TypeDefinitionKind.Value, [], TypeRef.None, [shapeType],
            [new FieldDefinition("name", TypeRef.String, false), new FieldDefinition("pair", pairType, false), new FieldDefinition("small", TypeRef.I8, false)],
            [new MethodDefinition("area", [TypeRef.I32], TypeRef.F64, area)]));
        builder.DefineType(optional, new TypeDefinition("Optional", TypeDefinitionKind.Value, [new TypeParameter("T", TypeRef.None)], TypeRef.None, [],
            [new FieldDefinition("has", TypeRef.Bool, false), new FieldDefinition("value", builder.TypeVariable(0), false)], []));
        FunctionBuilder code = builder.DefineFunction(area, [tripleType, TypeRef.I32], TypeRef.F64);
        code.ReturnValue(code.NewRegister(TypeRef.F64));
        code.Build();
        for (int field = 0; field < 3; field++)
            builder.Field(tripleType, field);
        TypeRef number = builder.Named(optional, TypeRef.I32);
        return [tripleType, builder.ArrayOf(tripleType), builder.Named(optional, tripleType), number, builder.ArrayOf(number), builder.Named(list, tripleType)];
    }

    private TypeRef DefineExceptions(out TypeRef faultType)
    {
        int error = builder.DeclareType(), fault = builder.DeclareType();
        TypeRef errorType = builder.Named(error);
        builder.DefineType(error, new TypeDefinition("Error", TypeDefinitionKind.Class, [], TypeRef.None, [],
            [new FieldDefinition("message", TypeRef.String), new FieldDefinition("trace", builder.ArrayOf(TypeRef.I64))], []));
        builder.DefineType(fault, new TypeDefinition("Fault", TypeDefinitionKind.Class, [], errorType, [], [], []));
        TypeRef type = faultType = builder.Named(fault);
        builder.SetExceptions(new ExceptionClasses(errorType, 0, 1, [.. Enum.GetValues<CatchableFault>().Select(f => new FaultClass(f, type))]));
        builder.Field(errorType, 0);
        return errorType;
    }

    private Module BuildSkeleton(int[] functions)
    {
        foreach (int function in functions)
        {
            TypeRef[] parameters = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Any(parameterTypes))];
            FunctionBuilder code = builder.DefineFunction(function, parameters, random.Next(3) == 0 ? TypeRef.None : Any(registerTypes));
            foreach (TypeRef type in registerTypes)
                code.NewRegister(type);
            code.ConstString(code.NewRegister(TypeRef.String), $"text {random.Next(3)} \"\n\u2028\ud83d\ude00");
            code.SetPosition(builder.SourceFile("random.tarn"), 1 + random.Next(9), 1 + random.Next(9));
            code.Jump(SelfLabel(code));
            code.Build();
            builder.Function(function);
            builder.AddExport($"f{function}", function);
        }

        return builder.Build();
    }

    private static Label SelfLabel(FunctionBuilder code)
    {
        Label here = code.NewLabel();
        code.Mark(here);
        return here;
    }

    private Function WithCode(Module module, Function function, int size)
    {
        // Methods, which calls of interfaces need.
        if (function.Name is "area" or "Triple.area")
            return function;
        var tables = new ModuleTables(module);
        var types = new TypeSystem(tables.Definition);
        foreach (TypeNode type in module.Types)
            types.Add(type);
        Report reject = (_, _, _) => rejected = true;
        var checker = new InstructionChecker(tables, types, new References(tables, types, reject), reject);
        int length = function.Code.Count + size;
        checker.EnterFunction(TypeScope.Empty, function.Result);
        checker.LabelLimit = length;
        foreach (TypeRef register in function.Registers)
            checker.AddRegister(register);
        List<Instruction> code = [function.Code[0]];
        while (code.Count < length - 1)
        {
            if (Draw(module, function, length, checker) is { } instruction)
                code.Add(instruction);
        }

        code.Add(new Instruction(Opcode.Jump, random.Next(length)));
        return With(function, code, DrawHandlers(function, length, checker));
    }

    private ExceptionHandler[] DrawHandlers(Function function, int length, InstructionChecker checker)
    {
        var handlers = new List<ExceptionHandler>();
        for (int i = random.Next(4) * TriesPerInstruction; i > 0; i--)
        {
            int start = random.Next(length);
            var candidate = new ExceptionHandler(start, random.Next(start, length) + 1, random.Next(length), Any(registerTypes), random.Next(-1, function.Registers.Count));
            rejected = false;
            checker.CheckHandler(in candidate, length);
            if (!rejected)
                handlers.Add(candidate);
        }

        return [.. handlers];
    }

    private Function With(Function function, List<Instruction> code, ExceptionHandler[] handlers) => new()
    {
        Name = function.Name,
        TypeParameters = function.TypeParameters,
        ParameterCount = function.ParameterCount,
        Registers = function.Registers,
        Result = function.Result,
        Code = code.ToArray(),
        Handlers = handlers,
        Positions = function.Positions,
        InlinedCalls = function.InlinedCalls,
        LocalNames = random.Next(2) == 0 ? [] : [new LocalName(0, "local", 0, random.Next(code.Count + 1))],
    };

    private Instruction? Draw(Module module, Function function, int length, InstructionChecker checker)
    {
        var opcode = (Opcode)random.Next(OpcodeTable.Count);
        for (int i = 0; i < TriesPerInstruction; i++)
        {
            Instruction candidate = RandomInstruction(opcode, module, function, length);
            rejected = false;
            checker.Check(in candidate);
            if (!rejected)
                return candidate;
        }

        return null;
    }

    private Instruction RandomInstruction(Opcode opcode, Module module, Function function, int length)
    {
        var instruction = new Instruction(opcode);
        foreach (OperandInfo operand in opcode.Info().Operands)
        {
            instruction = operand.Slot switch
            {
                OperandSlot.Immediate => instruction with { Immediate = RandomConstant(operand.Type) },
                OperandSlot.List => instruction with { List = RandomList(operand, function, length) },
                _ => instruction.WithOperand((int)operand.Slot, RandomIndex(operand, module, function, length)),
            };
        }

        return instruction;
    }

    private int RandomIndex(OperandInfo operand, Module module, Function function, int length) => operand.Kind switch
    {
        OperandKind.Label => random.Next(length),
        OperandKind.OptionalDestination when random.Next(2) == 0 => Instruction.NoRegister,
        OperandKind.Type => Any(registerTypes).Index,
        OperandKind.String => random.Next(module.Strings.Count),
        OperandKind.Field => random.Next(module.FieldRefs.Count),
        OperandKind.Method => random.Next(module.MethodRefs.Count),
        OperandKind.Function => random.Next(module.FunctionRefs.Count),
        OperandKind.Global => random.Next(module.Globals.Count),
        OperandKind.Import => random.Next(module.Imports.Count),
        _ => RandomRegister(operand.Type, function),
    };

    private int[] RandomList(OperandInfo operand, Function function, int length) => operand switch
    {
        { Kind: OperandKind.Labels } => [.. Enumerable.Range(0, 1 + random.Next(4)).Select(_ => random.Next(length))],
        { ArgumentTypes.Count: > 0 } => [.. operand.ArgumentTypes.Select(type => RandomRegister(type, function))],
        _ => [.. Enumerable.Range(0, random.Next(6)).Select(_ => RandomRegister(OperandType.Any, function))],
    };

    private int RandomRegister(OperandType type, Function function)
    {
        int register = random.Next(function.Registers.Count);
        for (int i = 0; i < function.Registers.Count; i++)
        {
            int candidate = (register + i) % function.Registers.Count;
            if (type == OperandType.Any || MayFit(function.Registers[candidate], type))
                return candidate;
        }

        return register;
    }

    private static bool MayFit(TypeRef found, OperandType type) => type switch
    {
        OperandType.I32 => found == TypeRef.I32,
        OperandType.I64 => found == TypeRef.I64,
        OperandType.F32 => found == TypeRef.F32,
        OperandType.F64 => found == TypeRef.F64,
        OperandType.String => found == TypeRef.String,
        _ => found.Index >= TypeRef.String.Index,
    };

    private long RandomConstant(OperandType type)
    {
        long[] interesting = [0, 1, -1, int.MinValue, int.MaxValue, long.MinValue, long.MaxValue, BitConverter.DoubleToInt64Bits(-0.0), 0x7ff8000000000001, random.NextInt64()];
        long value = interesting[random.Next(interesting.Length)];
        return type is OperandType.I32 or OperandType.F32 ? (int)value : value;
    }

    private Module Decorate(Module skeleton, Function[] functions) => new()
    {
        Name = skeleton.Name,
        Version = skeleton.Version,
        Strings = skeleton.Strings,
        Types = skeleton.Types,
        TypeDefinitions = skeleton.TypeDefinitions,
        FieldRefs = skeleton.FieldRefs,
        MethodRefs = skeleton.MethodRefs,
        FunctionRefs = skeleton.FunctionRefs,
        Globals = skeleton.Globals,
        Imports = skeleton.Imports,
        Functions = functions,
        Exports = skeleton.Exports,
        Initializer = skeleton.Initializer,
        Exceptions = skeleton.Exceptions,
        Dependencies = random.Next(2) == 0 ? [] : [new Dependency("std", "1", "00")],
        SourceFiles = skeleton.SourceFiles,
        CustomSections = random.Next(2) == 0 ? [] : [new CustomSection("note", [1, 2, 0, 255])],
    };

    private T Any<T>(List<T> list) => list[random.Next(list.Count)];
}
