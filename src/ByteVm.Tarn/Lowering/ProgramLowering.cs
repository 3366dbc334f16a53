using System.Collections.Immutable;
using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Lowering;

/// <summary>
/// A checked program to one bytecode module. Functions and types are declared when something first refers to them and defined from a work list,
/// so only what the exports and initializers reach is emitted.
/// </summary>
internal sealed partial class ProgramLowering
{
    private readonly Compilation compilation;
    private readonly string moduleName;
    private readonly ModuleBuilder module;
    private readonly Dictionary<FunctionSymbol, int> functions = [];
    private readonly Queue<FunctionSymbol> pending = new();
    private readonly Queue<Action> pendingLambdas = new();
    private readonly Dictionary<FunctionSymbol, int> methodIndices = [];
    private readonly Dictionary<GlobalSymbol, GlobalRef> globals = [];
    private readonly Dictionary<FunctionSymbol, ImportRef> imports = [];
    private int definedTypes;

    /// <param name="name">Of the module to be.</param>
    public ProgramLowering(Compilation compilation, string name)
    {
        this.compilation = compilation;
        moduleName = name;
        module = new ModuleBuilder(name);
        Types = new TypeLowering(module, () => compilation.Optional);
    }

    public TypeLowering Types { get; }

    /// <summary>What the module is made of, to be recorded in it.</summary>
    public IEnumerable<Dependency> Dependencies { get; init; } = [];

    public FunctionSymbol ScalarAt => compilation.ScalarFunctions[0];

    public FunctionSymbol ScalarWidth => compilation.ScalarFunctions[1];

    /// <summary>The module; null when it was refused after all: a limit, a cycle of initializers, or an error in the library.</summary>
    /// <param name="exported">What the host can call: without type parameters and with a body.</param>
    /// <param name="kept">What is emitted even if nothing reaches it.</param>
    public Module? Lower(IReadOnlyList<FunctionSymbol> exported, IReadOnlyList<FunctionSymbol> kept)
    {
        IReadOnlyList<GlobalSymbol> order = new GlobalOrder(compilation).Order(OwnGlobals(), exported.Concat(kept));
        if (compilation.Diagnostics.HasErrors)
            return null;
        foreach (GlobalSymbol global in order)
            globals.Add(global, AddGlobal(global));
        foreach (FunctionSymbol function in exported)
            Export(function);
        foreach (FunctionSymbol function in kept)
            IndexOf(function);
        if (order.Count > 0)
            LowerInitializer(order);
        LowerPending();
        foreach (Dependency dependency in Dependencies)
            module.AddDependency(dependency);
        return compilation.Diagnostics.HasErrors ? null : module.Build();
    }

    public int FileOf(SourceText source) => module.SourceFile(source.Name);

    public FunctionRef FunctionOf(FunctionSymbol function, TypeMap types) =>
        module.Function(IndexOf(function), Types.StorageOf(function.AllTypeParameters.Select(p => types.Find(p)!)));

    /// <summary>
    /// Methods that nothing calls are lowered too, as their class has them (<see cref="GlobalOrder"/> does not follow them): what only they name needs a place, but no value.
    /// </summary>
    public GlobalRef GlobalOf(GlobalSymbol global)
    {
        if (!globals.TryGetValue(global, out GlobalRef place))
            globals.Add(global, place = AddGlobal(global));
        return place;
    }

    private GlobalRef AddGlobal(GlobalSymbol global) => module.AddGlobal(global.QualifiedName, Types.Storage(global.Type!));

    /// <param name="receiver">The type of what holds the field: its class or one below it.</param>
    public FieldRef FieldOf(FieldSymbol field, TarnType receiver) =>
        module.Field(Types.Storage(TypeRelations.ClassOf(receiver.NonNull)!.AsSuper(field.Class!)!), field.Index);

    public MethodRef MethodOf(FunctionSymbol method, TypeMap types)
    {
        TypeRef type = Types.Storage(method.Class!.Type.Substitute(types));
        if (!methodIndices.TryGetValue(method, out int index))
        {
            index = method.Class.Methods.Where(m => m.IsDispatched).TakeWhile(m => m != method).Count();
            methodIndices.Add(method, index);
        }

        return module.Method(type, index);
    }

    /// <summary>What holds a captured variable: its value, or the object it lives in when it is shared.</summary>
    public TypeRef CapturedType(LocalSymbol local) => Types.Storage(local.IsShared ? SharedType(local) : local.Type);

    public FieldRef SharedField(LocalSymbol local) => module.Field(Types.Storage(SharedType(local)), 0);

    public FieldRef LambdaField(TypeRef type, int field) => module.Field(type, field);

