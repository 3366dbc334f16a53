using ByteVm.Bytecode;

namespace ByteVm.Bench.Interpreter;

/// <summary>
/// Small programs that each stress one thing, built by hand as a compiler would: one exported function "main" that takes the size
/// and returns a check value.
/// </summary>
internal static class Kernels
{
    public static readonly (string Name, int Size, Func<Module> Build)[] All =
    [
        ("loop", 100_000, Loop),
        ("sieve", 60_000, Sieve),
        ("fib", 20, Fibonacci),
        ("bodies", 10_000, Bodies),
        ("matrix", 50, Matrix),
    ];

    /// <summary>Integer arithmetic on registers.</summary>
    private static Module Loop() => WithMain(TypeRef.I64, (_, f) =>
    {
        Register size = f.Parameter(0);
        Register sum = f.NewRegister(TypeRef.I64);
        Register wide = f.NewRegister(TypeRef.I64);
        Register mask = ConstantI64(f, 0xffff);
        CountedLoop(f, ConstantI32(f, 0), size, index =>
        {
            f.I32ToI64(wide, index);
            f.MulI64(wide, wide, wide);
            f.AndI64(wide, wide, mask);
            f.XorI64(wide, wide, sum);
            f.AddI64(sum, sum, wide);
        });
        f.ReturnValue(sum);
    });

    /// <summary>Byte array elements and branches: the number of primes below the size.</summary>
    private static Module Sieve() => WithMain(TypeRef.I32, (module, f) =>
    {
        Register size = f.Parameter(0);
        TypeRef bytes = module.ArrayOf(TypeRef.U8);
        Register crossed = f.NewRegister(bytes);
        Register flag = f.NewRegister(TypeRef.I32);
        Register multiple = f.NewRegister(TypeRef.I32);
        Register count = f.NewRegister(TypeRef.I32);
        Register one = ConstantI32(f, 1);
        f.NewArray(crossed, size, bytes);
        CountedLoop(f, ConstantI32(f, 2), size, index =>
        {
            Label next = f.NewLabel();
            Label head = f.NewLabel();
            Label done = f.NewLabel();
            f.LoadElement(flag, crossed, index);
            f.BrTrue(flag, next);
            f.AddI32(count, count, one);
            f.AddI32(multiple, index, index);
            f.Mark(head);
            f.BrLeI32(size, multiple, done);
            f.StoreElement(crossed, multiple, one);
            f.AddI32(multiple, multiple, index);
            f.Jump(head);
            f.Mark(done);
            f.Mark(next);
        });
        f.ReturnValue(count);
    });

    /// <summary>Calls.</summary>
    private static Module Fibonacci()
    {
        var module = new ModuleBuilder("kernel");
        int main = module.DeclareFunction("main");
        FunctionBuilder f = module.DefineFunction(main, [TypeRef.I32], TypeRef.I32);
        Register n = f.Parameter(0);
        Register first = f.NewRegister(TypeRef.I32);
        Register second = f.NewRegister(TypeRef.I32);
        Label recurse = f.NewLabel();
        Register two = ConstantI32(f, 2);
        f.BrLeI32(two, n, recurse);
        f.ReturnValue(n);
        f.Mark(recurse);
        Register one = ConstantI32(f, 1);
        f.SubI32(first, n, one);
        f.Call(first, module.Function(main), [first]);
        f.SubI32(second, n, two);
        f.Call(second, module.Function(main), [second]);
        f.AddI32(first, first, second);
        f.ReturnValue(first);
        f.Build();
        module.AddExport("main", main);
        return module.Build();
    }

