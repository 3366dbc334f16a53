using System.Runtime.InteropServices;

namespace ByteVm.Runtime.Linking;

/// <summary>
/// Linked code while it is written. Branch targets are module instructions and become distances at the end. A short branch reaches
/// ±32 Ki words; where that is not enough the code is written a second time with long forms (<see cref="TryResolveBranches"/>).
/// </summary>
internal sealed class LinkedCodeBuffer(int moduleInstructions)
{
    /// <summary>
    /// A branch farther than this becomes long in the second pass. Each branch grows by two words at most, so what was nearer
    /// stays within three times the distance, which a short branch reaches.
    /// </summary>
    private const int LongDistance = 10_000;

    private readonly List<ulong> words = [];
    private readonly List<int> modulePcs = [];
    private readonly List<Fixup> fixups = [];
    private readonly int[] wordOfPc = new int[moduleInstructions];
    private int[]? firstPass;
    private int modulePc;

    /// <param name="Instruction">Word of the branch.</param>
    /// <param name="Word">Word to patch: the branch itself or an entry of its jump table.</param>
    private readonly record struct Fixup(int Instruction, int Word, TargetField Field, int TargetPc);

    private enum TargetField
    {
        A = 16,
        B = 32,
        C = 48,
        Word,
        Table,
    }

    public ReadOnlySpan<ulong> Words => CollectionsMarshal.AsSpan(words);

    public int[] ModulePcs => [.. modulePcs];

    /// <summary>The word at which the code of a module instruction begins, once it is written.</summary>
    public int WordOf(int pc) => wordOfPc[pc];

    public void StartInstruction(int pc)
    {
        modulePc = pc;
        wordOfPc[pc] = words.Count;
    }

    public void Emit(LinkedOpcode opcode, int a = 0, int b = 0, int c = 0) => Append(LinkedInstruction.Encode(opcode, a, b, c));

    public void EmitWord(LinkedOpcode opcode, int a, int word) => Append(LinkedInstruction.EncodeWord(opcode, a, word));

    public void EmitExtended(LinkedOpcode opcode, int a, int b, ulong extension) => EmitExtended(opcode, a, b, 0, extension);

    public void EmitExtended(LinkedOpcode opcode, int a, int b, int c, ulong extension)
    {
        Emit(opcode, a, b, c);
        Append(extension);
    }

    public void EmitJump(int target)
    {
        fixups.Add(new Fixup(words.Count, words.Count, TargetField.Word, target));
        EmitWord(LinkedOpcode.Jump, 0, 0);
    }

    /// <param name="uses">Slots that the branch compares: one or two.</param>
    public void EmitBranch(LinkedOpcode opcode, ReadOnlySpan<int> uses, int target)
    {
        int a = uses[0];
        int b = uses.Length > 1 ? uses[1] : 0;
        if (IsFar(target))
        {
            EmitFarBranch(opcode, a, b, uses.Length, target);
            return;
        }

        TargetField field = uses.Length > 1 ? TargetField.C : TargetField.B;
        fixups.Add(new Fixup(words.Count, words.Count, field, target));
        Emit(opcode, a, b);
    }

    public void EmitSwitch(int slot, ReadOnlySpan<int> targets)
    {
        int start = words.Count;
        EmitExtended(LinkedOpcode.Switch, slot, 0, (ulong)targets.Length);
        foreach (int target in targets)
        {
            fixups.Add(new Fixup(start, words.Count, TargetField.Table, target));
            Append(0);
        }
    }

    /// <summary>
    /// Writes the distances. When a short branch does not reach its target the buffer empties itself and returns false: write the
    /// same code again and it will fit.
    /// </summary>
    public bool TryResolveBranches()
    {
        foreach (Fixup fixup in fixups)
        {
            int distance = wordOfPc[fixup.TargetPc] - fixup.Instruction;
            if (fixup.Field < TargetField.Word && distance != (short)distance)
            {
                StartSecondPass();
                return false;
            }

            words[fixup.Word] |= fixup.Field switch
            {
                TargetField.Word => (ulong)(uint)distance << 32,
                TargetField.Table => (ulong)(long)distance,
                _ => (ulong)(ushort)distance << (int)fixup.Field,
            };
        }

        return true;
    }

    private bool IsFar(int target) => firstPass is not null && Math.Abs(firstPass[target] - firstPass[modulePc]) > LongDistance;

    // The branch over a jump: when taken it skips to the far jump, else a jump skips that.
    private void EmitFarBranch(LinkedOpcode opcode, int a, int b, int uses, int target)
    {
        const int toFarJump = 2;
        Emit(opcode, a, uses > 1 ? b : toFarJump, uses > 1 ? toFarJump : 0);
        EmitWord(LinkedOpcode.Jump, 0, 2);
        EmitJump(target);
    }

    private void StartSecondPass()
    {
        firstPass = [.. wordOfPc];
        words.Clear();
        modulePcs.Clear();
        fixups.Clear();
    }

    private void Append(ulong word)
    {
        words.Add(word);
        modulePcs.Add(modulePc);
    }
}
