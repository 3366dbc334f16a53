using ByteVm.Bytecode;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Linking;

/// <summary>Which frame slots the registers of a function take: parameters in the caller's outgoing area, the others below the frame pointer.</summary>
internal sealed class FrameShape
{
    /// <summary>Most words on either side of the frame pointer, so that every slot can be named by a signed 16-bit displacement.</summary>
    public const int MaxWords = 30_000;

    private readonly LinkedType[] types;
    private readonly int[] firstWords;
    private readonly int parameterCount;

    public FrameShape(LinkedType[] registerTypes, int parameterCount)
    {
        types = registerTypes;
        this.parameterCount = parameterCount;
        firstWords = new int[types.Length];
        int parameterSlots = 0;
        for (int i = 0; i < types.Length; i++)
        {
            ref int slots = ref i < parameterCount ? ref parameterSlots : ref localSlots;
            firstWords[i] = i < parameterCount ? FrameLayout.ParameterWord(slots) : FrameLayout.LocalWord(slots);
            slots += types[i].Slots.Count;
        }

        ParameterSlots = parameterSlots;
    }

    private readonly int localSlots;

    public int ParameterSlots { get; }

    public int LocalSlots => localSlots;

    public LinkedType TypeOf(int register) => types[register];

    /// <summary>Word displacement of a slot of a register.</summary>
    public int Word(int register, int slot = 0) => firstWords[register] + (register < parameterCount ? slot : -slot);

    /// <summary>Every slot of every register with what it holds.</summary>
    public IEnumerable<(int Word, SlotKind Kind)> Slots() =>
        from register in Enumerable.Range(0, types.Length)
        from slot in Enumerable.Range(0, types[register].Slots.Count)
        select (Word(register, slot), types[register].Slots[slot]);
}
