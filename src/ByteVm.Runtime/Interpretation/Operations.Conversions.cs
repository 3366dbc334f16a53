namespace ByteVm.Runtime.Interpretation;

/// <summary>Conversions. From floating point to integer C# truncates and saturates, NaN giving 0, on every platform.</summary>
internal static partial class Operations
{
    private const int CanonicalNaN32 = 0x7fc00000;
    private const long CanonicalNaN64 = 0x7ff8000000000000;

    public static int Sext8I32(int a) => (sbyte)a;

    public static int Sext16I32(int a) => (short)a;

    public static long I32ToI64(int a) => a;

    public static long U32ToI64(int a) => (uint)a;

    public static int I64ToI32(long a) => (int)a;

    public static float I32ToF32(int a) => a;

    public static float I64ToF32(long a) => a;

    public static double I32ToF64(int a) => a;

    public static double I64ToF64(long a) => a;

    public static double F32ToF64(float a) => a;

    public static float F64ToF32(double a) => (float)a;

    public static int F32ToI32(float a) => (int)a;

    public static long F32ToI64(float a) => (long)a;

    public static int F64ToI32(double a) => (int)a;

    public static long F64ToI64(double a) => (long)a;

    public static FaultKind F64ToI32Checked(double a, out int result)
    {
        result = (int)a;
        return a > -2147483649.0 && a < 2147483648.0 ? FaultKind.None : FaultKind.ArithmeticOverflow;
    }

    public static FaultKind F64ToI64Checked(double a, out long result)
    {
        // -2^63 itself fits; the next number below it is 1024 less.
        result = (long)a;
        return a >= -9223372036854775808.0 && a < 9223372036854775808.0 ? FaultKind.None : FaultKind.ArithmeticOverflow;
    }

    public static int F32Bits(float a) => float.IsNaN(a) ? CanonicalNaN32 : BitConverter.SingleToInt32Bits(a);

    public static long F64Bits(double a) => double.IsNaN(a) ? CanonicalNaN64 : BitConverter.DoubleToInt64Bits(a);

    public static float BitsF32(int a) => BitConverter.Int32BitsToSingle(a);

    public static double BitsF64(long a) => BitConverter.Int64BitsToDouble(a);

    public static bool EqRef(uint a, uint b) => a == b;

    public static bool NeRef(uint a, uint b) => a != b;

    public static bool Null(uint a) => a == 0;

    public static bool Nonnull(uint a) => a != 0;
}
