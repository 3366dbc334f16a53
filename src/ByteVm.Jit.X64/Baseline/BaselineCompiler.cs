using ByteVm.Bytecode;
using ByteVm.Jit.X64.Assembly;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>
/// The baseline compiler: one pass over linked code, preceded by one that finds labels and what kind of value each slot holds.
/// <para>
/// Frames are canonical (<see cref="FrameLayout"/>): every definition is stored to its slot at once, so at every instruction the frame alone
/// holds the guest's state, and a trap, a fault, a collection or another engine needs nothing but the frame and the word. A slot's value
/// also stays in a register (<see cref="RegisterCache"/>), across blocks where all ways into a block agree, and constants are remembered inside a block, so later
/// uses read no memory.
/// </para>
/// <para>
/// Invariants of emitted code, which the checker proves of every function before it is published:
/// a cage offset in a register is zero-extended by the instruction that made it; rax, rcx, rdx and xmm0 are scratch within one linked
/// instruction; what can go wrong goes wrong before the destination is stored.
/// </para>
/// Calls expect the metadata offset of the callee's <see cref="FunctionEntry"/> in eax: the stub of functions not compiled yet finds it there.
/// Not thread-safe; one object compiles any number of functions and keeps its buffers.
/// </summary>
internal sealed partial class BaselineCompiler(ICompilationContext context)
{
    /// <summary>rbx, rsi, rdi, r8 to r12.</summary>
    private const int CachedGeneralRegisters = 1 << 3 | 1 << 6 | 1 << 7 | 0x1F00;

    /// <summary>xmm1 to xmm15.</summary>
    private const int CachedVectorRegisters = 0xFFFE;

    private readonly X64Assembler asm = new();
    private readonly RegisterCache general = new(CachedGeneralRegisters);
    private readonly RegisterCache vector = new(CachedVectorRegisters);
    private readonly List<CodePoint> callSites = [];
    private readonly List<CodePoint> faultSites = [];
    private readonly List<PendingTrap> pendingTraps = [];
    private readonly List<JumpTable> jumpTables = [];

    private LinkedFunction function = null!;

    /// <summary>Word of the instruction being compiled.</summary>
    private int word;

    /// <summary>Compiles a linked function.</summary>
    /// <exception cref="InvalidOperationException">The linked code is not what the linker makes.</exception>
    public CompiledFunction Compile(LinkedFunction linked)
    {
        Begin(linked);
        ScanCode();
        MarkHandlers();
        EmitPrologue();
        EmitBody();
        int bodyBytes = asm.Position;
        EmitExits();
        int instructionBytes = asm.Position;
        EmitJumpTables();
        return new CompiledFunction
        {
            Code = asm.Finish(),
            BodyBytes = bodyBytes,
            InstructionBytes = instructionBytes,
            CallSites = [.. callSites],
            FaultSites = [.. faultSites],
            TrapPoints = TrapPoints(),
            JumpTables = [.. jumpTables],
            HandlerOffsets = HandlerOffsets(),
            StackOverflowOffset = asm.PositionOf(stackOverflow),
            WordOffsets = WordOffsets(),
            MachineInstructions = asm.InstructionCount,
        };
    }

    private unsafe void Begin(LinkedFunction linked)
    {
        if (linked.Code == null)
            throw new InvalidOperationException($"'{linked.Name}' is not linked.");
        function = linked;
        asm.Clear();
        asm.NewLabels(linked.CodeWords);
        callSites.Clear();
        faultSites.Clear();
        pendingTraps.Clear();
        jumpTables.Clear();
        BeginSlots();
        BeginExits();
        pendingTables.Clear();
    }

    private void EmitBody()
    {
        for (word = 0; word < function.CodeWords;)
        {
            LinkedInstruction instruction = function.InstructionAt(word);
            if (isLeader[word])
                EnterBlock();
            asm.Bind(LabelOf(word));
            BeginInstruction();
            Emit(in instruction);
            fallsThrough = (instruction.Opcode.Info().Facts & OpcodeFacts.End) == 0;
            word += instruction.Size;
        }
    }

    /// <summary>The label of the instruction at this word.</summary>
    private static int LabelOf(int word) => word;

    private TrapPoint[] TrapPoints() =>
        [.. pendingTraps.Select(trap => new TrapPoint(trap.Kind, trap.Site, trap.Resume == NoLabel ? -1 : asm.PositionOf(trap.Resume), trap.Word))];

    private int[] WordOffsets()
    {
        int[] offsets = new int[function.CodeWords];
        for (int i = 0; i < offsets.Length; i++)
            offsets[i] = isInstruction[i] ? asm.PositionOf(LabelOf(i)) : -1;
        return offsets;
    }
}
