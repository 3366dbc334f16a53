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

    /// <param name="code">What the registers are of: some of its instructions need a word of the frame for themselves.</param>
    public FrameShape(LinkedType[] registerTypes, int parameterCount, IReadOnlyList<Instruction> code)
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
        AddressWord = TakeWord(code.Any(NeedsAddress));
        BoxWord = TakeWord(code.Any(NeedsBox));
    }

    private int localSlots;

    public int ParameterSlots { get; }

    public int LocalSlots => localSlots;

    public LinkedType TypeOf(int register) => types[register];

    /// <summary>Word displacement of a slot of a register.</summary>
    public int Word(int register, int slot = 0) => firstWords[register] + (register < parameterCount ? slot : -slot);

    /// <summary>Where the address of an array element of several parts is kept while they are moved; 0 when there are none.</summary>
    public int AddressWord { get; }

    /// <summary>Where a receiver is boxed whose method is an interface's own; 0 when none can be.</summary>
    public int BoxWord { get; }

    /// <summary>Every slot with what it holds.</summary>
    public IEnumerable<(int Word, SlotKind Kind)> Slots()
    {
        for (int register = 0; register < types.Length; register++)
        {
            for (int slot = 0; slot < types[register].Slots.Count; slot++)
                yield return (Word(register, slot), types[register].Slots[slot]);
        }

        if (AddressWord != 0)
            yield return (AddressWord, SlotKind.Address);
        if (BoxWord != 0)
            yield return (BoxWord, SlotKind.Reference);
    }

    private int TakeWord(bool isNeeded) => isNeeded ? FrameLayout.LocalWord(localSlots++) : 0;

    private bool NeedsAddress(Instruction instruction) => instruction.Opcode switch
    {
        Opcode.LoadElement => !types[instruction.B].Element!.Storage.IsSingle,
        Opcode.StoreElement => !types[instruction.A].Element!.Storage.IsSingle,
        _ => false,
    };

    private bool NeedsBox(Instruction instruction) =>
        instruction.Opcode == Opcode.CallConstrained && types[instruction.List![0]].Kind == LinkedTypeKind.Value;
}
