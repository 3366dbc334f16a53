using System.Runtime.InteropServices;

namespace ByteVm.Memory.Layout;

/// <summary>What the collector and the engines must know to walk an object.</summary>
public enum ObjectKind : uint
{
    /// <summary>No object has this kind: a zeroed descriptor is recognized as wrong.</summary>
    None,
    Instance,
    Array,
    String,
}

/// <summary>
/// The type metadata that machine code, interpreter and collector read. It lies in the program's metadata region, outside the
/// cage and read-only to guests; a descriptor is identified by its byte offset there (a multiple of 8).
/// The virtual table follows the fixed part: u32 per slot, each the metadata offset of a <see cref="FunctionEntry"/>.
/// The reference map and the interface table follow at the given offsets from the descriptor.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct TypeDescriptor
{
    public ObjectKind Kind;

    /// <summary>Instance: bytes with header, multiple of 8. Array: bytes per element. String: 1.</summary>
    public uint Size;

    /// <summary>References per instance or per array element; zero means pointer-free, never scanned.</summary>
    public uint ReferenceCount;

    /// <summary>Offset from the descriptor to <see cref="ReferenceCount"/> u32 values: byte offsets of references from the object's start (Instance) or the element's start (Array).</summary>
    public uint ReferenceMapOffset;

    /// <summary>Index of the linked type in the program's type list.</summary>
    public uint TypeIndex;

    /// <summary>Number of superclasses above this class.</summary>
    public uint Depth;

    /// <summary>Interface table size minus one (size is a power of two); selector &amp; mask finds the entry.</summary>
    public uint InterfaceMask;

    /// <summary>Offset from the descriptor to the interface table: u32 per entry, the metadata offset of a <see cref="FunctionEntry"/>, zero where empty.</summary>
    public uint InterfaceTableOffset;

    /// <summary>Number of virtual table slots.</summary>
    public uint VirtualCount;

    private readonly uint reserved;

    /// <summary>Cohen's display: Display[d] is the descriptor offset of the ancestor (or self) at depth d, for d &lt; <see cref="DisplayLength"/>.</summary>
    public DisplayArray Display;

    public const int DisplayLength = 8;

    [System.Runtime.CompilerServices.InlineArray(DisplayLength)]
    public struct DisplayArray
    {
        private uint first;
    }

    public static readonly int KindOffset = Field(nameof(Kind));
    public static readonly int DepthOffset = Field(nameof(Depth));
    public static readonly int InterfaceMaskOffset = Field(nameof(InterfaceMask));
    public static readonly int InterfaceTableField = Field(nameof(InterfaceTableOffset));
    public static readonly int DisplayOffset = Field(nameof(Display));

    /// <summary>Offset of the first virtual table slot.</summary>
    public static unsafe int VirtualTableOffset => sizeof(TypeDescriptor);

    private static int Field(string name) => (int)Marshal.OffsetOf<TypeDescriptor>(name);
}

/// <summary>One per linked function, in the metadata region. Publishing code is one store to <see cref="Code"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct FunctionEntry
{
    /// <summary>Native entry point, or the program's compile stub until there is one.</summary>
    public ulong Code;

    /// <summary>Index of the linked function in the program's function list.</summary>
    public uint FunctionIndex;

    private readonly uint reserved;

    /// <summary>What the interpreter runs: the address of the linked code, or 0 until it calls the function; always 0 where machine code runs.</summary>
    public ulong LinkedCode;
}
