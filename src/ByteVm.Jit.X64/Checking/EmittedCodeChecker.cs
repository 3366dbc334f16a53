using System.Diagnostics.CodeAnalysis;
using ByteVm.Jit.X64.Baseline;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Linking;

namespace ByteVm.Jit.X64.Checking;

/// <summary>
/// Proves of each compiled function, before it is published, that it cannot leave its cage, its frame or its own code, whatever values it
/// computes. It shares nothing with the compiler but the layouts: it decodes by itself and follows control by itself, in the way of VeriWasm
/// (Johnson et al., NDSS 2021). It does not prove that the code does what the bytecode says; the differential tests are for that.
/// <para>What is checked:</para>
/// <list type="number">
/// <item>Every byte up to the jump tables decodes to an allowed instruction (<see cref="InstructionForms"/>), and control never runs off the end.</item>
/// <item>The prologue is the canonical one, with this frame's size and the stack check; all locals are zeroed before anything else.</item>
/// <item>Branches, and the targets of handlers, go to instruction starts behind the prologue and never into the middle of a sequence that is one step (below).</item>
/// <item>rsp, rbp, r13, r14 and r15 are never written but by prologue and epilogue.</item>
/// <item>Cage: [r15 + r + d] where r is proved zero-extended from 32 bits and 0 &lt;= d &lt;= MaxDisplacement, or [r15 + d].
/// Where r is a reference (not an address computed in rax) the instruction is a listed fault site, and every fault site is such an access.
/// A card is marked in one step with the store of a reference that it is for.</item>
/// <item>Frame: [rbp + d] within the locals, the outgoing area or the parameters; never the return address or the caller's frame pointer.</item>
/// <item>Context: the fields that code needs, each in its direction and size.</item>
/// <item>Metadata: 4-byte loads from [r13 + r + d], r zero-extended; nothing is written.</item>
/// <item>Calls are one step with what loads eax, the callee's entry: [r13 + d] with eax = d, or [r13 + rax] with an entry read from metadata.
/// Every return address is listed.</item>
/// <item>An indirect jump leaves through the context's trap stub after naming a listed trap point, or through a jump table:
/// bounds check, table address, load, sum and jump are one step, and every entry goes to an instruction.</item>
/// </list>
/// Zero extension is a property of each register at each instruction: the greatest solution of "an instruction that writes 32 bits makes it
/// so, other writes do not, calls, resumed traps and handlers forget it, where paths join all must agree".
/// </summary>
internal sealed partial class EmittedCodeChecker
{
    private const int Rax = 0, Rcx = 1, Rdx = 2, Rsp = 4, Rbp = 5, Rdi = 7, R13 = 13, R14 = 14, R15 = 15;
    private const int SlotBytes = FrameLayout.SlotBytes;
    private const int NoIndex = -1;

    private readonly LinkedFunction function;
    private readonly CompiledFunction compiled;
    private readonly GuestInstruction[] instructions;

    /// <summary>By code offset: the index of the instruction that starts there, or <see cref="NoIndex"/>.</summary>
    private readonly int[] indexOf;

    /// <summary>By instruction: something may jump there.</summary>
    private readonly bool[] isTarget;

    private readonly Dictionary<uint, TrapPoint> trapPoints;
    private readonly HashSet<int> resumeOffsets;
    private readonly Dictionary<int, int> tableCounts;

    /// <summary>The loads of jump tables that have been checked.</summary>
    private readonly HashSet<int> tableLoads = [];

    private int bodyStart;

    private EmittedCodeChecker(LinkedFunction function, CompiledFunction compiled)
    {
        this.function = function;
        this.compiled = compiled;
        indexOf = new int[compiled.InstructionBytes];
        instructions = DecodeAll();
        isTarget = new bool[instructions.Length];
        tableCounts = compiled.JumpTables.ToDictionary(table => table.Offset, table => table.Count);
        trapPoints = compiled.TrapPoints.ToDictionary(point => point.Site);
        resumeOffsets = [.. compiled.TrapPoints.Select(point => point.ResumeOffset).Where(offset => offset >= 0)];
    }

    /// <summary>Accepts or refuses a function.</summary>
    /// <exception cref="RefusedCodeException">The code breaks a rule: a defect of the compiler.</exception>
    public static void Check(LinkedFunction function, CompiledFunction compiled)
    {
        try
        {
            new EmittedCodeChecker(function, compiled).Check();
        }
        catch (RefusedCodeException refused)
        {
            throw new RefusedCodeException(refused.Offset, refused.Rule, function.Name);
        }
    }

    private void Check()
    {
        CheckPrologue();
        CheckJumpTables();
        MarkTargets();
        CheckSequences();
        CheckSites();
        SolveZeroExtension();
        CheckOperands();
    }

    private GuestInstruction[] DecodeAll()
    {
        Array.Fill(indexOf, NoIndex);
        var decoded = new GuestInstruction[Math.Max(compiled.MachineInstructions, 1)];
        int count = 0;
        GuestInstructionDecoder decoder = new(compiled.Code.AsSpan(0, compiled.InstructionBytes));
        for (int offset = 0; offset < compiled.InstructionBytes; offset = decoded[count++].End)
        {
            if (count == decoded.Length)
                Array.Resize(ref decoded, 2 * count);
            indexOf[offset] = count;
            decoded[count] = decoder.Decode(offset);
        }

        if (count == 0 || decoded[count - 1].FallsThrough)
            throw new RefusedCodeException(compiled.InstructionBytes, "control runs off the end of the code");
        Array.Resize(ref decoded, count);
        return decoded;
    }

    /// <summary>The instruction that starts at an offset.</summary>
    private int IndexAt(int offset, int from)
    {
        if ((uint)offset >= (uint)indexOf.Length || indexOf[offset] == NoIndex)
            Refuse(from, $"it refers to offset 0x{offset:x}, where no instruction starts");
        return indexOf[offset];
    }

    [DoesNotReturn]
    private static void Refuse(int offset, string rule) => throw new RefusedCodeException(offset, rule);

    [DoesNotReturn]
    private void Refuse(in GuestInstruction instruction, string rule) =>
        throw new RefusedCodeException(instruction.Offset, $"'{instruction.Form.Name}': {rule}");
}
