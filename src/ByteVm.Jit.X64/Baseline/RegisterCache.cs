namespace ByteVm.Jit.X64.Baseline;

/// <summary>
/// Which slots of the frame have their value in a machine register, too. Every definition is stored at once (write-through), so
/// to evict is to forget, and at any instruction the frame alone holds the whole state.
/// Invariants: a register holds the value of its home slot; other slots may share it (copies); when the home slot is defined anew the
/// register forgets all of them. A slot's entry counts only if its version is the register's current one.
/// </summary>
internal sealed class RegisterCache
{
    public const int None = -1;

    private const long PreferredAge = long.MaxValue / 2;

    private readonly int available;
    private readonly int first;
    private readonly int end;
    private readonly long[] version = new long[16];
    private readonly long[] lastUse = new long[16];
    private readonly int[] home = new int[16];
    private readonly bool[] holds = new bool[16];
    private Entry[] entries = [];
    private int lowestSlot;
    private long clock;
    private int pinned;

    /// <param name="registers">The set of hardware numbers that may hold values, one bit each.</param>
    public RegisterCache(int registers)
    {
        available = registers;
        first = int.TrailingZeroCount(registers);
        end = int.Log2(registers) + 1;
    }

    private struct Entry
    {
        public long Version;
        public int Register;
        public bool IsPreferred;
    }

    /// <summary>Starts a function whose slots are [lowestSlot, lowestSlot + slotCount).</summary>
    public void Reset(int lowestSlot, int slotCount)
    {
        this.lowestSlot = lowestSlot;
        if (entries.Length < slotCount)
            entries = new Entry[Math.Max(slotCount, 2 * entries.Length)];
        else
            Array.Clear(entries, 0, slotCount);
        Clear();
    }

    /// <summary>Forgets everything: at labels, calls and services.</summary>
    public void Clear()
    {
        for (int register = first; register < end; register++)
            Release(register);
        pinned = 0;
    }

    /// <summary>Registers found or allocated from here on are not evicted until the next call.</summary>
    public void BeginInstruction() => pinned = 0;

    /// <summary>The register that holds the slot's value, or <see cref="None"/>.</summary>
    public int Find(int slot)
    {
        ref Entry entry = ref entries[slot - lowestSlot];
        int register = entry.Register;
        if (entry.Version == 0 || entry.Version != version[register])
            return None;
        Touch(register);
        return register;
    }

    /// <summary>Whether the slot's own register is only taken for others when there is no other.</summary>
    public void Prefer(int slot, bool isPreferred) => entries[slot - lowestSlot].IsPreferred = isPreferred;

    /// <summary>A register for a new value: one that holds nothing, or else the one not used for longest, of slots that are not preferred if there are such.</summary>
    public int Allocate()
    {
        int best = None;
        for (int register = first; register < end; register++)
        {
            if (((available & ~pinned) >> register & 1) != 0 && (best == None || Age(register) < Age(best)))
                best = register;
        }

        if (best == None)
            throw new InvalidOperationException("One instruction needs more registers than there are.");
        Release(best);
        Touch(best);
        return best;
    }

    /// <summary>The slot's value, just defined or loaded, is in this register, which is the slot's own.</summary>
    public void Bind(int slot, int register)
    {
        Forget(slot);
        home[register] = slot;
        holds[register] = true;
        SetEntry(slot, register);
    }

    /// <summary>The slot is a copy of the value in this register.</summary>
    public void Share(int slot, int register)
    {
        Forget(slot);
        if (holds[register])
            SetEntry(slot, register);
    }

    /// <summary>The slot gets a value that is in no register of this bank.</summary>
    public void Forget(int slot)
    {
        ref Entry entry = ref entries[slot - lowestSlot];
        if (entry.Version != 0 && entry.Version == version[entry.Register] && home[entry.Register] == slot)
            Release(entry.Register);
        entry.Version = 0;
    }

    /// <summary>The register gets another value: all slots that it held forget it.</summary>
    public void Evict(int register) => Release(register);

    /// <summary>Whether the register holds a slot's value, and which slot's.</summary>
    public bool TryGetHome(int register, out int slot)
    {
        slot = home[register];
        return holds[register];
    }

    private long Age(int register) => !holds[register] ? 0 : entries[home[register] - lowestSlot].IsPreferred ? lastUse[register] + PreferredAge : lastUse[register];

    private void Touch(int register)
    {
        lastUse[register] = ++clock;
        pinned |= 1 << register;
    }

    private void SetEntry(int slot, int register)
    {
        ref Entry entry = ref entries[slot - lowestSlot];
        entry.Version = version[register];
        entry.Register = register;
    }

    private void Release(int register)
    {
        version[register]++;
        holds[register] = false;
    }
}
