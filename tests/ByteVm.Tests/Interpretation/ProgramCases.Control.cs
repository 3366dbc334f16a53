using ByteVm.Bytecode;

namespace ByteVm.Tests.Interpretation;

/// <summary>Loops, switches, calls of every kind, type tests.</summary>
internal static partial class ProgramCases
{
    private static IEnumerable<ProgramCase> Control()
    {
        yield return ProgramCase.Of("loop", 5050, [TypeRef.I32], [100], TypeRef.I32, (_, f) =>
        {
            Register n = f.Parameter(0);
            Register sum = f.NewRegister(TypeRef.I32);
            Label head = f.NewLabel();
            f.Mark(head);
            f.AddI32(sum, sum, n);
            f.SubI32(n, n, I32(f, 1));
            f.BrTrue(n, head);
            f.ReturnValue(sum);
        });
        foreach ((long selector, int expected) in new[] { (0L, 10), (1L, 11), (2L, 12), (3L, 99), (0xffffffff, 99), (0x80000000, 99) })
            yield return ProgramCase.Of($"switch {selector}", expected, [TypeRef.I32], [selector], TypeRef.I32, Switch);
        yield return NoArguments("registers start at zero", 0, TypeRef.I64, (m, f) =>
        {
            int dirty = m.DeclareFunction("dirty");
            FunctionBuilder d = m.DefineFunction(dirty, [], TypeRef.None);
            for (int i = 0; i < 9; i++)
                d.ConstI64(d.NewRegister(TypeRef.I64), -1);
            d.Return();
            d.Build();
            int sum = m.DeclareFunction("sum");
            FunctionBuilder s = m.DefineFunction(sum, [], TypeRef.I64);
            Register total = s.NewRegister(TypeRef.I64);
            for (int i = 0; i < 8; i++)
                s.AddI64(total, total, s.NewRegister(TypeRef.I64));
            s.ReturnValue(total);
            s.Build();
            Register result = f.NewRegister(TypeRef.I64);
            f.Call(null, m.Function(dirty), []);
            f.Call(result, m.Function(sum), []);
            f.ReturnValue(result);
        });
        yield return NoArguments("jump", 4, TypeRef.I32, (_, f) =>
        {
            Register result = I32(f, 4);
            Label over = f.NewLabel();
            f.Jump(over);
            f.ConstI32(result, 5);
            f.Mark(over);
            f.ReturnValue(result);
        });
        yield return NoArguments("move", 7, TypeRef.I32, (_, f) =>
        {
            Register result = f.NewRegister(TypeRef.I32);
            f.Move(result, I32(f, 7));
            f.ReturnValue(result);
        });
    }

    private static void Switch(ModuleBuilder m, FunctionBuilder f)
    {
        Label[] labels = [f.NewLabel(), f.NewLabel(), f.NewLabel(), f.NewLabel()];
        f.Switch(f.Parameter(0), labels);
        int[] values = [10, 11, 12, 99];
        for (int i = 0; i < labels.Length; i++)
        {
            f.Mark(labels[i]);
            f.ReturnValue(I32(f, values[i]));
        }
    }

