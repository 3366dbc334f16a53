namespace ByteVm.Bytecode;

/// <summary>Index of a register of a function.</summary>
public readonly record struct Register(int Index);

/// <summary>Index into <see cref="Module.FieldRefs"/>.</summary>
public readonly record struct FieldRef(int Index);

/// <summary>Index into <see cref="Module.MethodRefs"/>.</summary>
public readonly record struct MethodRef(int Index);

/// <summary>Index into <see cref="Module.FunctionRefs"/>.</summary>
public readonly record struct FunctionRef(int Index);

/// <summary>Index into <see cref="Module.Globals"/>.</summary>
public readonly record struct GlobalRef(int Index);

/// <summary>Index into <see cref="Module.Imports"/>.</summary>
public readonly record struct ImportRef(int Index);

/// <summary>
/// A module as it stands in a .bvm file, decoded. Immutable by convention once built; nothing in it may be believed before
/// the verifier has accepted it. All cross-references are indices into its own tables: a module is a closed program but for
/// its imports, which name host operations.
/// </summary>
public sealed class Module
{
    public required string Name { get; init; }
    public string Version { get; init; } = "";

    /// <summary>String literals, in order of first use.</summary>
    public IReadOnlyList<string> Strings { get; init; } = [];

    public IReadOnlyList<TypeNode> Types { get; init; } = [];
    public IReadOnlyList<TypeDefinition> TypeDefinitions { get; init; } = [];
    public IReadOnlyList<FieldReference> FieldRefs { get; init; } = [];
    public IReadOnlyList<MethodReference> MethodRefs { get; init; } = [];
    public IReadOnlyList<FunctionReference> FunctionRefs { get; init; } = [];
    public IReadOnlyList<Global> Globals { get; init; } = [];
    public IReadOnlyList<Import> Imports { get; init; } = [];
    public IReadOnlyList<Function> Functions { get; init; } = [];
    public IReadOnlyList<Export> Exports { get; init; } = [];

    /// <summary>Index of the function that initializes the globals, run at instantiation; -1 when there is none. Takes and returns nothing.</summary>
    public int Initializer { get; init; } = -1;

    /// <summary>What can be thrown and caught; null in a module that does neither.</summary>
    public ExceptionClasses? Exceptions { get; init; }

    /// <summary>What this module was built from, for information: name, version and content hash of each.</summary>
    public IReadOnlyList<Dependency> Dependencies { get; init; } = [];

    /// <summary>Source files that positions refer to.</summary>
    public IReadOnlyList<string> SourceFiles { get; init; } = [];

    /// <summary>Sections this version does not know, kept as they are.</summary>
    public IReadOnlyList<CustomSection> CustomSections { get; init; } = [];
}

public enum TypeDefinitionKind : byte
{
    Class,
    Interface,

    /// <summary>Immutable, without identity, flattened into registers, fields and array elements.</summary>
    Value,
}

/// <param name="Bound">An upper bound the argument must be assignable to, or None.</param>
public sealed record TypeParameter(string Name, TypeRef Bound);

/// <summary>A class, interface or value class.</summary>
public sealed record TypeDefinition(
    string Name,
    TypeDefinitionKind Kind,
    IReadOnlyList<TypeParameter> TypeParameters,
    TypeRef Base,
    IReadOnlyList<TypeRef> Interfaces,
    IReadOnlyList<FieldDefinition> Fields,
    IReadOnlyList<MethodDefinition> Methods,
    bool IsAbstract = false,
    bool IsFinal = false);

public sealed record FieldDefinition(string Name, TypeRef Type, bool IsMutable = true);

/// <summary>
/// A method that takes part in dynamic dispatch. It overrides the inherited method of the same name and parameter types;
/// a class implements an interface's method the same way. Methods that are never dispatched are plain functions.
/// </summary>
/// <param name="Parameters">Without the receiver.</param>
/// <param name="Function">Its code, whose first parameter is the receiver; -1 when abstract.</param>
public sealed record MethodDefinition(string Name, IReadOnlyList<TypeRef> Parameters, TypeRef Result, int Function, bool IsFinal = false)
{
    public bool IsAbstract => Function < 0;
}

/// <param name="Type">A Named type: the definition with its type arguments.</param>
/// <param name="Field">Index among the definition's own fields.</param>
public sealed record FieldReference(TypeRef Type, int Field);

/// <param name="Type">A Named type: the definition that declares the method, with its type arguments.</param>
/// <param name="Method">Index among the definition's own methods.</param>
public sealed record MethodReference(TypeRef Type, int Method);

/// <param name="TypeArguments">For all type parameters of the function, those of its class first.</param>
public sealed record FunctionReference(int Function, IReadOnlyList<TypeRef> TypeArguments)
{
    public bool Equals(FunctionReference? other) => other is not null && Function == other.Function && TypeArguments.SequenceEqual(other.TypeArguments);

    public override int GetHashCode() => HashCode.Combine(Function, TypeArguments.Count);
}

public sealed record Global(string Name, TypeRef Type);

/// <summary>A host operation: the only way out of the machine.</summary>
/// <param name="Name">For example "console.write".</param>
/// <param name="Capability">The capability an instance must be granted, for example "fs.read"; empty when none is needed.</param>
public sealed record Import(string Name, string Capability, IReadOnlyList<TypeRef> Parameters, TypeRef Result);

public sealed record Export(string Name, int Function);

public sealed record Dependency(string Name, string Version, string Hash);

public sealed record CustomSection(string Name, byte[] Bytes);

/// <summary>
/// A function: registers with one declared type each, the parameters first, and code. Registers that are not parameters start
/// at zero or null.
/// </summary>
public sealed class Function
{
    public required string Name { get; init; }
    public IReadOnlyList<TypeParameter> TypeParameters { get; init; } = [];
    public int ParameterCount { get; init; }
    public IReadOnlyList<TypeRef> Registers { get; init; } = [];
    public TypeRef Result { get; init; } = TypeRef.None;
    public IReadOnlyList<Instruction> Code { get; init; } = [];

    /// <summary>Where exceptions go: of the handlers around an instruction the first that takes the exception's class, so inner ones stand first.</summary>
    public IReadOnlyList<ExceptionHandler> Handlers { get; init; } = [];

    /// <summary>Ascending by Start; each holds until the next.</summary>
    public IReadOnlyList<SourcePosition> Positions { get; init; } = [];

    public IReadOnlyList<LocalName> LocalNames { get; init; } = [];

    /// <summary>Outer ones before those inside of them.</summary>
    public IReadOnlyList<InlinedCall> InlinedCalls { get; init; } = [];
}

/// <param name="Start">First instruction it applies to.</param>
/// <param name="File">Index into <see cref="Module.SourceFiles"/>.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Inlined">Index into <see cref="Function.InlinedCalls"/> of the call whose callee the place is in; -1 when it is in the function itself.</param>
public readonly record struct SourcePosition(int Start, int File, int Line, int Column, int Inlined = -1);

/// <summary>A call that the compiler replaced by the code of its callee: stack traces name both.</summary>
/// <param name="Callee">The function called, as traces name it.</param>
/// <param name="File">Of the call, as are the line and the column.</param>
/// <param name="Outer">Index of the call whose callee this one is in, less than its own; -1 when it is in the function itself.</param>
public readonly record struct InlinedCall(string Callee, int File, int Line, int Column, int Outer);

/// <summary>The source name of a register over instructions [Start, End).</summary>
public readonly record struct LocalName(int Register, string Name, int Start, int End);
