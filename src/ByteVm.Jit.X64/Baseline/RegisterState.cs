namespace ByteVm.Jit.X64.Baseline;

/// <summary>What the registers of both banks hold at a label: by hardware number the slot, or 0 for none.</summary>
internal sealed class RegisterState
{
    public const int Registers = 16;

    private readonly int[] general = new int[Registers];
    private readonly int[] vector = new int[Registers];
    private readonly bool[] isNarrow = new bool[Registers];

    public int General(int register) => general[register];

    public int Vector(int register) => vector[register];

    /// <summary>Whether a general register holds a 32-bit value whose upper half is zero.</summary>
    public bool IsNarrow(int register) => isNarrow[register];

    public void Set(int register, int generalSlot, bool narrow, int vectorSlot)
    {
        general[register] = generalSlot;
        isNarrow[register] = narrow;
        vector[register] = vectorSlot;
    }

    /// <summary>Forgets what another way into the same block does not have in the same registers.</summary>
    public void Meet(int register, int generalSlot, bool narrow, int vectorSlot)
    {
        if (general[register] != generalSlot)
            general[register] = 0;
        isNarrow[register] &= narrow;
        if (vector[register] != vectorSlot)
            vector[register] = 0;
    }
}
