using System.Numerics;

namespace ByteVm.Runtime.Interpretation;

/// <summary>32-bit integers: wrapping two's complement; shift counts are masked with 31, as C# defines shifts.</summary>
internal static partial class Operations
{
    public static int AddI32(int a, int b) => a + b;

    public static int SubI32(int a, int b) => a - b;

    public static int MulI32(int a, int b) => a * b;

    public static FaultKind DivI32(int a, int b, out int result)
    {
        result = 0;
        if (b == 0)
            return FaultKind.DivisionByZero;
        result = b == -1 ? -a : a / b;
        return FaultKind.None;
    }

    public static FaultKind RemI32(int a, int b, out int result)
    {
        result = 0;
        if (b == 0)
            return FaultKind.DivisionByZero;
        result = b == -1 ? 0 : a % b;
        return FaultKind.None;
    }

    public static FaultKind DivU32(int a, int b, out int result)
    {
        result = 0;
        if (b == 0)
            return FaultKind.DivisionByZero;
        result = (int)((uint)a / (uint)b);
        return FaultKind.None;
    }

    public static FaultKind RemU32(int a, int b, out int result)
    {
        result = 0;
        if (b == 0)
            return FaultKind.DivisionByZero;
        result = (int)((uint)a % (uint)b);
        return FaultKind.None;
    }

    public static int AndI32(int a, int b) => a & b;

    public static int OrI32(int a, int b) => a | b;

    public static int XorI32(int a, int b) => a ^ b;

    public static int ShlI32(int a, int b) => a << b;

    public static int ShrI32(int a, int b) => a >> b;

    public static int ShrU32(int a, int b) => a >>> b;

    public static int RotlI32(int a, int b) => (int)BitOperations.RotateLeft((uint)a, b);

    public static int RotrI32(int a, int b) => (int)BitOperations.RotateRight((uint)a, b);

    public static int MulhI32(int a, int b) => (int)((long)a * b >> 32);

    public static int MulhU32(int a, int b) => (int)((ulong)(uint)a * (uint)b >> 32);

    public static int NegI32(int a) => -a;

    public static int NotI32(int a) => ~a;

    public static int ClzI32(int a) => BitOperations.LeadingZeroCount((uint)a);

    public static int CtzI32(int a) => BitOperations.TrailingZeroCount(a);

    public static int PopcntI32(int a) => BitOperations.PopCount((uint)a);

    public static FaultKind AddCheckedI32(int a, int b, out int result) => Narrow((long)a + b, out result);

    public static FaultKind SubCheckedI32(int a, int b, out int result) => Narrow((long)a - b, out result);

    public static FaultKind MulCheckedI32(int a, int b, out int result) => Narrow((long)a * b, out result);

    public static bool EqI32(int a, int b) => a == b;

    public static bool NeI32(int a, int b) => a != b;

    public static bool LtI32(int a, int b) => a < b;

    public static bool LeI32(int a, int b) => a <= b;

    public static bool LtU32(int a, int b) => (uint)a < (uint)b;

    public static bool LeU32(int a, int b) => (uint)a <= (uint)b;

    public static bool True(int a) => a != 0;

    public static bool False(int a) => a == 0;

    private static FaultKind Narrow(long exact, out int result)
    {
        result = (int)exact;
        return result == exact ? FaultKind.None : FaultKind.ArithmeticOverflow;
    }
}
