using ByteVm.Memory.Layout;
using Iced.Intel;
using static ByteVm.Host.Linux.SignalFrame;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Host.Stubs;

/// <summary>
/// Copies what a signal handler was given about an interrupted guest (edi signal, rsi siginfo, rdx ucontext) into the context in r10, as a
/// trap of kind <see cref="TrapKind.HardwareFault"/>. Changes rax, r9 and xmm0.
/// </summary>
internal static class FaultedState
{
    public static void Emit(Assembler c)
    {
        c.mov(__dword_ptr[r10 + Context(nameof(InstanceContext.FaultSignal))], edi);
        c.mov(eax, __dword_ptr[rsi + InfoCode]);
        c.mov(__dword_ptr[r10 + Context(nameof(InstanceContext.FaultCode))], eax);
        EmitCopy(c, rsi, InfoAddress, Context(nameof(InstanceContext.FaultAddress)));
        EmitCopy(c, rdx, ContextRip, Context(nameof(InstanceContext.FaultRip)));
        EmitCopy(c, rdx, ContextRip, Context(nameof(InstanceContext.GuestRip)));
        EmitCopy(c, rdx, ContextRsp, Context(nameof(InstanceContext.GuestRsp)));
        EmitCopy(c, rdx, ContextRbp, Context(nameof(InstanceContext.GuestRbp)));
        EmitCopy(c, rdx, ContextFlags, Context(nameof(InstanceContext.GuestFlags)));
        EmitCopyRegisters(c);
        c.mov(__dword_ptr[r10 + Context(nameof(InstanceContext.Trap))], (int)TrapKind.HardwareFault);
        c.mov(__dword_ptr[r10 + Context(nameof(InstanceContext.Resume))], (int)ResumeKind.RegistersAndFlags);
    }

    private static void EmitCopyRegisters(Assembler c)
    {
        foreach ((int number, _) in SavedRegisters.General)
            EmitCopy(c, rdx, ContextGeneralRegisters[number], InstanceContext.GeneralRegisterOffset(number));
        c.mov(r9, __qword_ptr[rdx + ContextFloatingPoint]);
        for (int i = 0; i < SavedRegisters.Vector.Length; i++)
        {
            c.movups(xmm0, __xmmword_ptr[r9 + (FloatingPointXmm0 + 16 * i)]);
            c.movups(__xmmword_ptr[r10 + InstanceContext.VectorRegisterOffset(i)], xmm0);
        }
    }

    private static void EmitCopy(Assembler c, AssemblerRegister64 source, int sourceOffset, int contextOffset)
    {
        c.mov(rax, __qword_ptr[source + sourceOffset]);
        c.mov(__qword_ptr[r10 + contextOffset], rax);
    }

    private static int Context(string field) => InstanceContext.OffsetOf(field);
}
