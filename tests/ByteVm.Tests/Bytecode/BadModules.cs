using ByteVm.Bytecode;

namespace ByteVm.Tests.Bytecode;

/// <summary>Modules that break one rule and that the text form cannot express, or not in reasonable length.</summary>
internal static class BadModules
{
    public static IEnumerable<(VerifierRule Rule, Module Module)> All() =>
    [
        .. Limits().Select(m => (VerifierRules.Limit, m)),
        .. TypeShapes().Select(m => (VerifierRules.TypeShape, m)),
        .. TypeDepths().Select(m => (VerifierRules.TypeDepth, m)),
        .. TypeWork().Select(m => (VerifierRules.TypeWork, m)),
        .. HierarchySizes().Select(m => (VerifierRules.HierarchySize, m)),
        (VerifierRules.ValueCycle, Definitions([.. Enumerable.Range(0, FormatLimits.MaxValueDepth + 2).Select(NestedValue)])),
        .. ParameterCounts().Select(m => (VerifierRules.ParameterCount, m)),
        .. Opcodes().Select(m => (VerifierRules.Opcode, m)),
        .. OperandShapes().Select(m => (VerifierRules.OperandShape, m)),
        (VerifierRules.DefinitionShape, Definitions([Class("A") with { Kind = (TypeDefinitionKind)7 }])),
    ];

    private static IEnumerable<Module> Limits() =>
    [
        new() { Name = "m", Functions = [new Function { Name = "f", Registers = Many(FormatLimits.MaxRegisters + 1, TypeRef.I32), Code = [new Instruction(Opcode.Return)] }] },
        new() { Name = "m", Strings = Many(FormatLimits.MaxTableEntries + 1, "") },
        new() { Name = "m", Types = [TypeNode.Variable(FormatLimits.MaxTypeArguments)] },
        Definitions([Class("A") with { Fields = Many(FormatLimits.MaxFields + 1, new FieldDefinition("x", TypeRef.I32)) }]),
        Definitions([Class("A") with { TypeParameters = Many(FormatLimits.MaxTypeArguments + 1, new TypeParameter("T", TypeRef.None)) }]),
        Code([new Instruction(Opcode.ArrayFill, List: Many(FormatLimits.MaxParameters + 1, 0)), new Instruction(Opcode.Return)]),
        Code(Many(FormatLimits.MaxInstructions + 1, new Instruction(Opcode.Return))),
    ];

    private static IEnumerable<Module> TypeShapes() =>
    [
        new() { Name = "m", Types = [new TypeNode(TypeForm.Array, 1, TypeRef.I32, [])] },
        new() { Name = "m", Types = [new TypeNode(TypeForm.Variable, 0, TypeRef.I32, [])] },
        new() { Name = "m", Types = [new TypeNode((TypeForm)9, 0, TypeRef.None, [])] },
        new() { Name = "m", Types = [new TypeNode(TypeForm.Function, 3, TypeRef.None, [])] },
    ];

    private static IEnumerable<Module> TypeDepths()
    {
        static TypeRef Entry(int i) => i < 0 ? TypeRef.I32 : new TypeRef(TypeRef.PrimitiveCount + i);
        IEnumerable<int> levels = Enumerable.Range(0, FormatLimits.MaxTypeDepth + 1);
        yield return new Module { Name = "m", Types = [.. levels.Select(i => TypeNode.ArrayOf(Entry(i - 1)))] };
        yield return new Module { Name = "m", Types = [.. levels.Select(i => TypeNode.Function([Entry(i - 1), Entry(i - 1)], TypeRef.None))] };
        // Only substitution goes beyond: an array of arrays of the argument of a list nested to the limit.
        TypeNode[] lists = [.. levels.Take(FormatLimits.MaxTypeDepth).Select(i => TypeNode.Named(0, [Entry(i - 1)]))];
        yield return new Module
        {
            Name = "m",
            Types = [.. lists, TypeNode.Variable(0), TypeNode.ArrayOf(Entry(lists.Length)), TypeNode.ArrayOf(Entry(lists.Length + 1))],
            TypeDefinitions = [Class("List") with { TypeParameters = [new TypeParameter("T", TypeRef.None)], Fields = [new FieldDefinition("items", Entry(lists.Length + 2))] }],
            FieldRefs = [new FieldReference(Entry(lists.Length - 1), 0)],
        };
    }

