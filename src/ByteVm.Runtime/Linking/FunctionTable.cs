using ByteVm.Bytecode;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Linking;

/// <summary>The functions of a program for closed type arguments, each with its entry in the metadata region.</summary>
internal sealed unsafe class FunctionTable(Program program)
{
    private readonly LinkedFunction?[] plain = new LinkedFunction?[program.Module.Functions.Count];
    private readonly Dictionary<ClosedKey, LinkedFunction> specialized = [];
    private readonly Dictionary<LinkedFunction, LinkedFunction> unboxing = [];
    private LinkedFunction? abstractMethod;
    private ulong compileStub;

    public GrowingList<LinkedFunction> All { get; } = new();

    public LinkedFunction AbstractMethod
    {
        get
        {
            lock (program.Gate)
            {
                return abstractMethod ??= Make(abstractSource, []);
            }
        }
    }

    public ulong CompileStub
    {
        get => compileStub;
        set
        {
            lock (program.Gate)
            {
                compileStub = value;
                foreach (LinkedFunction function in All)
                    SetInitialCode(ref program.Metadata.At<FunctionEntry>(function.EntryOffset));
            }
        }
    }

    public LinkedFunction Get(int function, IReadOnlyList<LinkedType> typeArguments)
    {
        if (typeArguments.Count == 0)
            return Volatile.Read(ref plain[function]) ?? MakePlain(function);
        var key = new ClosedKey(LinkedTypeKind.Function, function, null, typeArguments);
        lock (program.Gate)
        {
            if (!specialized.TryGetValue(key, out LinkedFunction? linked))
                specialized.Add(key, linked = Make(program.Module.Functions[function], typeArguments));
            return linked;
        }
    }

    /// <summary>
    /// What the interface table of a value class's boxes has for one of its methods: it takes the value out of the box and calls the method with it.
    /// </summary>
    public LinkedFunction Unboxing(LinkedFunction method)
    {
        lock (program.Gate)
        {
            if (!unboxing.TryGetValue(method, out LinkedFunction? function))
                unboxing.Add(method, function = Make(UnboxingSource(method.Source), method.TypeArguments, method));
            return function;
        }
    }

    private static Function UnboxingSource(Function method)
    {
        TypeRef self = method.Registers[0];
        int value = method.ParameterCount, result = value + 1;
        bool hasResult = !method.Result.IsNone;
        int[] arguments = [value, .. Enumerable.Range(1, method.ParameterCount - 1)];
        return new Function
        {
            Name = method.Name,
            TypeParameters = method.TypeParameters,
            Result = method.Result,
            ParameterCount = method.ParameterCount,
            Registers = [TypeRef.Object, .. method.Registers.Take(method.ParameterCount).Skip(1), self, hasResult ? method.Result : TypeRef.I32],
            Code =
            [
                new Instruction(Opcode.Cast, value, 0, self.Index),
                new Instruction(Opcode.Call, hasResult ? result : Instruction.NoRegister, List: arguments),
                hasResult ? new Instruction(Opcode.ReturnValue, result) : new Instruction(Opcode.Return),
            ],
        };
    }

    private LinkedFunction MakePlain(int function)
    {
        lock (program.Gate)
        {
            if (plain[function] is null)
                Volatile.Write(ref plain[function], Make(program.Module.Functions[function], []));
            return plain[function]!;
        }
    }

    private LinkedFunction Make(Function source, IReadOnlyList<LinkedType> typeArguments, LinkedFunction? unboxed = null)
    {
        LinkedType[] parameters = program.Types.ResolveAll([.. source.Registers.Take(source.ParameterCount)], typeArguments);
        LinkedType? result = program.Types.ResolveOrNone(source.Result, typeArguments);
        var function = new LinkedFunction
        {
            Index = All.Count,
            EntryOffset = program.Metadata.Allocate(sizeof(FunctionEntry)),
            Source = source,
            Name = SourceTypeNames.WithArguments(source.Name, typeArguments),
            TypeArguments = typeArguments,
            Unboxed = unboxed,
            ParameterTypes = parameters,
            ResultType = result,
            ParameterSlots = parameters.Sum(p => p.Slots.Count),
            ResultSlots = result?.Slots.Count ?? 0,
        };
        ref FunctionEntry entry = ref program.Metadata.At<FunctionEntry>(function.EntryOffset);
        entry.FunctionIndex = (uint)function.Index;
        SetInitialCode(ref entry);
        All.Add(function);
        return function;
    }

    private void SetInitialCode(ref FunctionEntry entry)
    {
        if (entry.Code == 0)
            entry.Code = compileStub;
    }

    private static readonly Function abstractSource = new()
    {
        Name = "abstract method",
        Registers = [TypeRef.Object],
        Code = [new Instruction(Opcode.ConstNull, 0), new Instruction(Opcode.NullCheck, 0), new Instruction(Opcode.Return)],
    };
}
