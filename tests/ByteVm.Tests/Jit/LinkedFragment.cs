using System.Runtime.InteropServices;
using ByteVm.Bytecode;
using ByteVm.Jit.X64.Baseline;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Linking;

namespace ByteVm.Tests.Jit;

/// <summary>A function of linked code written by hand, without a program, and the compiler's answers about it.</summary>
internal sealed unsafe class LinkedFragment : ICompilationContext
{
    private readonly List<ulong> words = [];
    private readonly List<(LinkedFunction Function, int Word)> sites = [];

    public int Locals { get; init; } = 6;

    public int Parameters { get; init; } = 2;

    public int Outgoing { get; init; } = 3;

    public int ResultSlots { get; init; } = 1;

    /// <summary>What a descriptor says is the size of an object or element.</summary>
    public uint ObjectBytes { get; init; } = 8;

    public int Here => words.Count;

    public static int Local(int index) => FrameLayout.LocalWord(index);

    public static int Parameter(int index) => FrameLayout.ParameterWord(index);

    public LinkedFragment Add(LinkedOpcode opcode, int a = 0, int b = 0, int c = 0)
    {
        words.Add(LinkedInstruction.Encode(opcode, a, b, c));
        return this;
    }

    public LinkedFragment AddWord(LinkedOpcode opcode, int a, int word)
    {
        words.Add(LinkedInstruction.EncodeWord(opcode, a, word));
        return this;
    }

    public LinkedFragment AddExtended(LinkedOpcode opcode, int a, int b, ulong extension) => AddExtended(opcode, a, b, 0, extension);

    public LinkedFragment AddExtended(LinkedOpcode opcode, int a, int b, int c, ulong extension)
    {
        Add(opcode, a, b, c);
        words.Add(extension);
        return this;
    }

    public LinkedFragment AddSwitch(int slot, params int[] distances)
    {
        AddExtended(LinkedOpcode.Switch, slot, 0, (ulong)distances.Length);
        words.AddRange(distances.Select(d => (ulong)(long)d));
        return this;
    }

    public LinkedFunction Link()
    {
        // Lives as long as the process: a few words per test.
        ulong* code = (ulong*)NativeMemory.Alloc((nuint)words.Count, sizeof(ulong));
        words.CopyTo(new Span<ulong>(code, words.Count));
        return new LinkedFunction
        {
            Index = 0,
            EntryOffset = 64,
            Source = null!,
            Name = "fragment",
            ParameterSlots = Parameters,
            ResultSlots = ResultSlots,
            LocalSlots = Locals,
            OutgoingSlots = Outgoing,
            Code = code,
            CodeWords = words.Count,
        };
    }

    public CompiledFunction Compile(out LinkedFunction function)
    {
        function = Link();
        return new BaselineCompiler(this).Compile(function);
    }

    public uint AddTrapSite(LinkedFunction function, int word)
    {
        sites.Add((function, word));
        return (uint)(1000 + sites.Count);
    }

    public TypeDescriptor Descriptor(uint offset) => new() { Kind = ObjectKind.Instance, Size = ObjectBytes };

    public uint StringDescriptor => 16;
}
