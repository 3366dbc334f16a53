using ByteVm.Jit.X64.Baseline;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Linking;
using Iced.Intel;
using static ByteVm.Tests.Jit.LinkedFragment;
using static Iced.Intel.AssemblerRegisters;
using Instruction = Iced.Intel.Instruction;
using Register = Iced.Intel.Register;

namespace ByteVm.Tests.Jit;

/// <summary>Ways in which a compiler could be wrong, each as a change to code that is right, with what the checker must say of it.</summary>
internal static class InjectedFaults
{
    public static readonly Dictionary<string, (string Rule, Func<CompiledFunction, CompiledFunction> Inject)> All = new()
    {
        // Instructions that guest code must not have.
        ["system call"] = ("may contain", Insert(c => c.syscall())),
        ["old system call"] = ("may contain", Insert(c => c.@int(0x80))),
        ["time stamp"] = ("may contain", Insert(c => c.rdtsc())),
        ["processor identity"] = ("may contain", Insert(c => c.cpuid())),
        ["segment base"] = ("may contain", Insert(c => c.wrfsbase(rax))),
        ["direction flag"] = ("may contain", Insert(c => c.std())),
        ["breakpoint"] = ("may contain", Insert(c => c.int3())),
        ["floating-point control"] = ("may contain", Insert(c => c.ldmxcsr(__dword_ptr[rbp - 8]))),
        ["string instruction"] = ("may contain", Insert(c => c.movsb())),
        ["repeated store in the body"] = ("outside the prologue", Insert(c => c.rep.stosq())),
        ["vector instruction with a new encoding"] = ("may contain", Insert(c => c.vmovups(ymm0, __[rbp - 32]))),
        ["segment prefix"] = ("may contain", Change(IsHeapLoad, i => With(ref i, (ref Instruction x) => x.SegmentPrefix = Register.GS))),
        ["direct call"] = ("may contain", Insert(c => c.call(0x10))),
        ["high byte register"] = ("second byte", Put(Instruction.Create(Code.Movzx_r32_rm8, Register.ECX, Register.AH))),

        // The cage.
        ["heap access without its base"] = ("accesses no object", Change(IsHeapLoad, i => With(ref i, (ref Instruction x) => x.MemoryBase = Register.RSI))),
        ["absolute address"] = ("allowed forms", Insert(c => c.mov(ecx, __dword_ptr[0x1000]))),
        ["code-relative access"] = ("allowed forms", Put(Instruction.Create(Code.Mov_r32_rm32, Register.ECX, new MemoryOperand(Register.RIP, 32)))),
        ["reference loaded in 64 bits"] = ("zero-extended", Change(IsSlotLoad, i => With(ref i, (ref Instruction x) => { x.Code = Code.Mov_r64_rm64; x.Op0Register = x.Op0Register.GetFullRegister(); }))),
        ["index sign-extended"] = ("zero-extended", Change(IsSlotLoad, i => With(ref i, (ref Instruction x) => { x.Code = Code.Movsxd_r64_rm32; x.Op0Register = x.Op0Register.GetFullRegister(); }))),
        ["element address in 64 bits"] = ("zero-extended", Change(i => i.Code == Code.Lea_r32_m, i => With(ref i, (ref Instruction x) => { x.Code = Code.Lea_r64_m; x.Op0Register = Register.RAX; }))),
        ["address changed in 64 bits"] = ("zero-extended", Put(IsElementLoad, WideSum)),
        ["address from a bit scan"] = ("zero-extended", Insert(IsElementLoad, c => c.bsf(eax, ecx))),
        ["address from a shift that may not happen"] = ("zero-extended", Put(IsElementLoad, WideSum, Instruction.Create(Code.Shl_rm32_CL, Register.EAX, Register.CL))),
        ["scaled index in the address"] = ("scaled", Change(IsElementLoad, i => With(ref i, (ref Instruction x) => x.MemoryIndexScale = 4))),
        ["displacement beyond the limit"] = ("exceeds", Change(IsHeapLoad, i => With(ref i, (ref Instruction x) => { x.MemoryDisplacement64 = CageLayout.MaxDisplacement + 1; x.MemoryDisplSize = 8; }))),
        ["negative displacement"] = ("negative", Change(IsHeapLoad, i => With(ref i, (ref Instruction x) => { x.MemoryDisplacement64 = unchecked((ulong)-8); x.MemoryDisplSize = 1; }))),
        ["negative global"] = ("negative", Change(i => i.MemoryBase == Register.R15 && i.MemoryIndex == Register.None, i => With(ref i, (ref Instruction x) => x.MemoryDisplacement64 = unchecked((ulong)-100_000)))),

        // Card marks.
        ["card mark without a store"] = ("another card", Insert(c => c.mov(ecx, ecx), c => c.lea(eax, __[rcx + 16]), c => c.shr(eax, CageLayout.CardShift), c => c.mov(__byte_ptr[r15 + rax + CageLayout.CardTableOffset], 1))),
        ["card number not shifted"] = ("another card", compiled => new CodeEditor(compiled).Remove(IsCardShift).Build()),
        ["card shifted by less"] = ("another card", Change(IsCardShift, i => With(ref i, (ref Instruction x) => x.Immediate8 = CageLayout.CardShift - 1))),
        ["card of another field"] = ("another card", Change(IsCardLea, i => With(ref i, (ref Instruction x) => x.MemoryDisplacement64 += 8))),
        ["card marked clean"] = ("another card", Change(IsCardMark, i => With(ref i, (ref Instruction x) => x.Immediate8 = 0))),
        ["card mark of four bytes"] = ("another card", Change(IsCardMark, i => With(ref i, (ref Instruction x) => { x.Code = Code.Mov_rm32_imm32; x.Op1Kind = OpKind.Immediate32; x.Immediate32 = 1; }))),
        ["write before the card table"] = ("negative", Change(IsCardMark, i => With(ref i, (ref Instruction x) => x.MemoryDisplacement64 -= 8))),
        ["card skipped for young objects"] = ("jumped over for other", Change(IsCardSkip, i => With(ref i, (ref Instruction x) => x.Code = Code.Jb_rel32_64))),
        ["card skipped for all objects"] = ("jumped over for other", Change(IsCardTest, i => With(ref i, (ref Instruction x) => x.MemoryDisplacement64 = (ulong)InstanceContext.OffsetOf(nameof(InstanceContext.Interrupt))))),
        ["card skipped by another register"] = ("jumped over for other", Change(IsCardTest, i => With(ref i, (ref Instruction x) => x.Op0Register = Register.R15D))),
        ["branch past a card's shift"] = ("jumped over", compiled => Retarget(compiled, _ => OffsetOf(compiled, IsCardMark))),

        // Pinned registers and the stack.
        ["cage base written"] = ("pinned", Insert(c => c.mov(r15, rcx))),
        ["cage base incremented"] = ("pinned", Insert(c => c.add(r15, 8))),
        ["context written"] = ("pinned", Insert(c => c.lea(r14, __[rcx + 8]))),
        ["metadata base written"] = ("pinned", Put(Instruction.Create(Code.Xor_r32_rm32, Register.R13D, Register.R13D))),
        ["stack pointer moved"] = ("pinned", Insert(c => c.sub(rsp, 16))),
        ["frame pointer written"] = ("pinned", Insert(c => c.mov(rbp, rcx))),
        ["popped in the body"] = ("undoes the prologue", Insert(c => c.pop(rbp))),
        ["pushed in the body"] = ("outside the prologue", Insert(c => c.push(rcx))),
        ["slot below the frame"] = ("outside of the frame", Insert(c => c.mov(__qword_ptr[rbp - 8 * 64], rcx))),
        ["return address written"] = ("outside of the frame", Insert(c => c.mov(__qword_ptr[rbp + 8], rcx))),
        ["caller's frame pointer written"] = ("outside of the frame", Insert(c => c.mov(__qword_ptr[rbp], rcx))),
        ["return address half written"] = ("outside of the frame", Insert(c => c.movups(__xmmword_ptr[rbp - 8], xmm0))),
        ["slot above the parameters"] = ("outside of the frame", Insert(c => c.mov(rcx, __qword_ptr[rbp + 16 + 8 * 2]))),
        ["slot with an index"] = ("outside of the frame", Insert(c => c.mov(rcx, __qword_ptr[rbp + rcx * 8 - 16]))),
        ["stack through rsp"] = ("allowed forms", Insert(c => c.mov(rcx, __qword_ptr[rsp + 8]))),

        // Context and metadata.
        ["stack limit written"] = ("context", Insert(c => c.mov(__qword_ptr[r14 + ContextOffsets.StackLimit], rcx))),
        ["trap stub written"] = ("context", Insert(c => c.mov(__qword_ptr[r14 + ContextOffsets.TrapStub], rcx))),
        ["host's stack read"] = ("context", Insert(c => c.mov(rcx, __qword_ptr[r14 + InstanceContext.OffsetOf(nameof(InstanceContext.HostRsp))]))),
        ["two fields at once"] = ("context", Insert(c => c.mov(__qword_ptr[r14 + ContextOffsets.HeapTop], rcx))),
        ["context with an index"] = ("context", Insert(c => c.mov(ecx, __dword_ptr[r14 + rcx + ContextOffsets.HeapTop]))),
        ["beyond the context"] = ("context", Insert(c => c.mov(__dword_ptr[r14 + 0x2000], ecx))),
        ["metadata written"] = ("writes metadata", Insert(c => c.mov(ecx, ecx), c => c.mov(__dword_ptr[r13 + rcx], ecx))),
        ["code address read"] = ("another size", Insert(c => c.mov(ecx, ecx), c => c.mov(rcx, __qword_ptr[r13 + rcx]))),
        ["metadata with a wild index"] = ("zero-extended", Insert(c => c.mov(rcx, rdx), c => c.mov(ecx, __dword_ptr[r13 + rcx + 8]))),

        // Control.
        ["branch into an instruction"] = ("no instruction starts", compiled => Retarget(compiled, target => target + 1)),
        ["branch out of the function"] = ("no instruction starts", compiled => Retarget(compiled, _ => 0x10000)),
        ["branch before the function"] = ("no instruction starts", compiled => Retarget(compiled, _ => -64)),
        ["branch into the prologue"] = ("into the prologue", compiled => Retarget(compiled, _ => 4)),
        ["branch to the start"] = ("into the prologue", compiled => Retarget(compiled, _ => 0)),
        ["branch to the undoing of the prologue"] = ("undoes the prologue", compiled => Retarget(compiled, _ => compiled.StackOverflowOffset)),
        ["branch between entry and call"] = ("jumped over", compiled => Retarget(compiled, _ => compiled.CallSites[0].Offset - CallBytes(compiled))),
        ["branch between trap site and trap"] = ("jumped over", compiled => Retarget(compiled, _ => OffsetOf(compiled, IsTrapJump))),
        ["branch past a table's bounds check"] = ("jumped over", compiled => Retarget(compiled, _ => OffsetOf(compiled, i => i.Code == Code.Movsxd_r64_rm32 && i.MemoryBase == Register.RCX))),
        ["indirect jump"] = ("neither to the trap stub", Insert(c => c.jmp(rcx))),
        ["indirect jump through memory"] = ("neither to the trap stub", Insert(c => c.jmp(__qword_ptr[r15 + 64]))),
        ["jump through rax alone"] = ("bounded jump", Insert(c => c.mov(eax, ecx), c => c.mov(eax, ecx), c => c.mov(eax, ecx), c => c.mov(eax, ecx), c => c.mov(eax, ecx), c => c.jmp(rax))),
        ["table without its bounds check"] = ("bounded jump", compiled => new CodeEditor(compiled).ChangeAfter(IsTableCompare, i => With(ref i, (ref Instruction x) => x.Code = Code.Jb_rel32_64)).Build()),
        ["table with a larger bound"] = ("bounded jump", Change(IsTableCompare, i => With(ref i, (ref Instruction x) => x.SetImmediate(1, 100)))),
        ["table indexed by another register"] = ("bounded jump", Change(i => i.Code == Code.Movsxd_r64_rm32 && i.MemoryBase == Register.RCX, i => With(ref i, (ref Instruction x) => x.MemoryIndex = Register.RDX))),
        ["table entry into an instruction"] = ("no instruction starts", compiled => compiled with { Code = Patched(compiled.Code, compiled.JumpTables[0].Offset, b => (byte)(b + 1)) }),
        ["return without leave"] = ("follow leave", compiled => new CodeEditor(compiled).Remove(i => i.Code == Code.Leaveq).Build()),
        ["leave without return"] = ("followed by ret", Insert(c => c.leave())),
        ["return in the body"] = ("follow leave", Insert(c => c.ret())),
        ["call of another function than eax says"] = ("entry that is in eax", Change(i => i.Code == Code.Call_rm64 && i.MemoryIndex == Register.None, i => With(ref i, (ref Instruction x) => x.MemoryDisplacement64 += 16))),
        ["call through another register"] = ("entry that is in eax", Change(i => i.Code == Code.Call_rm64 && i.MemoryIndex == Register.RAX, i => With(ref i, (ref Instruction x) => x.MemoryIndex = Register.RCX))),
        ["call through the cage"] = ("entry that is in eax", Change(i => i.Code == Code.Call_rm64 && i.MemoryIndex == Register.RAX, i => With(ref i, (ref Instruction x) => x.MemoryBase = Register.R15))),
        ["end without a jump"] = ("off the end", compiled => new CodeEditor(compiled).RemoveLast().Build()),

        // Prologue.
        ["smaller frame checked"] = ("prologue", Change(i => i.Code == Code.Lea_r64_m && i.MemoryBase == Register.RBP, i => With(ref i, (ref Instruction x) => x.MemoryDisplacement64 += 16))),
        ["smaller frame taken"] = ("prologue", Change(i => i.Code == Code.Sub_rm64_imm32, i => With(ref i, (ref Instruction x) => x.SetImmediate(1, 16)))),
        ["stack check the wrong way"] = ("prologue", Change(i => i.Code == Code.Jb_rel32_64, i => With(ref i, (ref Instruction x) => x.Code = Code.Jae_rel32_64))),
        ["stack check against another field"] = ("prologue", Change(i => i.Code == Code.Cmp_r64_rm64, i => With(ref i, (ref Instruction x) => x.MemoryDisplacement64 += 8))),
        ["local not zeroed"] = ("zero local slot", compiled => new CodeEditor(compiled).Remove(i => i.Code == Code.Movups_xmmm128_xmm).Build()),
        ["local filled with another register"] = ("zero local slot", Change(i => i.Code == Code.Movups_xmmm128_xmm, i => With(ref i, (ref Instruction x) => x.Op1Register = Register.XMM1))),

        // Lists.
        ["fault site missing"] = ("not listed as a fault site", compiled => compiled with { FaultSites = compiled.FaultSites[1..] }),
        ["fault site that accesses no object"] = ("accesses no object", compiled => compiled with { FaultSites = [compiled.FaultSites[0] with { Offset = 0 }, .. compiled.FaultSites] }),
        ["fault site inside an instruction"] = ("no instruction starts", compiled => compiled with { FaultSites = [compiled.FaultSites[0] with { Offset = compiled.FaultSites[0].Offset + 1 }, .. compiled.FaultSites] }),
        ["call site missing"] = ("not listed", compiled => compiled with { CallSites = compiled.CallSites[1..] }),
        ["call site too many"] = ("are listed", compiled => compiled with { CallSites = [.. compiled.CallSites, compiled.CallSites[^1]] }),
        ["trap point missing"] = ("the trap is not listed", compiled => compiled with { TrapPoints = [.. compiled.TrapPoints.Where(p => p.Kind != TrapKind.Service)] }),
        ["trap of another kind"] = ("not listed", compiled => compiled with { TrapPoints = [.. compiled.TrapPoints.Select(p => p.Kind == TrapKind.Service ? p with { Kind = TrapKind.Interrupt } : p)] }),
        ["fault of an unlisted site"] = ("fault's site", compiled => compiled with { TrapPoints = [.. compiled.TrapPoints.Where(p => p.Kind != TrapKind.Fault)] }),
        ["resume inside an instruction"] = ("no instruction starts", compiled => compiled with { TrapPoints = [.. compiled.TrapPoints.Select(p => p.ResumeOffset >= 0 ? p with { ResumeOffset = p.ResumeOffset + 1 } : p)] }),
        ["bytes behind the code"] = ("no jump table", compiled => compiled with { Code = [.. compiled.Code, 0x90] }),
        ["table inside the code"] = ("where it must not", compiled => compiled with { JumpTables = [compiled.JumpTables[0] with { Offset = 16 }] }),
        ["table longer than the code"] = ("where it must not", compiled => compiled with { JumpTables = [compiled.JumpTables[0] with { Count = 1000 }] }),
    };

