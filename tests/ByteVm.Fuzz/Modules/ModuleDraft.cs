using ByteVm.Bytecode;

namespace ByteVm.Fuzz.Modules;

/// <summary>A module whose tables can be changed.</summary>
internal sealed class ModuleDraft(Module module)
{
    public List<string> Strings { get; } = [.. module.Strings];
    public List<TypeNode> Types { get; } = [.. module.Types];
    public List<TypeDefinition> TypeDefinitions { get; } = [.. module.TypeDefinitions];
    public List<FieldReference> FieldRefs { get; } = [.. module.FieldRefs];
    public List<MethodReference> MethodRefs { get; } = [.. module.MethodRefs];
    public List<FunctionReference> FunctionRefs { get; } = [.. module.FunctionRefs];
    public List<Global> Globals { get; } = [.. module.Globals];
    public List<Import> Imports { get; } = [.. module.Imports];
    public List<Function> Functions { get; } = [.. module.Functions];
    public List<Export> Exports { get; } = [.. module.Exports];
    public int Initializer { get; set; } = module.Initializer;
    public ExceptionClasses? Exceptions { get; set; } = module.Exceptions;

    public Module ToModule() => new()
    {
        Name = module.Name,
        Version = module.Version,
        Strings = Strings,
        Types = Types,
        TypeDefinitions = TypeDefinitions,
        FieldRefs = FieldRefs,
        MethodRefs = MethodRefs,
        FunctionRefs = FunctionRefs,
        Globals = Globals,
        Imports = Imports,
        Functions = Functions,
        Exports = Exports,
        Initializer = Initializer,
        Exceptions = Exceptions,
        Dependencies = module.Dependencies,
        SourceFiles = module.SourceFiles,
        CustomSections = module.CustomSections,
    };
}

/// <summary>The parts of a function that are changed one at a time.</summary>
internal static class FunctionChanges
{
    public static Function With(
        this Function f, int? parameterCount = null, IReadOnlyList<TypeRef>? registers = null, TypeRef? result = null,
        IReadOnlyList<Instruction>? code = null, IReadOnlyList<SourcePosition>? positions = null, IReadOnlyList<LocalName>? localNames = null, IReadOnlyList<InlinedCall>? inlinedCalls = null,
        IReadOnlyList<TypeParameter>? typeParameters = null, IReadOnlyList<ExceptionHandler>? handlers = null) => new()
        {
            Name = f.Name,
            TypeParameters = typeParameters ?? f.TypeParameters,
            ParameterCount = parameterCount ?? f.ParameterCount,
            Registers = registers ?? f.Registers,
            Result = result ?? f.Result,
            Code = code ?? f.Code,
            Handlers = handlers ?? f.Handlers,
            Positions = positions ?? f.Positions,
            LocalNames = localNames ?? f.LocalNames,
            InlinedCalls = inlinedCalls ?? f.InlinedCalls,
        };
}