    private ClassType SharedType(LocalSymbol local) => compilation.SharedVariable.Construct([local.Type]);

    /// <summary>The class of a lambda, in terms of the type parameters around it.</summary>
    public TypeRef LambdaType(BoundLambda lambda)
    {
        int definition = module.DeclareType();
        TypeRef type = module.Named(definition, Types.StorageOf(lambda.TypeParameters.Select(p => p.Type)));
        string name = $"{moduleName}.<lambda {definition}>";
        int function = module.DeclareFunction(name);
        TypeRef[] parameters = [.. lambda.Parameters.Select(p => Types.Register(p.Type))];
        TypeRef result = Types.Result(lambda.FunctionType.FunctionResult);
        IEnumerable<TypeRef> fields = lambda.Captured.Select(CapturedType);
        if (lambda.CapturedThis is not null)
            fields = fields.Prepend(Types.Storage(lambda.CapturedThis));
        module.DefineType(definition, new TypeDefinition(
            name, TypeDefinitionKind.Class, TypeParametersOf(lambda.TypeParameters), TypeRef.None, [Types.Storage(lambda.FunctionType)],
            [.. fields.Select((f, i) => new FieldDefinition($"captured{i}", f))], [new MethodDefinition("invoke", parameters, result, function)], IsFinal: true));
        pendingLambdas.Enqueue(() => LowerLambda(lambda, type, function));
        return type;
    }

    private void LowerLambda(BoundLambda lambda, TypeRef type, int function)
    {
        TypeRef[] parameters = [type, .. lambda.Parameters.Select(p => Types.Register(p.Type))];
        FunctionBuilder builder = module.DefineFunction(function, parameters, Types.Result(lambda.FunctionType.FunctionResult), TypeParametersOf(lambda.TypeParameters));
        new FunctionLowering(this, builder, lambda.Source, lambda.HasStatementsInValues).LowerLambdaBody(lambda, type);
        builder.Build();
    }

    /// <summary>An extern function's target is written <c>name</c> or <c>name needs capability</c>.</summary>
    public ImportRef ImportOf(FunctionSymbol function)
    {
        if (!imports.TryGetValue(function, out ImportRef import))
        {
            string[] parts = function.ExternTarget!.Split(" needs ");
            import = module.Import(parts[0], parts.Length > 1 ? parts[1] : "", ParameterTypes(function), Types.Result(function.ReturnType));
            imports.Add(function, import);
        }

        return import;
    }

    private IEnumerable<GlobalSymbol> OwnGlobals()
    {
        foreach (ModuleSymbol? own in compilation.Modules.Values)
        {
            if (own is null or { IsLibrary: true })
                continue;
            foreach (Symbol symbol in own.Members.Values)
            {
                if (symbol is GlobalSymbol global)
                    yield return global;
                foreach (GlobalSymbol inner in (symbol as ClassSymbol)?.Members.Values.OfType<GlobalSymbol>() ?? [])
                    yield return inner;
            }
        }
    }

    private int IndexOf(FunctionSymbol function)
    {
        if (!functions.TryGetValue(function, out int index))
        {
            index = module.DeclareFunction(function.QualifiedName);
            functions.Add(function, index);
            pending.Enqueue(function);
        }

        return index;
    }

    /// <summary>The module that gives the whole its name exports under plain names.</summary>
    private void Export(FunctionSymbol function)
    {
        bool isOwn = function.Module.Name == moduleName && !function.IsTest;
        module.AddExport(isOwn ? function.Name : function.QualifiedName, isOwn && function.Name == "main" ? EntryPoint(function) : IndexOf(function));
    }

    /// <summary>The export "main" always takes the arguments and returns the exit code, whatever the program's main does.</summary>
    private int EntryPoint(FunctionSymbol main)
    {
        int index = IndexOf(main);
        if (main.Parameters.Length == 1 && main.ReturnType == BuiltInType.Int)
            return index;
        int entryPoint = module.DeclareFunction(moduleName + ".<main>");
        FunctionBuilder builder = module.DefineFunction(entryPoint, [Types.Register(BuiltInType.String.Array)], TypeRef.I32);
        Register code = builder.NewRegister(TypeRef.I32);
        Register[] arguments = main.Parameters.Length == 0 ? [] : [builder.Parameter(0)];
        builder.Call(main.ReturnType == BuiltInType.Int ? code : null, module.Function(index), arguments);
        if (main.ReturnType != BuiltInType.Int)
            builder.ConstI32(code, 0);
        builder.ReturnValue(code);
        builder.Build();
        return entryPoint;
    }

