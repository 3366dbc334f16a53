using ByteVm.Memory.Layout;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Tests.Host;

/// <summary>Guest code that fills every free register with its own value, and code that returns how many bits differ from that.</summary>
internal static unsafe class RegisterPattern
{
    private static readonly (int Number, AssemblerRegister64 Register)[] General =
        [(0, rax), (1, rcx), (2, rdx), (3, rbx), (6, rsi), (7, rdi), (8, r8), (9, r9), (10, r10), (11, r11), (12, r12)];

    private static readonly AssemblerRegisterXMM[] Vector =
        [xmm0, xmm1, xmm2, xmm3, xmm4, xmm5, xmm6, xmm7, xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15];

    /// <summary>General registers, then the low and the high half of each vector register.</summary>
    public static int Count => General.Length + 2 * Vector.Length;

    public static void Load(Assembler c)
    {
        for (int i = 0; i < Vector.Length; i++)
        {
            c.mov(rax, Value(100 + i));
            c.movq(Vector[i], rax);
            c.mov(rax, Value(200 + i));
            c.pinsrq(Vector[i], rax, 1);
        }

        foreach ((int number, AssemblerRegister64 register) in General)
            c.mov(register, Value(number));
    }

    /// <summary>Returns 0 if nothing changed.</summary>
    public static void Check(Assembler c)
    {
        for (int i = General.Length - 1; i >= 0; i--)
            c.push(General[i].Register);
        c.xor(ecx, ecx);
        foreach ((int number, _) in General)
        {
            c.pop(rax);
            Accumulate(c, Value(number));
        }

        for (int i = 0; i < Vector.Length; i++)
        {
            c.movq(rax, Vector[i]);
            Accumulate(c, Value(100 + i));
            c.pextrq(rax, Vector[i], 1);
            Accumulate(c, Value(200 + i));
        }

        c.mov(rax, rcx);
        c.ret();
    }

    public static void AssertSaved(InstanceContext* context)
    {
        foreach ((int number, _) in General)
            Assert.Equal(Value(number), At(context, InstanceContext.GeneralRegisterOffset(number)));
        for (int i = 0; i < Vector.Length; i++)
        {
            Assert.Equal(Value(100 + i), At(context, InstanceContext.VectorRegisterOffset(i)));
            Assert.Equal(Value(200 + i), At(context, InstanceContext.VectorRegisterOffset(i) + 8));
        }
    }

    /// <summary>Where the context keeps register <paramref name="index"/> of <see cref="Count"/>.</summary>
    public static ulong* Saved(InstanceContext* context, int index) => (ulong*)((byte*)context + (index < General.Length
        ? InstanceContext.GeneralRegisterOffset(General[index].Number)
        : InstanceContext.VectorRegisterOffset(0) + 8 * (index - General.Length)));

    private static ulong At(InstanceContext* context, int offset) => *(ulong*)((byte*)context + offset);

    private static void Accumulate(Assembler c, ulong expected)
    {
        c.mov(rdx, expected);
        c.xor(rax, rdx);
        c.or(rcx, rax);
    }

    private static ulong Value(int seed) => (ulong)(seed + 1) * 0x9E37_79B9_7F4A_7C15;
}