    private delegate void Edit(ref Instruction instruction);

    /// <summary>A function with every kind of construct that the faults break.</summary>
    public static LinkedFragment Subject()
    {
        LinkedFragment code = new() { Locals = 6, Parameters = 2, Outgoing = 2 };
        code.Add(LinkedOpcode.Poll);
        code.AddWord(LinkedOpcode.Charge, 0, 9);
        code.Add(LinkedOpcode.Element32, Local(0), Parameter(0), Parameter(1));
        code.Add(LinkedOpcode.Load32, Local(1), Parameter(0), 24);
        code.AddWord(LinkedOpcode.StoreGlobal32, Local(1), 100_000);
        code.Add(LinkedOpcode.StoreRef, Parameter(0), Local(3), 32);
        code.Add(LinkedOpcode.BrTrue, Local(1), 1);
        code.AddWord(LinkedOpcode.CallDirect, Local(2), 4096);
        code.Add(LinkedOpcode.CallVtable, Local(2), Parameter(0), 3);
        code.AddExtended(LinkedOpcode.CallItable, Local(2), Parameter(0), 7);
        code.AddWord(LinkedOpcode.NewObject, Local(3), 128);
        code.Add(LinkedOpcode.FormatI32, Local(4), Local(0));
        code.AddSwitch(Local(0), 8, 8, 9, 8, 9, 8);
        code.Add(LinkedOpcode.Move, Local(5), Local(1));
        return code.Add(LinkedOpcode.ReturnSlot, Local(5));
    }

