using ByteVm.Bytecode;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Interpretation;
using ByteVm.Runtime.Linking;

namespace ByteVm.Tests.Interpretation;

/// <summary>Fused pairs do what their instructions do one after the other, and nobody but the interpreter sees them.</summary>
public sealed class FusedInstructionTests
{
    private static readonly ProgramOptions unfused = new() { FuseInstructions = false };

    [Fact]
    public unsafe void EveryPairGivesWhatItsPartsGive()
    {
        Module module = AllPairs();
        using var fused = new Interpreted(module);
        using var plain = new Interpreted(module, unfused);
        foreach (long size in new[] { 0L, 1, 5, 100 })
            Assert.Equal(plain.Run(size), fused.Run(size));

        LinkedFunction main = fused.Program.Export("main")!;
        LinkedFunction reference = plain.Program.Export("main")!;
        var executed = new HashSet<int>();
        for (int word = 0; word < main.CodeWords; word += main.InstructionAt(word).Size)
        {
            executed.Add((ushort)main.Code[word]);
            Assert.Equal(reference.InstructionAt(word).Opcode, main.InstructionAt(word).Opcode);
        }

        Assert.Empty(Enumerable.Range(LinkedOpcodeTable.Count, FusedInstructions.TableSize - LinkedOpcodeTable.Count).Except(executed));
    }

    [Fact]
    public void AFaultOfTheSecondIsReportedThere()
    {
        Module module = Interpreted.WithMain([], TypeRef.I32, (m, f) =>
        {
            TypeRef ints = m.ArrayOf(TypeRef.I32);
            (TypeRef box, Register target) = Holder(m, f, ints);
            Register array = f.NewRegister(ints);
            Register value = f.NewRegister(TypeRef.I32);
            f.New(target, box);
            f.LoadField(array, target, m.Field(box, 0));
            f.LoadElement(value, array, value);
            f.ReturnValue(value);
        });
        var processor = new RecordingProcessor();
        using var run = new Interpreted(module, processor: processor);
        Assert.Equal(FaultKind.NullReference, run.Run().Fault?.Kind);
        CodeLocation location = processor.LastTrap.Location;
        Assert.Equal(LinkedOpcode.Element32, location.Function.InstructionAt(location.Word).Opcode);
    }

    private sealed unsafe class RecordingProcessor : IProcessor
    {
        private readonly InterpreterProcessor interpreter = new();

        public string Name => interpreter.Name;

        public Trap LastTrap { get; private set; }

        public void Enter(Instance instance, LinkedFunction function, ReadOnlySpan<long> arguments) => interpreter.Enter(instance, function, arguments);

        public Trap Run(Instance instance) => LastTrap = interpreter.Run(instance);

        public void GoTo(Instance instance, long* frame, CodeLocation location) => interpreter.GoTo(instance, frame, location);

        public bool TryLocateReturn(Instance instance, ulong returnAddress, out CodeLocation call) => interpreter.TryLocateReturn(instance, returnAddress, out call);
    }

    private static (TypeRef Type, Register Target) Holder(ModuleBuilder m, FunctionBuilder f, TypeRef ints)
    {
        int definition = m.DeclareType();
        TypeRef box = m.Named(definition);
        m.DefineType(definition, new TypeDefinition(
            "Box", TypeDefinitionKind.Class, [], TypeRef.None, [], [new("array", ints), new("x", TypeRef.F64), new("y", TypeRef.F64)], []));
        return (box, f.NewRegister(box));
    }

    /// <summary>main(size): i64, the bits of a sum that every pair contributes to.</summary>
    private static Module AllPairs()
    {
        var module = new ModuleBuilder("test");
        int pass = module.DeclareFunction("pass");
        FunctionBuilder p = module.DefineFunction(pass, [TypeRef.I32, TypeRef.I32], TypeRef.I32);
        p.SubI32(p.Parameter(0), p.Parameter(1), p.Parameter(0));
        p.ReturnValue(p.Parameter(0));
        p.Build();
        int negate = module.DeclareFunction("negate");
        FunctionBuilder n = module.DefineFunction(negate, [TypeRef.I32], TypeRef.I32);
        n.NegI32(n.Parameter(0), n.Parameter(0));
        n.ReturnValue(n.Parameter(0));
        n.Build();
        int main = module.DeclareFunction("main");
        FunctionBuilder f = module.DefineFunction(main, [TypeRef.I32], TypeRef.I64);
        Register size = f.Parameter(0);
        Register a = f.NewRegister(TypeRef.I32);
        Register t = f.NewRegister(TypeRef.I32);
        Register index = f.NewRegister(TypeRef.I32);
        Register one = f.NewRegister(TypeRef.I32);
        Label head = f.NewLabel();
        Label unequal = f.NewLabel();
        Label small = f.NewLabel();
        f.ConstI32(one, 1);
        f.Mark(head);
        f.ConstI32(t, 3);
        f.AddI32(a, a, t);
        f.ConstI32(t, 1);
        f.ShlI32(a, a, t);
        f.ConstI32(t, 0xffff);
        f.AndI32(a, a, t);
        f.ConstI32(t, 5);
        f.SubI32(a, a, t);
        f.ConstI32(t, 100);
        f.BrNeI32(a, t, unequal);
        f.NotI32(a, a);
        f.Mark(unequal);
        f.ConstI32(t, 1000);
        f.BrLeI32(a, t, small);
        f.NotI32(a, a);
        f.Mark(small);
        f.Call(a, module.Function(pass), [a, size]);
        f.Call(a, module.Function(negate), [a]);
        f.AddI32(index, index, one);
        f.BrLtI32(index, size, head);
        AppendFloats(module, f, a);
        f.Build();
        module.AddExport("main", main);
        return module.Build();
    }

    private static void AppendFloats(ModuleBuilder module, FunctionBuilder f, Register a)
    {
        TypeRef floats = module.ArrayOf(TypeRef.F64);
        TypeRef ints = module.ArrayOf(TypeRef.I32);
        (TypeRef box, Register target) = Holder(module, f, ints);
        Register array = f.NewRegister(floats);
        Register integers = f.NewRegister(ints);
        Register x = f.NewRegister(TypeRef.F64);
        Register y = f.NewRegister(TypeRef.F64);
        Register one = f.NewRegister(TypeRef.I32);
        Register bits = f.NewRegister(TypeRef.I64);
        f.ConstI32(one, 1);
        f.NewArray(array, one, floats);
        f.NewArray(integers, one, ints);
        f.ConstI32(one, 0);
        f.I32ToF64(x, a);
        f.StoreElement(array, one, x);
        f.StoreElement(integers, one, a);
        f.New(target, box);
        f.StoreField(target, module.Field(box, 0), integers);
        f.StoreField(target, module.Field(box, 1), x);
        f.StoreField(target, module.Field(box, 2), x);
        f.MulF64(x, x, x);
        f.AddF64(y, x, x);
        f.MulF64(x, x, y);
        f.MulF64(y, y, x);
        f.LoadField(x, target, module.Field(box, 1));
        f.LoadField(y, target, module.Field(box, 2));
        f.SubF64(x, x, y);
        f.LoadField(y, target, module.Field(box, 2));
        f.MulF64(x, y, y);
        f.LoadElement(y, array, one);
        f.MulF64(x, x, y);
        f.LoadField(integers, target, module.Field(box, 0));
        f.LoadElement(one, integers, one);
        f.I32ToF64(y, one);
        f.AddF64(x, x, y);
        f.F64Bits(bits, x);
        f.ReturnValue(bits);
    }
}
