using System.Numerics;
using System.Runtime.CompilerServices;

namespace ByteVm.Runtime.Interpretation;

/// <summary>64-bit integers: wrapping two's complement; shift counts are i32 and masked with 63, as C# defines shifts.</summary>
internal static partial class Operations
{
    public static long AddI64(long a, long b) => a + b;

    public static long SubI64(long a, long b) => a - b;

    public static long MulI64(long a, long b) => a * b;

    public static FaultKind DivI64(long a, long b, out long result)
    {
        result = 0;
        if (b == 0)
            return FaultKind.DivisionByZero;
        result = b == -1 ? -a : a / b;
        return FaultKind.None;
    }

    public static FaultKind RemI64(long a, long b, out long result)
    {
        result = 0;
        if (b == 0)
            return FaultKind.DivisionByZero;
        result = b == -1 ? 0 : a % b;
        return FaultKind.None;
    }

    public static FaultKind DivU64(long a, long b, out long result)
    {
        result = 0;
        if (b == 0)
            return FaultKind.DivisionByZero;
        result = (long)((ulong)a / (ulong)b);
        return FaultKind.None;
    }

    public static FaultKind RemU64(long a, long b, out long result)
    {
        result = 0;
        if (b == 0)
            return FaultKind.DivisionByZero;
        result = (long)((ulong)a % (ulong)b);
        return FaultKind.None;
    }

    public static long AndI64(long a, long b) => a & b;

    public static long OrI64(long a, long b) => a | b;

    public static long XorI64(long a, long b) => a ^ b;

    public static long ShlI64(long a, int b) => a << b;

    public static long ShrI64(long a, int b) => a >> b;

    public static long ShrU64(long a, int b) => a >>> b;

    public static long RotlI64(long a, int b) => (long)BitOperations.RotateLeft((ulong)a, b);

    public static long RotrI64(long a, int b) => (long)BitOperations.RotateRight((ulong)a, b);

    // Not inlined: where the machine has no instruction for it, BigMul takes the address of a local, and a handler with such a local
    // does not tail-call.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long MulhI64(long a, long b) => Math.BigMul(a, b, out _);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long MulhU64(long a, long b) => (long)Math.BigMul((ulong)a, (ulong)b, out _);

    public static long NegI64(long a) => -a;

    public static long NotI64(long a) => ~a;

    public static int ClzI64(long a) => BitOperations.LeadingZeroCount((ulong)a);

    public static int CtzI64(long a) => BitOperations.TrailingZeroCount(a);

    public static int PopcntI64(long a) => BitOperations.PopCount((ulong)a);

    // Overflow, from the signs (Warren, "Hacker's Delight", 2-13): both operands differ from the sum, or the operands differ in
    // sign and the difference differs from the first.
    public static FaultKind AddCheckedI64(long a, long b, out long result)
    {
        result = a + b;
        return ((a ^ result) & (b ^ result)) < 0 ? FaultKind.ArithmeticOverflow : FaultKind.None;
    }

    public static FaultKind SubCheckedI64(long a, long b, out long result)
    {
        result = a - b;
        return ((a ^ b) & (a ^ result)) < 0 ? FaultKind.ArithmeticOverflow : FaultKind.None;
    }

    public static FaultKind MulCheckedI64(long a, long b, out long result)
    {
        long high = Math.BigMul(a, b, out result);
        return high == result >> 63 ? FaultKind.None : FaultKind.ArithmeticOverflow;
    }

    public static bool EqI64(long a, long b) => a == b;

    public static bool NeI64(long a, long b) => a != b;

    public static bool LtI64(long a, long b) => a < b;

    public static bool LeI64(long a, long b) => a <= b;

    public static bool LtU64(long a, long b) => (ulong)a < (ulong)b;

    public static bool LeU64(long a, long b) => (ulong)a <= (ulong)b;
}
