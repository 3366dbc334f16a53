using ByteVm.Memory.Layout;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Interpretation;

/// <summary>
/// Superinstructions: frequent pairs that one handler executes, which saves a dispatch. A pair is fused in place: only the opcode of
/// the first instruction changes, to a number above all linked opcodes; both keep their operands and words. So the second can still
/// be a branch target or a place to resume, both effects happen, every slot is written as before, and whoever reads linked code
/// through <see cref="LinkedInstruction"/> sees no difference. The pairs are those that tests/ByteVm.Bench counts most often
/// (command interpreter-pairs).
/// </summary>
internal static unsafe class FusedInstructions
{
    private static readonly (LinkedOpcode First, LinkedOpcode Second)[] pairs =
    [
        (LinkedOpcode.AddI32, LinkedOpcode.BrLtI32),
        (LinkedOpcode.ConstI32, LinkedOpcode.AddI32),
        (LinkedOpcode.ConstI32, LinkedOpcode.SubI32),
        (LinkedOpcode.ConstI32, LinkedOpcode.ShlI32),
        (LinkedOpcode.ConstI32, LinkedOpcode.AndI32),
        (LinkedOpcode.ConstI32, LinkedOpcode.BrNeI32),
        (LinkedOpcode.ConstI32, LinkedOpcode.BrLeI32),
        (LinkedOpcode.Move, LinkedOpcode.Move),
        (LinkedOpcode.Move, LinkedOpcode.CallDirect),
        (LinkedOpcode.MulF64, LinkedOpcode.AddF64),
        (LinkedOpcode.MulF64, LinkedOpcode.MulF64),
        (LinkedOpcode.Load32, LinkedOpcode.Element32),
        (LinkedOpcode.Load64, LinkedOpcode.Load64),
        (LinkedOpcode.Load64, LinkedOpcode.MulF64),
        (LinkedOpcode.Element64, LinkedOpcode.MulF64),
    ];

    /// <summary>By first and second opcode: the fused opcode, or 0.</summary>
    private static readonly ushort[] fusedOpcodes = MakeFusedOpcodes();

    /// <summary>Entries of a handler table: the linked opcodes, then the pairs.</summary>
    public static int TableSize => LinkedOpcodeTable.Count + pairs.Length;

    public static LinkedOpcode FirstOf(ushort opcode) => opcode < LinkedOpcodeTable.Count ? (LinkedOpcode)opcode : pairs[opcode - LinkedOpcodeTable.Count].First;

    /// <summary>Fuses the pairs of a function's code, from its start; an instruction belongs to one pair at most.</summary>
    public static void Fuse(Span<ulong> code)
    {
        fixed (ulong* start = code)
        {
            ulong* end = start + code.Length;
            ulong* first = start;
            while (first < end)
            {
                ulong* second = first + new LinkedInstruction(first).Size;
                ushort fused = second < end ? fusedOpcodes[(ushort)*first * LinkedOpcodeTable.Count + (ushort)*second] : (ushort)0;
                if (fused == 0)
                {
                    first = second;
                    continue;
                }

                *first = *first & ~(ulong)ushort.MaxValue | fused;
                first = second + new LinkedInstruction(second).Size;
            }
        }
    }

    /// <summary>The handlers, in the order of the pairs.</summary>
    public static void Fill(nint* table)
    {
        delegate*<ulong*, long*, byte*, InstanceContext*, nint*, nint>[] handlers =
        [
            &Handlers.AddI32BrLtI32,
            &Handlers.ConstI32AddI32,
            &Handlers.ConstI32SubI32,
            &Handlers.ConstI32ShlI32,
            &Handlers.ConstI32AndI32,
            &Handlers.ConstI32BrNeI32,
            &Handlers.ConstI32BrLeI32,
            &Handlers.MoveMove,
            &Handlers.MoveCallDirect,
            &Handlers.MulF64AddF64,
            &Handlers.MulF64MulF64,
            &Handlers.Load32Element32,
            &Handlers.Load64Load64,
            &Handlers.Load64MulF64,
            &Handlers.Element64MulF64,
        ];
        for (int i = 0; i < pairs.Length; i++)
            table[LinkedOpcodeTable.Count + i] = (nint)handlers[i];
    }

    private static ushort[] MakeFusedOpcodes()
    {
        ushort[] table = new ushort[LinkedOpcodeTable.Count * LinkedOpcodeTable.Count];
        for (int i = 0; i < pairs.Length; i++)
            table[(int)pairs[i].First * LinkedOpcodeTable.Count + (int)pairs[i].Second] = (ushort)(LinkedOpcodeTable.Count + i);
        return table;
    }
}
