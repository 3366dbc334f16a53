using ByteVm.Bytecode;

namespace ByteVm.Tests.Interpretation;

/// <summary>Functions and classes with type parameters, specialized for their arguments.</summary>
internal static partial class ProgramCases
{
    private static IEnumerable<ProgramCase> Generics()
    {
        foreach ((TypeRef type, long value, long expected) in stored.Where(s => !s.Type.IsStorage))
        {
            yield return ProgramCase.Of($"generic box of {TypeRef.PrimitiveNames[type.Index]}", expected, [type], [value], type, (m, f) =>
            {
                Register result = f.NewRegister(type);
                f.Call(result, m.Function(Unbox(m), type), [f.Parameter(0)]);
                f.ReturnValue(result);
            });
        }

        yield return NoArguments("generic box of string", 5, TypeRef.I32, (m, f) => LengthThrough(f, text =>
        {
            Register result = f.NewRegister(TypeRef.String);
            f.Call(result, m.Function(Unbox(m), TypeRef.String), [text]);
            return result;
        }));
        long[] parts = [0x80, long.MinValue + 3, 0x40490fdb];
        for (int field = 0; field < parts.Length; field++)
            yield return ValuePart(field, parts, parts[field]);
        yield return NoArguments("different arguments, different classes", 0, TypeRef.I32, (m, f) =>
        {
            int box = GenericBox(m);
            Register value = f.NewRegister(TypeRef.Object);
            f.New(value, m.Named(box, TypeRef.I32));
            Is(f, value, m.Named(box, TypeRef.I64));
        });
    }

    /// <summary>main(pair, other): the value goes through a call, a field, a global and a generic call; returns its part number <paramref name="field"/>.</summary>
    private static void PassValue(ModuleBuilder m, FunctionBuilder f, TypeRef pair, int field)
    {
        TypeRef holder = m.Named(DeclareClass(m, "Holder", fields: [new("pad", TypeRef.U8), new("pair", pair)]));
        GlobalRef global = m.AddGlobal("pair", pair);
        Register target = f.NewRegister(holder);
        Register value = f.NewRegister(pair);
        Register part = f.NewRegister(pairFields[field].InRegister);
        int second = m.DeclareFunction("second");
        FunctionBuilder s = m.DefineFunction(second, [TypeRef.I32, pair], pair);
        s.ReturnValue(s.Parameter(1));
        s.Build();
        f.Call(value, m.Function(second), [I32(f, 1), f.Parameter(0)]);
        f.New(target, holder);
        f.StoreField(target, m.Field(holder, 1), value);
        f.LoadField(value, target, m.Field(holder, 1));
        f.StoreGlobal(global, value);
        f.LoadGlobal(value, global);
        int identity = m.DeclareFunction("identity");
        TypeRef variable = m.TypeVariable(0);
        FunctionBuilder i = m.DefineFunction(identity, [variable], variable, new TypeParameter("T", TypeRef.None));
        i.ReturnValue(i.Parameter(0));
        i.Build();
        f.Call(value, m.Function(identity, pair), [value]);
        f.LoadField(part, value, m.Field(pair, field));
        f.ReturnValue(part);
    }

    private static readonly TypeRef[] pairFields = [TypeRef.U8, TypeRef.I64, TypeRef.F32];

    private static ProgramCase ValuePart(int field, long[] parts, long expected)
    {
        var module = new ModuleBuilder("test");
        int definition = module.DeclareType();
        TypeRef pair = module.Named(definition);
        module.DefineType(definition, new TypeDefinition(
            "Pair", TypeDefinitionKind.Value, [], TypeRef.None, [], [.. pairFields.Select((t, i) => new FieldDefinition($"f{i}", t, IsMutable: false))], []));
        int main = module.DeclareFunction("main");
        FunctionBuilder f = module.DefineFunction(main, [pair], pairFields[field].InRegister);
        PassValue(module, f, pair, field);
        f.Build();
        module.AddExport("main", main);
        return new ProgramCase($"value class, part {field}", module.Build(), parts, expected);
    }

    /// <summary>class Box&lt;T&gt; { value: T }</summary>
    private static int GenericBox(ModuleBuilder m)
    {
        int box = m.DeclareType();
        m.DefineType(box, new TypeDefinition(
            "Box", TypeDefinitionKind.Class, [new TypeParameter("T", TypeRef.None)], TypeRef.None, [], [new FieldDefinition("value", m.TypeVariable(0))], []));
        return box;
    }

    /// <summary>fn unbox&lt;T&gt;(value: T): T, by way of a Box&lt;T&gt; and a T[].</summary>
    private static int Unbox(ModuleBuilder m)
    {
        TypeRef variable = m.TypeVariable(0);
        TypeRef box = m.Named(GenericBox(m), variable);
        int function = m.DeclareFunction("unbox");
        FunctionBuilder f = m.DefineFunction(function, [variable], variable, new TypeParameter("T", TypeRef.None));
        Register target = f.NewRegister(box);
        Register array = f.NewRegister(m.ArrayOf(variable));
        Register result = f.NewRegister(variable);
        Register index = f.NewRegister(TypeRef.I32);
        f.New(target, box);
        f.StoreField(target, m.Field(box, 0), f.Parameter(0));
        f.LoadField(result, target, m.Field(box, 0));
        f.NewArray(array, I32(f, 1), m.ArrayOf(variable));
        f.StoreElement(array, index, result);
        f.LoadElement(result, array, index);
        f.ReturnValue(result);
        f.Build();
        return function;
    }
}
