using ByteVm.Jit.X64.Assembly;
using ByteVm.Memory.Layout;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>
/// What the entries of functions without machine code lead to. A call has left the entry's offset in eax; it becomes the trap's argument. The
/// return address stays on the guest stack, so the host goes on by jumping to the function's code.
/// </summary>
internal static class CompileStub
{
    public static byte[] Emit()
    {
        X64Assembler asm = new();
        asm.Emit(Code.Mov_r32_rm32, Gpr.Rax.Dword(), Gpr.Rax.Dword());
        asm.Emit(Code.Mov_rm64_r64, Address.Context(ContextOffsets.TrapArgument), Gpr.Rax.Qword());
        asm.Emit(Code.Mov_rm32_imm32, Address.Context(ContextOffsets.Trap), OpKind.Immediate32, (int)TrapKind.Compile);
        asm.Emit(Code.Xor_r32_rm32, Gpr.Rax.Dword(), Gpr.Rax.Dword());
        asm.Emit(Code.Jmp_rm64, Address.Context(ContextOffsets.TrapStub));
        return asm.Finish();
    }
}
