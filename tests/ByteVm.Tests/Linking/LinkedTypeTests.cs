using ByteVm.Bytecode;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Linking;
using LinkedProgram = ByteVm.Runtime.Linking.Program;

namespace ByteVm.Tests.Linking;

public sealed class LinkedTypeTests
{
    [Fact]
    public void EqualTypesAreOne()
    {
        var module = new ModuleBuilder("test");
        TypeRef nested = module.ArrayOf(module.ArrayOf(TypeRef.I32));
        using var program = new LinkedProgram(module.Build(), ProgramOptions.Default);
        Assert.Same(program.Type(nested), program.ArrayOf(program.ArrayOf(program.Type(TypeRef.I32))));
        Assert.Equal("i32[][]", program.Type(nested).Name);
        Assert.Same(program.Type(nested), program.TypeOf(program.Type(nested).DescriptorOffset));
        Assert.Same(program.Type(nested), program.TypeAt(program.Type(nested).Index));
    }

    [Fact]
    public void FieldsFollowThoseOfTheSuperclassLargestFirst()
    {
        var module = new ModuleBuilder("test");
        TypeRef animal = Define(module, "Animal", TypeRef.None, ("age", TypeRef.U8), ("name", TypeRef.String));
        TypeRef bird = Define(module, "Bird", animal, ("small", TypeRef.U8), ("weight", TypeRef.F64), ("mate", animal));
        using var program = new LinkedProgram(module.Build(), ProgramOptions.Default);
        Assert.Equal([12, 8], program.Type(animal).Fields.FieldOffsets);
        Assert.Equal([28, 16, 24], program.Type(bird).Fields.FieldOffsets);
        Assert.Equal([8, 24], program.Type(bird).Fields.ReferenceOffsets);
        TypeDescriptor descriptor = program.Metadata.At<TypeDescriptor>(program.Type(bird).DescriptorOffset);
        Assert.Equal(32u, descriptor.Size);
        Assert.Equal(1u, descriptor.Depth);
        Assert.Equal(program.Type(animal).DescriptorOffset, descriptor.Display[0]);
        Assert.Equal(program.Type(bird).DescriptorOffset, descriptor.Display[1]);
    }

    [Fact]
    public void AssignabilityFollowsSuperclassesAndInterfaces()
    {
        var module = new ModuleBuilder("test");
        int general = module.DeclareType();
        module.DefineType(general, new TypeDefinition("General", TypeDefinitionKind.Interface, [], TypeRef.None, [], [], []));
        int special = module.DeclareType();
        module.DefineType(special, new TypeDefinition("Special", TypeDefinitionKind.Interface, [], TypeRef.None, [module.Named(general)], [], []));
        int implementing = module.DeclareType();
        module.DefineType(implementing, new TypeDefinition("C", TypeDefinitionKind.Class, [], TypeRef.None, [module.Named(special)], [], []));
        TypeRef derived = Define(module, "D", module.Named(implementing));
        TypeRef array = module.ArrayOf(derived);
        TypeRef generalArray = module.ArrayOf(module.Named(general));
        TypeRef generalType = module.Named(general);
        using var program = new LinkedProgram(module.Build(), ProgramOptions.Default);
        Assert.True(program.Type(derived).IsAssignableTo(program.Type(generalType)));
        Assert.True(program.Type(array).IsAssignableTo(program.Type(TypeRef.Object)));
        Assert.False(program.Type(array).IsAssignableTo(program.Type(generalArray)));
        Assert.False(program.Type(generalType).IsAssignableTo(program.Type(derived)));
        Assert.False(program.Type(TypeRef.I32).IsAssignableTo(program.Type(TypeRef.Object)));
    }

    [Fact]
    public void AnInstanceTooLargeIsNamed()
    {
        var module = new ModuleBuilder("test");
        TypeRef large = Define(module, "Large", TypeRef.None, [.. Enumerable.Range(0, 4000).Select(i => ($"f{i}", TypeRef.I64))]);
        TypeRef larger = Define(module, "Larger", large, [.. Enumerable.Range(0, 200).Select(i => ($"g{i}", TypeRef.I64))]);
        using var program = new LinkedProgram(module.Build(), ProgramOptions.Default);
        Assert.Equal(32_008u, program.Metadata.At<TypeDescriptor>(program.Type(large).DescriptorOffset).Size);
        LinkException e = Assert.Throws<LinkException>(() => program.Type(larger).DescriptorOffset);
        Assert.Equal("test: 'Larger' needs 33,608 bytes; one instance takes at most 32,768", e.Message);
    }