    // Each doubles the work of the one before: Pair<T, T> of Pair<T, T> of ...
    private static IEnumerable<Module> TypeWork()
    {
        foreach (int depth in (int[])[25, 27, 30])
        {
            var module = new ModuleBuilder("m");
            int pair = module.DeclareType();
            module.DefineType(pair, Class("Pair") with { TypeParameters = [new TypeParameter("A", TypeRef.None), new TypeParameter("B", TypeRef.None)] });
            TypeRef type = module.TypeVariable(0);
            for (int i = 0; i < depth; i++)
                type = module.Named(pair, type, type);
            int holder = module.DeclareType();
            module.DefineType(holder, Class("Holder") with { TypeParameters = [new TypeParameter("T", TypeRef.None)], Fields = [new FieldDefinition("x", type)] });
            module.Field(module.Named(holder, TypeRef.I32), 0);
            yield return module.Build();
        }
    }

    private static IEnumerable<Module> HierarchySizes()
    {
        int levels = FormatLimits.MaxClassDepth + 2;
        yield return Definitions([.. Enumerable.Range(0, levels).Select(i => Class($"C{i}") with { Base = i == 0 ? TypeRef.None : NamedAt(i - 1) })]);
        yield return Definitions([.. Enumerable.Range(0, levels).Select(i => Interface(i, i == 0 ? [] : [i - 1]))]);
        int wide = FormatLimits.MaxInterfaces;
        yield return Definitions(
        [
            .. Enumerable.Range(0, 3 * wide).Select(i => Interface(i, [])),
            .. Enumerable.Range(0, 3).Select(i => Interface(3 * wide + i, [.. Enumerable.Range(i * wide, wide)])),
            Interface(3 * wide + 3, [3 * wide, 3 * wide + 1, 3 * wide + 2]),
        ]);
    }

    private static IEnumerable<Module> ParameterCounts() =>
        ((int[])[-1, 1, 255]).Select(count => new Module { Name = "m", Functions = [new Function { Name = "f", ParameterCount = count, Code = [new Instruction(Opcode.Return)] }] });

    private static IEnumerable<Module> Opcodes() =>
        ((int[])[OpcodeTable.Count, OpcodeTable.Count + 1, ushort.MaxValue]).Select(number => Code([new Instruction((Opcode)number)]));

    private static IEnumerable<Module> OperandShapes() =>
    [
        Code([new Instruction(Opcode.Return, A: 1)]),
        Code([new Instruction(Opcode.Jump, A: 0, B: 1)]),
        Code([new Instruction(Opcode.Jump, Immediate: 5)]),
        Code([new Instruction(Opcode.Jump, List: [])]),
        Code([new Instruction(Opcode.ArrayCopy), new Instruction(Opcode.Return)]),
        Code([new Instruction(Opcode.ConstI32, Immediate: 1L << 31), new Instruction(Opcode.Return)]),
        Code([new Instruction(Opcode.Switch, List: Many(FormatLimits.MaxSwitchTargets + 1, 0))]),
    ];

    private static TypeDefinition Class(string name) => new(name, TypeDefinitionKind.Class, [], TypeRef.None, [], [], []);

    private static TypeDefinition Interface(int number, int[] parents) =>
        new($"I{number}", TypeDefinitionKind.Interface, [], TypeRef.None, [.. parents.Select(NamedAt)], [], []);

    private static TypeDefinition NestedValue(int i) =>
        new($"V{i}", TypeDefinitionKind.Value, [], TypeRef.None, [], i == 0 ? [] : [new FieldDefinition("inner", NamedAt(i - 1), IsMutable: false)], []);

    private static TypeRef NamedAt(int definition) => new(TypeRef.PrimitiveCount + definition);

    // Type number n of the table is definition n.
    private static Module Definitions(IReadOnlyList<TypeDefinition> definitions) => new()
    {
        Name = "m",
        Types = [.. definitions.Select((d, i) => TypeNode.Named(i, [])).Take(definitions[0].TypeParameters.Count == 0 ? definitions.Count : 0)],
        TypeDefinitions = definitions,
    };

    private static Module Code(IReadOnlyList<Instruction> code) =>
        new() { Name = "m", Functions = [new Function { Name = "f", Registers = [TypeRef.I32], Code = code }] };

    private static T[] Many<T>(int count, T item)
    {
        var items = new T[count];
        Array.Fill(items, item);
        return items;
    }
}