    private static IEnumerable<ProgramCase> Calls()
    {
        yield return new ProgramCase("recursion", CallTests.Fibonacci(), [15], 610L);
        yield return NoArguments("result ignored", 3, TypeRef.I32, (m, f) =>
        {
            int callee = m.DeclareFunction("callee");
            FunctionBuilder c = m.DefineFunction(callee, [TypeRef.I32, TypeRef.I64], TypeRef.I32);
            c.ReturnValue(c.Parameter(0));
            c.Build();
            f.Call(null, m.Function(callee), [I32(f, 9), f.NewRegister(TypeRef.I64)]);
            f.ReturnValue(I32(f, 3));
        });
        yield return NoArguments("parameters may be written", 30, TypeRef.I32, (m, f) =>
        {
            int callee = m.DeclareFunction("callee");
            FunctionBuilder c = m.DefineFunction(callee, [TypeRef.I32], TypeRef.I32);
            c.AddI32(c.Parameter(0), c.Parameter(0), c.Parameter(0));
            c.ReturnValue(c.Parameter(0));
            c.Build();
            Register argument = I32(f, 10);
            Register result = f.NewRegister(TypeRef.I32);
            f.Call(result, m.Function(callee), [argument]);
            f.AddI32(result, result, argument);
            f.ReturnValue(result);
        });
        yield return NoArguments("virtual call of the override", 2, TypeRef.I32, (m, f) => VirtualCall(m, f, derived: true));
        yield return NoArguments("virtual call of the inherited", 1, TypeRef.I32, (m, f) => VirtualCall(m, f, derived: false));
        yield return NullFault("call.virtual", (m, f) => f.CallVirtual(null, m.Method(Animal(m).Base, 0), [Null(f, Animal(m).Base)]));
        yield return NullFault("call.interface", (m, f) => f.CallInterface(null, m.Method(Shapes(m).Interfaces[0], 0), [Null(f, Shapes(m).Interfaces[0])]));
        for (int method = 0; method < 3; method++)
        {
            int chosen = method;
            yield return NoArguments($"interface method {method}", 100 + method, TypeRef.I32, (m, f) => InterfaceCall(m, f, chosen));
        }

        yield return NoArguments("import", 0, TypeRef.I32, (m, f) =>
        {
            f.Trap(null, m.Import("console.write", "", [TypeRef.String], TypeRef.None), [Text(f, "")]);
            f.ReturnValue(I32(f, 0));
        });
    }

    private static void VirtualCall(ModuleBuilder m, FunctionBuilder f, bool derived)
    {
        (TypeRef superclass, TypeRef subclass) = Animal(m);
        TypeRef made = derived ? subclass : superclass;
        Register animal = f.NewRegister(superclass);
        Register result = f.NewRegister(TypeRef.I32);
        f.New(animal, made);
        f.CallVirtual(result, m.Method(superclass, 0), [animal]);
        f.ReturnValue(result);
    }

    /// <summary>A class with a method that returns 1, and a subclass whose override returns 2.</summary>
    private static (TypeRef Base, TypeRef Derived) DefineAnimal(ModuleBuilder m)
    {
        int index = m.DeclareType();
        TypeRef animal = m.Named(index);
        m.DefineType(index, new TypeDefinition("Animal", TypeDefinitionKind.Class, [], TypeRef.None, [], [], [Method(m, "legs", animal, 1)]));
        int derived = m.DeclareType();
        TypeRef bird = m.Named(derived);
        m.DefineType(derived, new TypeDefinition("Bird", TypeDefinitionKind.Class, [], animal, [], [], [Method(m, "wings", bird, 7), Method(m, "legs", bird, 2)]));
        return (animal, bird);
    }

    private static (TypeRef Base, TypeRef Derived) Animal(ModuleBuilder m) => animals.In(m);

    private static readonly OncePerModule<(TypeRef Base, TypeRef Derived)> animals = new(DefineAnimal);

    private static MethodDefinition Method(ModuleBuilder m, string name, TypeRef owner, int result)
    {
        int function = m.DeclareFunction($"{name}{result}");
        FunctionBuilder body = m.DefineFunction(function, [owner], TypeRef.I32);
        body.ReturnValue(I32(body, result));
        body.Build();
        return new MethodDefinition(name, [], TypeRef.I32, function);
    }

    /// <summary>Three interfaces with a method each, and a class that implements them.</summary>
    private static (TypeRef[] Interfaces, TypeRef Class) DefineShapes(ModuleBuilder m)
    {
        var interfaces = new TypeRef[3];
        for (int i = 0; i < interfaces.Length; i++)
        {
            int index = m.DeclareType();
            interfaces[i] = m.Named(index);
            m.DefineType(index, new TypeDefinition(
                $"I{i}", TypeDefinitionKind.Interface, [], TypeRef.None, [], [], [new MethodDefinition($"m{i}", [], TypeRef.I32, -1)]));
        }

        int definition = m.DeclareType();
        TypeRef shape = m.Named(definition);
        MethodDefinition[] methods = [.. interfaces.Select((_, i) => Method(m, $"m{i}", shape, 100 + i))];
        m.DefineType(definition, new TypeDefinition("Shape", TypeDefinitionKind.Class, [], TypeRef.None, interfaces, [], methods));
        return (interfaces, shape);
    }

    private static (TypeRef[] Interfaces, TypeRef Class) Shapes(ModuleBuilder m) => shapes.In(m);

