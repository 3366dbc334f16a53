namespace ByteVm.Bytecode;

/// <summary>
/// Builds a <see cref="Module"/>. Tables are interned: asking twice for the same type, string or reference gives the same index.
/// Definitions may refer to each other in any order: declare first (<see cref="DeclareType"/>, <see cref="DeclareFunction"/>),
/// define later.
/// </summary>
public sealed class ModuleBuilder : IModuleTables
{
    private readonly string name;
    private readonly string version;
    private readonly BuildChecker? checker;
    private readonly Dictionary<int, FunctionSignature> signatures = [];
    private readonly Interner<string> strings = new();
    private readonly Interner<TypeNode> types = new();
    private readonly Interner<FieldReference> fieldRefs = new();
    private readonly Interner<MethodReference> methodRefs = new();
    private readonly Interner<FunctionReference> functionRefs = new();
    private readonly Interner<Import> imports = new();
    private readonly Interner<string> sourceFiles = new();
    private readonly List<TypeDefinition?> typeDefinitions = [];
    private readonly List<Function?> functions = [];
    private readonly List<string> functionNames = [];
    private readonly List<Global> globals = [];
    private readonly List<Export> exports = [];
    private readonly List<Dependency> dependencies = [];
    private int initializer = -1;
    private ExceptionClasses? exceptions;

    /// <param name="isChecked">
    /// Whether each call that the verifier would reject throws <see cref="BuilderException"/> at once. What is used before it is
    /// defined is not checked. For the authors of compilers; it costs about as much as verifying.
    /// </param>
    public ModuleBuilder(string name, string version = "", bool isChecked = false)
    {
        this.name = name;
        this.version = version;
        checker = isChecked ? new BuildChecker(this) : null;
    }

    int IModuleTables.StringCount => strings.Items.Count;

    int IModuleTables.DefinitionCount => typeDefinitions.Count;

    int IModuleTables.FunctionCount => functions.Count;

    IReadOnlyList<FieldReference> IModuleTables.FieldRefs => fieldRefs.Items;

    IReadOnlyList<MethodReference> IModuleTables.MethodRefs => methodRefs.Items;

    IReadOnlyList<FunctionReference> IModuleTables.FunctionRefs => functionRefs.Items;

    IReadOnlyList<Global> IModuleTables.Globals => globals;

    IReadOnlyList<Import> IModuleTables.Imports => imports.Items;

    ExceptionClasses? IModuleTables.Exceptions => exceptions;

    TypeDefinition? IModuleTables.Definition(int index) => typeDefinitions[index];

    FunctionSignature? IModuleTables.Signature(int function) => signatures.GetValueOrDefault(function);

    public TypeRef ArrayOf(TypeRef element) => Type(TypeNode.ArrayOf(element));

    public TypeRef Named(int definition, params IReadOnlyList<TypeRef> arguments) => Type(TypeNode.Named(definition, arguments));

    public TypeRef TypeVariable(int index) => Type(TypeNode.Variable(index));

    /// <summary>A type variable's value or nothing; <paramref name="definition"/> is the value class that this is for values that are no references.</summary>
    public TypeRef Optional(int definition, TypeRef variable) => Type(TypeNode.Optional(definition, variable));

    public TypeRef FunctionType(IReadOnlyList<TypeRef> parameters, TypeRef result) => Type(TypeNode.Function(parameters, result));

    /// <summary>Reserves a type definition; <see cref="DefineType"/> must follow.</summary>
    /// <returns>Its index, for <see cref="Named"/>.</returns>
    public int DeclareType()
    {
        typeDefinitions.Add(null);
        return typeDefinitions.Count - 1;
    }

    public void DefineType(int index, TypeDefinition definition)
    {
        typeDefinitions[index] = definition;
        checker?.DefinitionChanged();
    }

    public FieldRef Field(TypeRef type, int field) => new(fieldRefs.Index(new FieldReference(type, field)));

