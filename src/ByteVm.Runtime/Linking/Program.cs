using ByteVm.Bytecode;
using ByteVm.Memory;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;

namespace ByteVm.Runtime.Linking;

/// <summary>
/// A verified module and all that is linked and compiled of it: shared by any number of instances on any threads. Types and
/// functions are linked when first needed; whoever links holds <see cref="Gate"/>, whoever reads what is linked needs no lock.
/// </summary>
internal sealed unsafe class Program : IDisposable
{
    private readonly FunctionTable functions;
    private readonly LinkedCodeArea code;
    private readonly GrowingList<CodeLocation> trapSites = new();

    /// <param name="module">A module that the verifier has accepted.</param>
    /// <exception cref="LinkException">Literals and globals do not fit.</exception>
    public Program(Module module, ProgramOptions options)
    {
        Module = module;
        Options = options;
        code = new LinkedCodeArea(options.FuseInstructions);
        Types = new TypeTable(this);
        functions = new FunctionTable(this);
        Permanent = PermanentImageBuilder.Build(this, out uint[] literals, out uint[] globals);
        LiteralOffsets = literals;
        GlobalOffsets = globals;
        Imports = [.. module.Imports.Select(ResolveImport)];
        Exceptions = module.Exceptions is { } exceptions ? new ExceptionTypes(this, exceptions) : null;
        CanCatch = module.Functions.Any(f => f.Handlers.Count > 0);
    }

    public Module Module { get; }

    public ProgramOptions Options { get; }

    /// <summary>Type descriptors and function entries.</summary>
    public MetadataRegion Metadata { get; } = new();

    /// <summary>String literals and globals, for each new instance to copy.</summary>
    public PermanentImage Permanent { get; }

    /// <summary>Cage offset of each string of the module.</summary>
    public IReadOnlyList<uint> LiteralOffsets { get; }

    /// <summary>Cage offset of each global of the module.</summary>
    public IReadOnlyList<uint> GlobalOffsets { get; }

    /// <summary>The module's imports, by index.</summary>
    public IReadOnlyList<LinkedImport> Imports { get; }

    /// <summary>What is thrown and caught; null when nothing is.</summary>
    public ExceptionTypes? Exceptions { get; }

    /// <summary>Whether any function has a handler.</summary>
    public bool CanCatch { get; }

    /// <summary>
    /// Bytes that stacks have beyond their limit where exceptions are caught: for handlers of a stack overflow that stand so deep that they could call
    /// nothing otherwise.
    /// </summary>
    public int StackReserveBytes => CanCatch ? GuestStack.ReserveBytes : 0;

    /// <summary>All functions referred to so far, by index. It grows while any thread links; what is there never changes.</summary>
    public IReadOnlyList<LinkedFunction> Functions => functions.All;

    public LinkedType String => Types.String;

    public LinkedType StringArray => ArrayOf(String);

    public LinkedType ByteArray => ArrayOf(Type(TypeRef.U8));

    /// <summary>
    /// Native address that function entries hold while there is no native code for them; 0 until a compiler sets it. Setting it
    /// fills it into the entries there are.
    /// </summary>
    public ulong CompileStub
    {
        get => functions.CompileStub;
        set => functions.CompileStub = value;
    }

    /// <summary>The function that initializes the globals of a new instance, or null.</summary>
    public LinkedFunction? Initializer => Module.Initializer < 0 ? null : Function(Module.Initializer);

    /// <summary>What abstract methods have in virtual tables: a function that faults. No object has such a table.</summary>
    public LinkedFunction AbstractMethod => functions.AbstractMethod;

    /// <summary>The function that takes the value out of a box and calls a method of its value class.</summary>
    public LinkedFunction Unboxing(LinkedFunction method) => functions.Unboxing(method);

    /// <summary>Held while types or functions are created, laid out or linked.</summary>
    internal Lock Gate { get; } = new();

    internal TypeTable Types { get; }

    /// <summary>The exported function of this name, or null. Exported functions have no type parameters.</summary>
    public LinkedFunction? Export(string name) => Module.Exports.FirstOrDefault(e => e.Name == name) is { } export ? Function(export.Function) : null;

    /// <summary>The function of the module for these closed type arguments; its code is not linked yet.</summary>
    /// <exception cref="LinkException">A type of its signature cannot be laid out.</exception>
    public LinkedFunction Function(int moduleFunction, params IReadOnlyList<LinkedType> typeArguments) => functions.Get(moduleFunction, typeArguments);

    public LinkedFunction FunctionAt(uint entryOffset) => functions.All[(int)Metadata.At<FunctionEntry>(entryOffset).FunctionIndex];

    /// <summary>Links the function's code unless that is done already. Any thread may call it.</summary>
    /// <exception cref="LinkException">The frame is too large, or a type it needs cannot be laid out.</exception>
    public void Link(LinkedFunction function)
    {
        if (function.IsLinked)
            return;
        lock (Gate)
        {
            if (function.IsLinked)
                return;
            code.Add(function, new FunctionLinker(this, function).Link());
            if (Options.VerifyLinkedCode)
                LinkedCodeVerifier.Check(this, function);
        }
    }

    /// <summary>The function and word that an address inside linked code belongs to.</summary>
    public bool TryFindCode(ulong* address, out CodeLocation location) => code.TryFind(address, out location);

    public LinkedType TypeAt(int index) => Types.At(index);

    /// <summary>The type of objects with this descriptor.</summary>
    public LinkedType TypeOf(uint descriptorOffset) => Types.At((int)Metadata.At<TypeDescriptor>(descriptorOffset).TypeIndex);

    public LinkedType ArrayOf(LinkedType element) => Types.ArrayOf(element);

    /// <summary>A type of the module that has no type variables.</summary>
    public LinkedType Type(TypeRef type) => Types.Resolve(type, []);

    /// <summary>Registers a place in compiled code that may trap.</summary>
    /// <returns>Its index for <see cref="TrapSite"/>.</returns>
    public int AddTrapSite(LinkedFunction function, int word)
    {
        lock (Gate)
        {
            trapSites.Add(new CodeLocation(function, word));
            return trapSites.Count - 1;
        }
    }

    /// <summary>Places registered so far.</summary>
    public int TrapSiteCount => trapSites.Count;

    public CodeLocation TrapSite(int index) => trapSites[index];

    public void Dispose()
    {
        code.Dispose();
        Metadata.Dispose();
    }

    private LinkedImport ResolveImport(Import import) => new(import, Types.ResolveAll(import.Parameters, []), Types.ResolveOrNone(import.Result, []));
}
