using Iced.Intel;

namespace ByteVm.Jit.X64.Assembly;

/// <summary>General registers by hardware number.</summary>
internal enum Gpr : byte
{
    Rax,
    Rcx,
    Rdx,
    Rbx,
    Rsp,
    Rbp,
    Rsi,
    Rdi,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
}

/// <summary>Vector registers by hardware number; guest code uses their low 64 bits as a floating-point number.</summary>
internal enum Xmm : byte
{
    Xmm0,
    Xmm1,
    Xmm2,
    Xmm15 = 15,
}

/// <summary>Condition codes by hardware number.</summary>
internal enum Condition : byte
{
    Overflow,
    NoOverflow,
    Below,
    AboveOrEqual,
    Equal,
    NotEqual,
    BelowOrEqual,
    Above,
    Negative,
    NotNegative,
    Unordered,
    Ordered,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Greater,
}

/// <summary>The encoder's names of registers.</summary>
internal static class RegisterNames
{
    private const int FirstRegisterWithoutHighByte = 4;

    public static Register Byte(this Gpr register) => (int)register < FirstRegisterWithoutHighByte
        ? Register.AL + (int)register
        : Register.SPL + ((int)register - FirstRegisterWithoutHighByte);

    public static Register Word(this Gpr register) => Register.AX + (int)register;

    public static Register Dword(this Gpr register) => Register.EAX + (int)register;

    public static Register Qword(this Gpr register) => Register.RAX + (int)register;

    public static Register Name(this Xmm register) => Register.XMM0 + (int)register;
}
