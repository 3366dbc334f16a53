using ByteVm.Jit.X64.Assembly;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Linking;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>Entry, calls and return.</summary>
internal sealed partial class BaselineCompiler
{
    /// <summary>More locals than these are zeroed by a string instruction.</summary>
    private const int MaxUnrolledZeroing = 32;

    private void EmitPrologue()
    {
        asm.Emit(Code.Push_r64, Gpr.Rbp.Qword());
        asm.Emit(Code.Mov_r64_rm64, Gpr.Rbp.Qword(), Gpr.Rsp.Qword());
        asm.Emit(Code.Lea_r64_m, Rax.Qword(), Address.Sum(Gpr.Rbp, -function.FrameBytes));
        asm.Emit(Code.Cmp_r64_rm64, Rax.Qword(), Address.Context(ContextOffsets.StackLimit));
        asm.Jump(Condition.Below, stackOverflow);
        if (function.FrameBytes > 0)
            asm.Emit(Code.Sub_rm64_imm32, Gpr.Rsp.Qword(), OpKind.Immediate32to64, function.FrameBytes);
        EmitZeroLocals(function.LocalSlots);
    }

    private void EmitZeroLocals(int count)
    {
        if (count > MaxUnrolledZeroing)
        {
            asm.Emit(Code.Lea_r64_m, Gpr.Rdi.Qword(), Address.Sum(Gpr.Rbp, -count * FrameLayout.SlotBytes));
            asm.Emit(Code.Mov_r32_imm32, Rcx.Dword(), OpKind.Immediate32, count);
            asm.Emit(Code.Xor_r32_rm32, Rax.Dword(), Rax.Dword());
            asm.RepeatStore();
            return;
        }

        if (count > 1)
            asm.Emit(Code.Xorps_xmm_xmmm128, Xmm0.Name(), Xmm0.Name());
        int done = 0;
        for (; done + 1 < count; done += 2)
            asm.Emit(Code.Movups_xmmm128_xmm, Address.Slot(FrameLayout.LocalWord(done + 1)), Xmm0.Name());
        if (done < count)
            asm.Emit(Code.Mov_rm64_imm32, Address.Slot(FrameLayout.LocalWord(done)), OpKind.Immediate32to64, 0);
    }

    private void EmitCallDirect(in LinkedInstruction instruction)
    {
        asm.Emit(Code.Mov_r32_imm32, Rax.Dword(), OpKind.Immediate32, instruction.Word);
        asm.Emit(Code.Call_rm64, Address.Metadata(instruction.Word));
        FinishCall(instruction.A);
    }

    private void EmitCallVtable(in LinkedInstruction instruction)
    {
        Gpr receiver = Use32(instruction.B);
        MarkFaultSite();
        asm.Emit(Code.Mov_r32_rm32, Rax.Dword(), Address.Heap(receiver, ObjectLayout.TypeOffset));
        asm.Emit(Code.Mov_r32_rm32, Rax.Dword(), Address.Metadata(Rax, TypeDescriptor.VirtualTableOffset + sizeof(uint) * instruction.C));
        asm.Emit(Code.Call_rm64, Address.Metadata(Rax, 0));
        FinishCall(instruction.A);
    }

    private void EmitCallItable(in LinkedInstruction instruction)
    {
        Gpr receiver = Use32(instruction.B);
        MarkFaultSite();
        asm.Emit(Code.Mov_r32_rm32, Rax.Dword(), Address.Heap(receiver, ObjectLayout.TypeOffset));
        asm.Emit(Code.Mov_r32_rm32, Rdx.Dword(), Address.Metadata(Rax, TypeDescriptor.InterfaceMaskOffset));
        asm.Emit(Code.Mov_r32_rm32, Rcx.Dword(), Address.Metadata(Rax, TypeDescriptor.InterfaceTableField));
        asm.Emit(Code.And_rm32_imm32, Rdx.Dword(), OpKind.Immediate32, (int)instruction.Extension);
        asm.Emit(Code.Add_r32_rm32, Rax.Dword(), Rcx.Dword());
        asm.Emit(Code.Lea_r32_m, Rax.Dword(), Address.Sum(Rax, Rdx, sizeof(uint), 0));
        asm.Emit(Code.Mov_r32_rm32, Rax.Dword(), Address.Metadata(Rax, 0));
        asm.Emit(Code.Call_rm64, Address.Metadata(Rax, 0));
        FinishCall(instruction.A);
    }

    private void EmitCallImport(in LinkedInstruction instruction) => EmitService(instruction.A);

    private void EmitReturnVoid(in LinkedInstruction instruction) => EmitEpilogue();

    private void EmitReturnSlot(in LinkedInstruction instruction)
    {
        Copy64(Rax, instruction.A);
        EmitEpilogue();
    }

    private void EmitEpilogue()
    {
        asm.Emit(Code.Leaveq);
        asm.Emit(Code.Retnq);
    }

    /// <summary>A callee may have changed every register and the outgoing area.</summary>
    private void FinishCall(int destination)
    {
        callSites.Add(new CodePoint(asm.Position, word));
        ForgetRegisters();
        if (destination != NoSlot)
            DefineResult(destination);
    }

    private void DefineResult(int slot)
    {
        if (IsFloat(slot))
        {
            Xmm number = NewVector();
            asm.Emit(Code.Movq_xmm_rm64, number.Name(), Rax.Qword());
            DefineFloat(slot, number);
            return;
        }

        Gpr result = NewGeneral();
        if (IsNarrow(slot))
            asm.Emit(Code.Mov_r32_rm32, result.Dword(), Rax.Dword());
        else
            asm.Emit(Code.Mov_r64_rm64, result.Qword(), Rax.Qword());
        DefineGeneral(slot, result, IsNarrow(slot));
    }
}
