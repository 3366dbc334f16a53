using ByteVm.Memory.Layout;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Host.Stubs;

/// <summary>Memory operands of stubs: fields of the instance context, by default through its pinned register r14.</summary>
internal static class ContextOperand
{
    public static AssemblerMemoryOperand Qword(string field) => __qword_ptr[r14 + InstanceContext.OffsetOf(field)];

    public static AssemblerMemoryOperand Dword(string field) => __dword_ptr[r14 + InstanceContext.OffsetOf(field)];

    public static AssemblerMemoryOperand General(int number) => __qword_ptr[r14 + InstanceContext.GeneralRegisterOffset(number)];

    public static AssemblerMemoryOperand Vector(int number) => __xmmword_ptr[r14 + InstanceContext.VectorRegisterOffset(number)];
}

/// <summary>The registers that a full trap saves and a full resume restores: all but rsp, rbp (fields of their own) and the pinned r13, r14, r15.</summary>
internal static class SavedRegisters
{
    public static readonly (int Number, AssemblerRegister64 Register)[] General =
    [
        (0, rax), (1, rcx), (2, rdx), (3, rbx), (6, rsi), (7, rdi), (8, r8), (9, r9), (10, r10), (11, r11), (12, r12),
    ];

    public static readonly AssemblerRegisterXMM[] Vector =
    [
        xmm0, xmm1, xmm2, xmm3, xmm4, xmm5, xmm6, xmm7, xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15,
    ];
}
