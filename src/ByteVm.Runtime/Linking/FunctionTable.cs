using ByteVm.Bytecode;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Linking;

/// <summary>The functions of a program for closed type arguments, each with its entry in the metadata region.</summary>
internal sealed unsafe class FunctionTable(Program program)
{
    private readonly LinkedFunction?[] plain = new LinkedFunction?[program.Module.Functions.Count];
    private readonly Dictionary<ClosedKey, LinkedFunction> specialized = [];
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

    private LinkedFunction MakePlain(int function)
    {
        lock (program.Gate)
        {
            if (plain[function] is null)
                Volatile.Write(ref plain[function], Make(program.Module.Functions[function], []));
            return plain[function]!;
        }
    }

    private LinkedFunction Make(Function source, IReadOnlyList<LinkedType> typeArguments)
    {
        LinkedType[] parameters = program.Types.ResolveAll([.. source.Registers.Take(source.ParameterCount)], typeArguments);
        LinkedType? result = program.Types.ResolveOrNone(source.Result, typeArguments);
        var function = new LinkedFunction
        {
            Index = All.Count,
            EntryOffset = program.Metadata.Allocate(sizeof(FunctionEntry)),
            Source = source,
            Name = TypeTable.WithArguments(source.Name, typeArguments),
            TypeArguments = typeArguments,
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