    public MethodRef Method(TypeRef type, int method) => new(methodRefs.Index(new MethodReference(type, method)));

    /// <summary>Reserves a function; <see cref="DefineFunction"/> must follow.</summary>
    public int DeclareFunction(string functionName)
    {
        functions.Add(null);
        functionNames.Add(functionName);
        return functions.Count - 1;
    }

    /// <summary>Starts the code of a declared function. <see cref="FunctionBuilder.Build"/> completes it.</summary>
    public FunctionBuilder DefineFunction(int index, IReadOnlyList<TypeRef> parameters, TypeRef result, params IReadOnlyList<TypeParameter> typeParameters)
    {
        var signature = new FunctionSignature(typeParameters, parameters, result);
        signatures[index] = signature;
        return new FunctionBuilder(
            this, index, functionNames[index], parameters, result, typeParameters, checker?.Function(functionNames[index], signature));
    }

    public FunctionRef Function(int function, params IReadOnlyList<TypeRef> typeArguments) => new(functionRefs.Index(new FunctionReference(function, typeArguments)));

    public GlobalRef AddGlobal(string globalName, TypeRef type)
    {
        globals.Add(new Global(globalName, type));
        return new GlobalRef(globals.Count - 1);
    }

    public ImportRef Import(string importName, string capability, IReadOnlyList<TypeRef> parameters, TypeRef result)
    {
        for (int i = 0; i < imports.Items.Count; i++)
        {
            Import known = imports.Items[i];
            if (known.Name == importName && known.Parameters.SequenceEqual(parameters) && known.Result == result)
                return new ImportRef(i);
        }

        return new ImportRef(imports.Index(new Import(importName, capability, parameters, result)));
    }

    public void AddExport(string exportName, int function) => exports.Add(new Export(exportName, function));

    public void AddDependency(Dependency dependency) => dependencies.Add(dependency);

    /// <summary>The function run at instantiation, before any export may be called.</summary>
    public void SetInitializer(int function) => initializer = function;

    /// <summary>What can be thrown and caught; needed before the first <c>throw</c> of a checked builder.</summary>
    public void SetExceptions(ExceptionClasses classes) => exceptions = classes;

    public int SourceFile(string path) => sourceFiles.Index(path);

    /// <exception cref="InvalidOperationException">A declared type or function was never defined.</exception>
    public Module Build() => new()
    {
        Name = name,
        Version = version,
        Strings = [.. strings.Items],
        Types = [.. types.Items],
        TypeDefinitions = [.. typeDefinitions.Select((t, i) => t ?? throw new InvalidOperationException($"Type definition {i} was declared but not defined."))],
        FieldRefs = [.. fieldRefs.Items],
        MethodRefs = [.. methodRefs.Items],
        FunctionRefs = [.. functionRefs.Items],
        Globals = [.. globals],
        Imports = [.. imports.Items],
        Functions = [.. functions.Select((f, i) => f ?? throw new InvalidOperationException($"Function '{functionNames[i]}' was declared but not defined."))],
        Exports = [.. exports],
        Initializer = initializer,
        Exceptions = exceptions,
        Dependencies = [.. dependencies],
        SourceFiles = [.. sourceFiles.Items],
    };

    internal int StringIndex(string text) => strings.Index(text);

    internal void Complete(int index, Function function) => functions[index] = function;

    private TypeRef Type(TypeNode node)
    {
        int known = types.Items.Count;
        int entry = types.Index(node);
        if (entry == known)
            checker?.AddType(node);
        return new TypeRef(TypeRef.PrimitiveCount + entry);
    }

    private sealed class Interner<T> where T : notnull
    {
        private readonly Dictionary<T, int> indices = [];

        public List<T> Items { get; } = [];

        public int Index(T item)
        {
            if (!indices.TryGetValue(item, out int index))
            {
                index = Items.Count;
                indices.Add(item, index);
                Items.Add(item);
            }

            return index;
        }
    }
}