    /// <summary>Object fields and floating point: the inner step of the n-body problem, for two bodies.</summary>
    private static Module Bodies() => WithMain(TypeRef.F64, (module, f) =>
    {
        int definition = module.DeclareType();
        TypeRef body = module.Named(definition);
        string[] fields = ["x", "y", "z", "vx", "vy", "vz", "mass"];
        module.DefineType(definition, new TypeDefinition(
            "Body", TypeDefinitionKind.Class, [], TypeRef.None, [], [.. fields.Select(name => new FieldDefinition(name, TypeRef.F64))], []));
        FieldRef[] refs = [.. fields.Select((_, i) => module.Field(body, i))];

        Register size = f.Parameter(0);
        Register a = f.NewRegister(body);
        Register b = f.NewRegister(body);
        Register value = f.NewRegister(TypeRef.F64);
        Register other = f.NewRegister(TypeRef.F64);
        Register squared = f.NewRegister(TypeRef.F64);
        Register force = f.NewRegister(TypeRef.F64);
        Register[] difference = [f.NewRegister(TypeRef.F64), f.NewRegister(TypeRef.F64), f.NewRegister(TypeRef.F64)];
        Register step = ConstantF64(f, 0.001);
        Initialize(a, 0.0);
        Initialize(b, 1.0);
        CountedLoop(f, ConstantI32(f, 0), size, _ =>
        {
            f.ConstF64(squared, 0.0);
            for (int axis = 0; axis < 3; axis++)
            {
                f.LoadField(value, a, refs[axis]);
                f.LoadField(other, b, refs[axis]);
                f.SubF64(difference[axis], value, other);
                f.MulF64(value, difference[axis], difference[axis]);
                f.AddF64(squared, squared, value);
            }

            f.SqrtF64(force, squared);
            f.MulF64(force, force, squared);
            f.DivF64(force, step, force);
            for (int axis = 0; axis < 3; axis++)
            {
                Pull(a, axis, b, away: false);
                Pull(b, axis, a, away: true);
            }

            foreach (Register moved in new[] { a, b })
            {
                for (int axis = 0; axis < 3; axis++)
                {
                    f.LoadField(value, moved, refs[axis + 3]);
                    f.MulF64(value, value, step);
                    f.LoadField(other, moved, refs[axis]);
                    f.AddF64(other, other, value);
                    f.StoreField(moved, refs[axis], other);
                }
            }
        });
        f.LoadField(value, a, refs[0]);
        f.ReturnValue(value);

        void Initialize(Register target, double place)
        {
            f.New(target, body);
            for (int i = 0; i < fields.Length; i++)
            {
                f.ConstF64(value, place + 0.25 * i);
                f.StoreField(target, refs[i], value);
            }
        }

        void Pull(Register target, int axis, Register by, bool away)
        {
            f.LoadField(value, by, refs[6]);
            f.MulF64(value, value, force);
            f.MulF64(value, value, difference[axis]);
            f.LoadField(other, target, refs[axis + 3]);
            if (away)
                f.AddF64(other, other, value);
            else
                f.SubF64(other, other, value);
            f.StoreField(target, refs[axis + 3], other);
        }
    });

    /// <summary>Arrays of arrays of f64.</summary>
    private static Module Matrix() => WithMain(TypeRef.F64, (module, f) =>
    {
        TypeRef row = module.ArrayOf(TypeRef.F64);
        TypeRef matrix = module.ArrayOf(row);
        Register size = f.Parameter(0);
        Register left = f.NewRegister(matrix);
        Register right = f.NewRegister(matrix);
        Register product = f.NewRegister(matrix);
        Register line = f.NewRegister(row);
        Register source = f.NewRegister(row);
        Register target = f.NewRegister(row);
        Register value = f.NewRegister(TypeRef.F64);
        Register other = f.NewRegister(TypeRef.F64);
        Register sum = f.NewRegister(TypeRef.F64);
        foreach (Register made in new[] { left, right, product })
        {
            f.NewArray(made, size, matrix);
            CountedLoop(f, ConstantI32(f, 0), size, i =>
            {
                f.NewArray(line, size, row);
                f.StoreElement(made, i, line);
                CountedLoop(f, ConstantI32(f, 0), size, j =>
                {
                    f.I32ToF64(value, i);
                    f.I32ToF64(other, j);
                    f.SubF64(value, value, other);
                    f.StoreElement(line, j, value);
                });
            });
        }

        CountedLoop(f, ConstantI32(f, 0), size, i =>
        {
            f.LoadElement(line, left, i);
            f.LoadElement(target, product, i);
            CountedLoop(f, ConstantI32(f, 0), size, j =>
            {
                f.ConstF64(sum, 0.0);
                CountedLoop(f, ConstantI32(f, 0), size, k =>
                {
                    f.LoadElement(value, line, k);
                    f.LoadElement(source, right, k);
                    f.LoadElement(other, source, j);
                    f.MulF64(value, value, other);
                    f.AddF64(sum, sum, value);
                });
                f.StoreElement(target, j, sum);
            });
        });
        f.ReturnValue(sum);
    });

    private static Module WithMain(TypeRef result, Action<ModuleBuilder, FunctionBuilder> body)
    {
        var module = new ModuleBuilder("kernel");
        int main = module.DeclareFunction("main");
        FunctionBuilder function = module.DefineFunction(main, [TypeRef.I32], result);
        body(module, function);
        function.Build();
        module.AddExport("main", main);
        return module.Build();
    }

    private static void CountedLoop(FunctionBuilder f, Register start, Register end, Action<Register> body)
    {
        Register index = f.NewRegister(TypeRef.I32);
        Register one = ConstantI32(f, 1);
        Label head = f.NewLabel();
        Label test = f.NewLabel();
        f.Move(index, start);
        f.Jump(test);
        f.Mark(head);
        body(index);
        f.AddI32(index, index, one);
        f.Mark(test);
        f.BrLtI32(index, end, head);
    }

    private static Register ConstantI32(FunctionBuilder f, int value)
    {
        Register register = f.NewRegister(TypeRef.I32);
        f.ConstI32(register, value);
        return register;
    }

    private static Register ConstantI64(FunctionBuilder f, long value)
    {
        Register register = f.NewRegister(TypeRef.I64);
        f.ConstI64(register, value);
        return register;
    }

    private static Register ConstantF64(FunctionBuilder f, double value)
    {
        Register register = f.NewRegister(TypeRef.F64);
        f.ConstF64(register, value);
        return register;
    }
}