    private static Instruction WideSum => Instruction.Create(Code.Add_r64_rm64, Register.RAX, Register.RCX);

    private static bool IsHeapLoad(Instruction i) =>
        i is { Code: Code.Mov_r32_rm32, MemoryBase: Register.R15 } && i.MemoryIndex is not (Register.None or Register.RAX);

    private static bool IsElementLoad(Instruction i) => i is { Code: Code.Mov_r32_rm32, MemoryBase: Register.R15, MemoryIndex: Register.RAX };

    private static bool IsSlotLoad(Instruction i) => i is { Code: Code.Mov_r32_rm32, MemoryBase: Register.RBP };

    private static bool IsCardLea(Instruction i) => i is { Code: Code.Lea_r32_m, MemoryDisplacement64: 32 };

    private static bool IsCardShift(Instruction i) => i is { Code: Code.Shr_rm32_imm8, Op0Register: Register.EAX };

    private static bool IsCardTest(Instruction i) =>
        i is { Code: Code.Cmp_r32_rm32, MemoryBase: Register.R14 } && (int)i.MemoryDisplacement64 == InstanceContext.OffsetOf(nameof(InstanceContext.OldStart));

    /// <summary>The three instructions that mark a card are fewer bytes than any others that are jumped over.</summary>
    private static bool IsCardSkip(Instruction i) => i.Code == Code.Jae_rel32_64 && i.NearBranch64 - i.NextIP is > 0 and < 24;

