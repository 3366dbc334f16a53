using ByteVm.Bytecode;
using ByteVm.Memory;
using ByteVm.Runtime.Execution;

namespace ByteVm.Runtime.Linking;

/// <summary>
/// A verified module and all that is linked and compiled of it: shared by any number of instances on any threads. Types and
/// functions are linked when first needed.
/// </summary>
internal sealed unsafe class Program : IDisposable
{
    /// <param name="module">A module that the verifier has accepted.</param>
    /// <exception cref="LinkException">Literals or globals do not fit.</exception>
    public Program(Module module, ProgramOptions options)
    {
        Module = module;
        Options = options;
        Metadata = new MetadataRegion();
    }

    public Module Module { get; }

    public ProgramOptions Options { get; }

    /// <summary>Type descriptors and function entries.</summary>
    public MetadataRegion Metadata { get; }

    /// <summary>String literals and globals, for each new instance to copy.</summary>
    public PermanentImage Permanent => throw new NotSupportedException();

    /// <summary>All functions referred to so far, by index. A snapshot: it may grow meanwhile, but never changes.</summary>
    public IReadOnlyList<LinkedFunction> Functions => throw new NotSupportedException();

    public LinkedType String => throw new NotSupportedException();

    public LinkedType StringArray => throw new NotSupportedException();

    public LinkedType ByteArray => throw new NotSupportedException();

    /// <summary>
    /// Native address that function entries hold while there is no native code for them; 0 until a compiler sets it. Setting it
    /// fills it into the entries there are.
    /// </summary>
    public ulong CompileStub { get; set; }

    /// <summary>The function that initializes the globals of a new instance, or null.</summary>
    public LinkedFunction? Initializer => throw new NotSupportedException();

    /// <summary>The exported function of this name, or null. Exported functions have no type parameters.</summary>
    public LinkedFunction? Export(string name) => throw new NotSupportedException();

    /// <summary>The function of the module for these closed type arguments; its code is not linked yet.</summary>
    /// <exception cref="LinkException">Type arguments nest too deep.</exception>
    public LinkedFunction Function(int moduleFunction, params IReadOnlyList<LinkedType> typeArguments) => throw new NotSupportedException();

    public LinkedFunction FunctionAt(uint entryOffset) => throw new NotSupportedException();

    /// <summary>Links the function's code unless that is done already. Any thread may call it.</summary>
    /// <exception cref="LinkException">The frame is too large, or a type it needs cannot be laid out.</exception>
    public void Link(LinkedFunction function) => throw new NotSupportedException();

    /// <summary>The function and word that an address inside linked code belongs to.</summary>
    public bool TryFindCode(ulong* address, out CodeLocation location) => throw new NotSupportedException();

    public LinkedType TypeAt(int index) => throw new NotSupportedException();

    /// <summary>The type of objects with this descriptor.</summary>
    public LinkedType TypeOf(uint descriptorOffset) => throw new NotSupportedException();

    public LinkedType ArrayOf(LinkedType element) => throw new NotSupportedException();

    /// <summary>A type of the module that has no type variables.</summary>
    public LinkedType Type(TypeRef type) => throw new NotSupportedException();

    /// <summary>Registers a place in compiled code that may trap.</summary>
    /// <returns>Its index for <see cref="TrapSite"/>.</returns>
    public int AddTrapSite(LinkedFunction function, int word) => throw new NotSupportedException();

    public CodeLocation TrapSite(int index) => throw new NotSupportedException();

    public void Dispose() => Metadata.Dispose();
}
