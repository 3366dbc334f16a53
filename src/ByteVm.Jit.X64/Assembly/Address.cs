using ByteVm.Memory.Layout;
using Iced.Intel;

namespace ByteVm.Jit.X64.Assembly;

/// <summary>A memory operand. The factories are the only forms that guest code has.</summary>
internal readonly struct Address
{
    private Address(Register @base, Register index, int scale, int displacement)
    {
        Base = @base;
        Index = index;
        Scale = scale;
        Displacement = displacement;
    }

    public Register Base { get; }
    public Register Index { get; }
    public int Scale { get; }
    public int Displacement { get; }

    /// <summary>A slot of the current frame.</summary>
    public static Address Slot(int word) => new(Register.RBP, Register.None, 1, word * FrameLayout.SlotBytes);

    /// <summary>A field of the instance's context.</summary>
    public static Address Context(int offset) => new(Register.R14, Register.None, 1, offset);

    /// <summary>Memory of an object: the register holds a cage offset whose upper half is zero.</summary>
    public static Address Heap(Gpr offset, int displacement) => new(Register.R15, offset.Qword(), 1, displacement);

    /// <summary>For lea alone: the cage offset of an object's memory, without the base.</summary>
    public static Address OffsetOf(in Address heap) => new(heap.Index, Register.None, 1, heap.Displacement);

    /// <summary>A card: the register holds a cage offset shifted right by <see cref="CageLayout.CardShift"/>.</summary>
    public static Address Card(Gpr number) => new(Register.R15, number.Qword(), 1, CageLayout.CardTableOffset);

    /// <summary>A fixed place in the cage: a global.</summary>
    public static Address Global(int offset) => new(Register.R15, Register.None, 1, offset);

    /// <summary>Program metadata: the register holds an offset whose upper half is zero.</summary>
    public static Address Metadata(Gpr offset, int displacement) => new(Register.R13, offset.Qword(), 1, displacement);

    /// <summary>Program metadata at a fixed offset.</summary>
    public static Address Metadata(int offset) => new(Register.R13, Register.None, 1, offset);

    /// <summary>For lea alone: base + displacement.</summary>
    public static Address Sum(Gpr @base, int displacement) => new(@base.Qword(), Register.None, 1, displacement);

    /// <summary>For lea alone: base + index * scale + displacement.</summary>
    public static Address Sum(Gpr @base, Gpr index, int scale, int displacement) => new(@base.Qword(), index.Qword(), scale, displacement);

    /// <summary>For lea alone: index * scale + displacement.</summary>
    public static Address Scaled(Gpr index, int scale, int displacement) => new(Register.None, index.Qword(), scale, displacement);

    /// <summary>An entry of a jump table whose address is in the base register.</summary>
    public static Address TableEntry(Gpr table, Gpr index) => new(table.Qword(), index.Qword(), sizeof(int), 0);
}