    private TypeRef[] ParameterTypes(FunctionSymbol function)
    {
        var types = new List<TypeRef>(function.Parameters.Length + 1);
        if (function.HasReceiver)
            types.Add(Types.Register(function.Class!.Type));
        foreach (LocalSymbol parameter in function.Parameters)
            types.Add(Types.Register(parameter.Type));
        return [.. types];
    }

    private void LowerPending()
    {
        while (pending.Count > 0 || pendingLambdas.Count > 0 || definedTypes < Types.Declared.Count)
        {
            while (definedTypes < Types.Declared.Count)
                DefineType(Types.Declared[definedTypes++]);
            if (pending.TryDequeue(out FunctionSymbol? function))
                LowerFunction(function);
            if (pendingLambdas.TryDequeue(out Action? lowerLambda))
                lowerLambda();
        }
    }

    private void LowerFunction(FunctionSymbol function)
    {
        CheckLimit(function, ParameterTypes(function).Length, "parameters", FormatLimits.MaxParameters);
        FunctionBody body = compilation.BodyOf(function);
        if (compilation.Diagnostics.HasErrors)
            return;
        FunctionBuilder builder = module.DefineFunction(functions[function], ParameterTypes(function), Types.Result(function.ReturnType), TypeParametersOf(function.AllTypeParameters));
        var lowering = new FunctionLowering(this, builder, function.Module.Source, body.HasStatementsInValues);
        lowering.LowerBody(body);
        builder.Build();
        CheckLimits(function, builder.Position, lowering.RegisterCount);
    }

    /// <summary>A bound that numbers meet too is only the language's.</summary>
    private TypeParameter[] TypeParametersOf(ImmutableArray<TypeParameterSymbol> parameters) =>
        [.. parameters.Select(p => new TypeParameter(p.Name, p.ReferenceBound is null ? TypeRef.None : Types.Storage(p.ReferenceBound)))];

    private void CheckLimits(MemberSymbol symbol, int instructions, int registers)
    {
        CheckLimit(symbol, instructions, "instructions", FormatLimits.MaxInstructions);
        CheckLimit(symbol, registers, "registers", FormatLimits.MaxRegisters);
    }

    private void CheckLimit(MemberSymbol symbol, int count, string what, int limit)
    {
        if (count > limit)
            compilation.Diagnostics.Report(symbol.Module.Source, symbol.NameSpan, DiagnosticCatalog.TooLarge, symbol.Name, count, what, limit);
    }

    private void LowerInitializer(IReadOnlyList<GlobalSymbol> order)
    {
        int index = module.DeclareFunction(moduleName + ".<init>");
        FunctionBuilder builder = module.DefineFunction(index, [], TypeRef.None);
        var outOfLine = new List<Action>();
        foreach (GlobalSymbol global in order)
        {
            GlobalBody body = compilation.BodyOf(global);
            outOfLine.Add(new FunctionLowering(this, builder, global.Module.Source, body.HasStatementsInValues).LowerGlobal(body));
        }

        builder.Return();
        foreach (Action lower in outOfLine)
            lower();
        builder.Build();
        module.SetInitializer(index);
    }

    private void DefineType(ClassSymbol @class)
    {
        CheckLimit(@class, @class.Fields.Count, "fields", FormatLimits.MaxFields);
        CheckLimit(@class, @class.TypeParameters.Length, "type parameters", FormatLimits.MaxTypeArguments);
        CheckLimit(@class, @class.Depth, "superclasses", FormatLimits.MaxClassDepth);
        CheckLimit(@class, @class.Methods.Count, "methods", FormatLimits.MaxMethods);
        CheckLimit(@class, @class.InterfaceTypes.Length, "interfaces", FormatLimits.MaxInterfaces);
        module.DefineType(Types.Definition(@class), new TypeDefinition(
            @class.QualifiedName,
            @class.IsInterface ? TypeDefinitionKind.Interface : @class.IsValue ? TypeDefinitionKind.Value : TypeDefinitionKind.Class,
            TypeParametersOf(@class.TypeParameters),
            @class.BaseType is null ? TypeRef.None : Types.Storage(@class.BaseType),
            Types.StorageOf(@class.InterfaceTypes),
            [.. FieldsOf(@class)],
            [.. @class.Methods.Where(m => m.IsDispatched).Select(Method)],
            IsAbstract: @class.IsAbstract && !@class.IsInterface,
            IsFinal: !@class.IsExtensible && !@class.IsValue));
    }

    private MethodDefinition Method(FunctionSymbol method) => new(
        method.Name,
        [.. method.Parameters.Select(p => Types.Register(p.Type))],
        Types.Result(method.ReturnType),
        method.IsAbstract ? -1 : IndexOf(method));
}