    private static bool IsCardMark(Instruction i) => i is { Code: Code.Mov_rm8_imm8, MemoryBase: Register.R15 };

    private static bool IsTrapJump(Instruction i) => i is { Code: Code.Jmp_rm64, MemoryBase: Register.R14 };

    private static bool IsTableCompare(Instruction i) => i.Code == Code.Cmp_rm32_imm8 && i.Op0Kind == OpKind.Register && i.GetImmediate(1) == 5;

    private static Instruction With(ref Instruction instruction, Edit edit)
    {
        edit(ref instruction);
        return instruction;
    }

    private static Func<CompiledFunction, CompiledFunction> Change(Predicate<Instruction> matches, Func<Instruction, Instruction> change) =>
        compiled => new CodeEditor(compiled).Change(matches, change).Build();

    /// <summary>Inserts at the first field load, in the middle of a block.</summary>
    private static Func<CompiledFunction, CompiledFunction> Put(params Instruction[] inserted) => Put(IsHeapLoad, inserted);

    private static Func<CompiledFunction, CompiledFunction> Put(Predicate<Instruction> before, params Instruction[] inserted) =>
        compiled => inserted.Aggregate(new CodeEditor(compiled), (editor, instruction) => editor.Insert(before, instruction)).Build();

    private static Func<CompiledFunction, CompiledFunction> Insert(params Action<Assembler>[] emit) => Insert(IsHeapLoad, emit);