    private static readonly OncePerModule<(TypeRef[] Interfaces, TypeRef Class)> shapes = new(DefineShapes);

    private static void InterfaceCall(ModuleBuilder m, FunctionBuilder f, int method)
    {
        (TypeRef[] interfaces, TypeRef shape) = Shapes(m);
        Register target = f.NewRegister(interfaces[method]);
        Register result = f.NewRegister(TypeRef.I32);
        f.New(target, shape);
        f.CallInterface(result, m.Method(interfaces[method], 0), [target]);
        f.ReturnValue(result);
    }

    private static IEnumerable<ProgramCase> Types()
    {
        const int deep = 10;
        for (int made = 0; made < deep; made += 3)
        {
            for (int tested = 0; tested < deep; tested++)
            {
                int source = made;
                int target = tested;
                yield return NoArguments($"is: class {made} as {tested}", made >= tested ? 1 : 0, TypeRef.I32, (m, f) => TestChain(m, f, source, target, cast: false));
                yield return NoArguments($"cast: class {made} as {tested}", made >= tested ? 1 : FaultKind.InvalidCast, TypeRef.I32, (m, f) => TestChain(m, f, source, target, cast: true));
            }
        }

        yield return NoArguments("is: null", 0, TypeRef.I32, (_, f) => Is(f, Null(f, TypeRef.Object), TypeRef.String));
        yield return NoArguments("is: string", 1, TypeRef.I32, (_, f) => Is(f, Text(f, "x"), TypeRef.String));
        yield return NoArguments("is: object", 1, TypeRef.I32, (_, f) => Is(f, Text(f, "x"), TypeRef.Object));
        yield return NoArguments("is: object, null", 0, TypeRef.I32, (_, f) => Is(f, Null(f, TypeRef.String), TypeRef.Object));
        yield return NoArguments("is: array of another element", 0, TypeRef.I32, (m, f) =>
        {
            Register array = f.NewRegister(TypeRef.Object);
            f.NewArray(array, I32(f, 1), m.ArrayOf(TypeRef.I32));
            Is(f, array, m.ArrayOf(TypeRef.U8));
        });
        yield return NoArguments("is: interface", 1, TypeRef.I32, (m, f) =>
        {
            Register shape = f.NewRegister(TypeRef.Object);
            f.New(shape, Shapes(m).Class);
            Is(f, shape, Shapes(m).Interfaces[1]);
        });
        yield return NoArguments("cast: exact", FaultKind.InvalidCast, TypeRef.None, (m, f) =>
        {
            f.Cast(f.NewRegister(m.ArrayOf(TypeRef.U8)), Text(f, "x"), m.ArrayOf(TypeRef.U8));
            f.Return();
        });
        yield return NoArguments("cast: interface", FaultKind.InvalidCast, TypeRef.None, (m, f) =>
        {
            f.Cast(f.NewRegister(Shapes(m).Interfaces[0]), Text(f, "x"), Shapes(m).Interfaces[0]);
            f.Return();
        });
        yield return NoArguments("cast: null", 1, TypeRef.I32, (m, f) =>
        {
            f.Cast(f.NewRegister(TypeRef.String), Null(f, TypeRef.Object), TypeRef.String);
            f.Cast(f.NewRegister(Shapes(m).Class), Null(f, TypeRef.Object), Shapes(m).Class);
            f.ReturnValue(I32(f, 1));
        });
    }

    private static void Is(FunctionBuilder f, Register value, TypeRef type)
    {
        Register result = f.NewRegister(TypeRef.I32);
        f.Is(result, value, type);
        f.ReturnValue(result);
    }

    /// <summary>A chain of subclasses longer than the display; tests an object of one against another.</summary>
    private static void TestChain(ModuleBuilder m, FunctionBuilder f, int made, int tested, bool cast)
    {
        const int length = 10;
        var classes = new TypeRef[length];
        for (int i = 0; i < length; i++)
            classes[i] = m.Named(DeclareClass(m, $"C{i}", superclass: i == 0 ? null : classes[i - 1]));
        Register value = f.NewRegister(TypeRef.Object);
        f.New(value, classes[made]);
        if (!cast)
        {
            Is(f, value, classes[tested]);
            return;
        }

        f.Cast(f.NewRegister(classes[tested]), value, classes[tested]);
        f.ReturnValue(I32(f, 1));
    }
}