    [Fact]
    public void ValueClassesAreFlattened()
    {
        var module = new ModuleBuilder("test");
        TypeRef inner = DefineValue(module, "Inner", ("flag", TypeRef.U8), ("name", TypeRef.String));
        TypeRef outer = DefineValue(module, "Outer", ("first", inner), ("x", TypeRef.F64), ("second", inner));
        using var program = new LinkedProgram(module.Build(), ProgramOptions.Default);
        LinkedType type = program.Type(outer);
        Assert.Equal([SlotKind.I32, SlotKind.Reference, SlotKind.F64, SlotKind.I32, SlotKind.Reference], type.Slots);
        Assert.Equal((24, 8), (type.Storage.Size, type.Storage.Alignment));
        Assert.Equal([12, 8, 0, 20, 16], type.Storage.Leaves.Select(leaf => leaf.Offset));
        TypeDescriptor array = program.Metadata.At<TypeDescriptor>(program.ArrayOf(type).DescriptorOffset);
        Assert.Equal((24u, 2u), (array.Size, array.ReferenceCount));
    }

    [Fact]
    public void PolymorphicRecursionEnds()
    {
        var module = new ModuleBuilder("test");
        int grow = module.DeclareFunction("grow");
        TypeRef variable = module.TypeVariable(0);
        FunctionBuilder f = module.DefineFunction(grow, [], TypeRef.None, new TypeParameter("T", TypeRef.None));
        f.Call(null, module.Function(grow, module.ArrayOf(variable)), []);
        f.Return();
        f.Build();
        using var program = new LinkedProgram(module.Build(), ProgramOptions.Default);
        LinkedFunction function = program.Function(grow, program.Type(TypeRef.I32));
        LinkException e = Assert.Throws<LinkException>(() =>
        {
            for (int i = 0; i <= TypeTable.MaxDepth; i++)
            {
                program.Link(function);
                function = program.Functions[^1];
            }
        });
        Assert.Contains("nests deeper than 64", e.Message);
    }

    [Fact]
    public void LinkingFromManyThreadsGivesOneResult()
    {
        const int functions = 200;
        var module = new ModuleBuilder("test");
        int[] indices = [.. Enumerable.Range(0, functions).Select(i => module.DeclareFunction($"f{i}"))];
        for (int i = 0; i < functions; i++)
        {
            FunctionBuilder f = module.DefineFunction(indices[i], [TypeRef.I32], TypeRef.I32);
            f.Call(f.Parameter(0), module.Function(indices[(i + 1) % functions]), [f.Parameter(0)]);
            f.ReturnValue(f.Parameter(0));
            f.Build();
        }

        using var program = new LinkedProgram(module.Build(), ProgramOptions.Default);
        Parallel.For(0, 4 * functions, i => program.Link(program.Function(indices[i % functions])));
        Assert.Equal(functions, program.Functions.Count);
        Assert.All(program.Functions, f => Assert.True(f.IsLinked));
        unsafe
        {
            Assert.All(program.Functions, f => Assert.True(program.TryFindCode(f.Code + 1, out var location) && location == new Runtime.Execution.CodeLocation(f, 1)));
        }
    }

    private static TypeRef Define(ModuleBuilder module, string name, TypeRef superclass, params (string Name, TypeRef Type)[] fields) =>
        Define(module, name, TypeDefinitionKind.Class, superclass, fields);

    private static TypeRef DefineValue(ModuleBuilder module, string name, params (string Name, TypeRef Type)[] fields) =>
        Define(module, name, TypeDefinitionKind.Value, TypeRef.None, fields);

    private static TypeRef Define(ModuleBuilder module, string name, TypeDefinitionKind kind, TypeRef superclass, (string Name, TypeRef Type)[] fields)
    {
        int index = module.DeclareType();
        module.DefineType(index, new TypeDefinition(name, kind, [], superclass, [], [.. fields.Select(f => new FieldDefinition(f.Name, f.Type))], []));
        return module.Named(index);
    }
}