    private static Func<CompiledFunction, CompiledFunction> Insert(Predicate<Instruction> before, params Action<Assembler>[] emit) =>
        Put(before, [.. emit.Select(Assemble)]);

    private static Instruction Assemble(Action<Assembler> emit)
    {
        Assembler assembler = new(64);
        emit(assembler);
        return assembler.Instructions[0];
    }

    /// <summary>Changes where the branch of br.true goes.</summary>
    private static CompiledFunction Retarget(CompiledFunction compiled, Func<int, int> change)
    {
        CodeEditor editor = new(compiled);
        Instruction branch = editor[editor.Find(i => i.Code == Code.Jne_rel32_64, editor.Find(i => i.Code == Code.Test_rm32_r32))];
        int end = (int)branch.NextIP;
        byte[] code = [.. compiled.Code];
        BitConverter.TryWriteBytes(code.AsSpan(end - sizeof(int)), change((int)branch.NearBranchTarget) - end);
        return compiled with { Code = code };
    }

    private static int OffsetOf(CompiledFunction compiled, Predicate<Instruction> matches)
    {
        CodeEditor editor = new(compiled);
        return (int)editor[editor.Find(matches)].IP;
    }

    private static int CallBytes(CompiledFunction compiled)
    {
        CodeEditor editor = new(compiled);
        return editor[editor.Find(i => i.Code == Code.Call_rm64)].Length;
    }

    private static byte[] Patched(byte[] code, int offset, Func<byte, byte> change)
    {
        byte[] patched = [.. code];
        patched[offset] = change(patched[offset]);
        return patched;
    }
}
