namespace ByteVm.Bytecode;

/// <summary>What a caller must know of a function.</summary>
internal sealed record FunctionSignature(IReadOnlyList<TypeParameter> TypeParameters, IReadOnlyList<TypeRef> Parameters, TypeRef Result);

/// <summary>The tables that instructions refer to: of a finished module, or of one under construction, where entries may still be unknown.</summary>
internal interface IModuleTables
{
    int StringCount { get; }

    int DefinitionCount { get; }

    int FunctionCount { get; }

    IReadOnlyList<FieldReference> FieldRefs { get; }

    IReadOnlyList<MethodReference> MethodRefs { get; }

    IReadOnlyList<FunctionReference> FunctionRefs { get; }

    IReadOnlyList<Global> Globals { get; }

    IReadOnlyList<Import> Imports { get; }

    ExceptionClasses? Exceptions { get; }

    TypeDefinition? Definition(int index);

    FunctionSignature? Signature(int function);
}

/// <summary>The tables of a finished module.</summary>
internal sealed class ModuleTables(Module module) : IModuleTables
{
    private readonly FunctionSignature?[] signatures = new FunctionSignature?[module.Functions.Count];

    public int StringCount => module.Strings.Count;

    public int DefinitionCount => module.TypeDefinitions.Count;

    public int FunctionCount => module.Functions.Count;

    public IReadOnlyList<FieldReference> FieldRefs => module.FieldRefs;

    public IReadOnlyList<MethodReference> MethodRefs => module.MethodRefs;

    public IReadOnlyList<FunctionReference> FunctionRefs => module.FunctionRefs;

    public IReadOnlyList<Global> Globals => module.Globals;

    public IReadOnlyList<Import> Imports => module.Imports;

    public ExceptionClasses? Exceptions => module.Exceptions;

    public TypeDefinition? Definition(int index) => module.TypeDefinitions[index];

    public FunctionSignature? Signature(int function) => signatures[function] ??= SignatureOf(module.Functions[function]);

    private static FunctionSignature SignatureOf(Function function) =>
        new(function.TypeParameters, [.. function.Registers.Take(function.ParameterCount)], function.Result);
}
