using System.Numerics;
using ByteVm.Bytecode;

namespace ByteVm.Tests.Interpretation;

/// <summary>
/// What instructions that only compute must give, written apart from the interpreter: integers by exact arithmetic and wrapping,
/// floating point by the specification. Values are raw slots; a result that is no number is the fault.
/// </summary>
internal static class ComputingOracles
{
    public static readonly Dictionary<string, Func<long, long, object>> All = [];

    static ComputingOracles()
    {
        AddIntegers("i32", "u32", 32);
        AddIntegers("i64", "u64", 64);
        AddFloats("f32", LoadF32, value => BitConverter.SingleToUInt32Bits((float)value), single: true);
        AddFloats("f64", BitConverter.Int64BitsToDouble, BitConverter.DoubleToInt64Bits, single: false);
        AddConversions();
        All["eq.ref"] = (a, b) => Truth(a == b);
        All["ne.ref"] = (a, b) => Truth(a != b);
        All["null"] = (a, _) => Truth(a == 0);
        All["nonnull"] = (a, _) => Truth(a != 0);
        All["true"] = (a, _) => Truth(a != 0);
        All["false"] = (a, _) => Truth(a == 0);
    }

    public static long Truth(bool value) => value ? 1 : 0;

    private static void AddIntegers(string signed, string unsigned, int bits)
    {
        BigInteger modulus = BigInteger.One << bits;
        BigInteger S(long raw) => bits == 32 ? (int)raw : raw;
        BigInteger U(long raw) => bits == 32 ? (uint)raw : (ulong)raw;
        object Wrap(BigInteger exact)
        {
            var wrapped = (ulong)(((exact % modulus) + modulus) % modulus);
            return (long)wrapped;
        }

        object Checked(BigInteger exact) => exact >= -modulus / 2 && exact < modulus / 2 ? Wrap(exact) : FaultKind.ArithmeticOverflow;
        object Divided(BigInteger divisor, Func<BigInteger> quotient) => divisor.IsZero ? FaultKind.DivisionByZero : Wrap(quotient());
        int Count(long raw) => (int)((uint)raw % (uint)bits);

        All[$"add.{signed}"] = (a, b) => Wrap(S(a) + S(b));
        All[$"sub.{signed}"] = (a, b) => Wrap(S(a) - S(b));
        All[$"mul.{signed}"] = (a, b) => Wrap(S(a) * S(b));
        All[$"add.checked.{signed}"] = (a, b) => Checked(S(a) + S(b));
        All[$"sub.checked.{signed}"] = (a, b) => Checked(S(a) - S(b));
        All[$"mul.checked.{signed}"] = (a, b) => Checked(S(a) * S(b));
        All[$"div.{signed}"] = (a, b) => Divided(S(b), () => BigInteger.Divide(S(a), S(b)));
        All[$"rem.{signed}"] = (a, b) => Divided(S(b), () => BigInteger.Remainder(S(a), S(b)));
        All[$"div.{unsigned}"] = (a, b) => Divided(U(b), () => U(a) / U(b));
        All[$"rem.{unsigned}"] = (a, b) => Divided(U(b), () => U(a) % U(b));
        All[$"and.{signed}"] = (a, b) => Wrap(U(a) & U(b));
        All[$"or.{signed}"] = (a, b) => Wrap(U(a) | U(b));
        All[$"xor.{signed}"] = (a, b) => Wrap(U(a) ^ U(b));
        All[$"shl.{signed}"] = (a, b) => Wrap(U(a) << Count(b));
        All[$"shr.{signed}"] = (a, b) => Wrap(S(a) >> Count(b));
        All[$"shr.{unsigned}"] = (a, b) => Wrap(U(a) >> Count(b));
        All[$"rotl.{signed}"] = (a, b) => Wrap(U(a) << Count(b) | U(a) >> bits - Count(b));
        All[$"rotr.{signed}"] = (a, b) => Wrap(U(a) >> Count(b) | U(a) << bits - Count(b));
        All[$"mulh.{signed}"] = (a, b) => Wrap(S(a) * S(b) >> bits);
        All[$"mulh.{unsigned}"] = (a, b) => Wrap(U(a) * U(b) >> bits);
        All[$"neg.{signed}"] = (a, _) => Wrap(-S(a));
        All[$"not.{signed}"] = (a, _) => Wrap(modulus - 1 - U(a));
        All[$"clz.{signed}"] = (a, _) => (long)Enumerable.Range(0, bits).TakeWhile(i => (U(a) >> bits - 1 - i).IsEven).Count();
        All[$"ctz.{signed}"] = (a, _) => (long)Enumerable.Range(0, bits).TakeWhile(i => (U(a) >> i).IsEven).Count();
        All[$"popcnt.{signed}"] = (a, _) => (long)Enumerable.Range(0, bits).Count(i => !(U(a) >> i).IsEven);
        All[$"eq.{signed}"] = (a, b) => Truth(S(a) == S(b));
        All[$"ne.{signed}"] = (a, b) => Truth(S(a) != S(b));
        All[$"lt.{signed}"] = (a, b) => Truth(S(a) < S(b));
        All[$"le.{signed}"] = (a, b) => Truth(S(a) <= S(b));
        All[$"lt.{unsigned}"] = (a, b) => Truth(U(a) < U(b));
        All[$"le.{unsigned}"] = (a, b) => Truth(U(a) <= U(b));
    }

    private static void AddFloats(string type, Func<long, double> load, Func<double, long> store, bool single)
    {
        // An operation on two floats, done in double and rounded once more, is the correctly rounded one: double has enough bits
        // (Figueroa, "When is double rounding innocuous?", 1995).
        void Add(string name, Func<double, double, double> compute) => All[$"{name}.{type}"] = (a, b) => store(compute(load(a), load(b)));
        void Compare(string name, Func<double, double, bool> holds) => All[$"{name}.{type}"] = (a, b) => Truth(holds(load(a), load(b)));
        bool IsLess(double a, double b) => a < b || (a == 0 && b == 0 && double.IsNegative(a) && !double.IsNegative(b));
        double Choose(double a, double b, bool first) => double.IsNaN(a) ? a : double.IsNaN(b) ? b : first ? a : b;

        Add("add", (a, b) => a + b);
        Add("sub", (a, b) => a - b);
        Add("mul", (a, b) => a * b);
        Add("div", (a, b) => a / b);
        Add("min", (a, b) => Choose(a, b, IsLess(a, b)));
        Add("max", (a, b) => Choose(a, b, IsLess(b, a)));
        Add("sqrt", (a, _) => Math.Sqrt(a));
        Add("floor", (a, _) => Math.Floor(a));
        Add("ceil", (a, _) => Math.Ceiling(a));
        Add("trunc", (a, _) => a < 0 ? Math.Ceiling(a) : Math.Floor(a));
        Add("nearest", (a, _) => Math.Abs(a) >= 1L << 52 || double.IsNaN(a) ? a : Math.CopySign(Math.Abs(a) + (1L << 52) - (1L << 52), a));
        Compare("eq", (a, b) => a == b);
        Compare("ne", (a, b) => a != b);
        Compare("lt", (a, b) => a < b);
        Compare("le", (a, b) => a <= b);
        Compare("nlt", (a, b) => !(a < b));
        Compare("nle", (a, b) => !(a <= b));
        long sign = single ? 1L << 31 : 1L << 63;
        All[$"neg.{type}"] = (a, _) => a ^ sign;
        All[$"abs.{type}"] = (a, _) => a & ~sign;
        All[$"copysign.{type}"] = (a, b) => (a & ~sign) | (b & sign);
    }

    private static void AddConversions()
    {
        All["sext8.i32"] = (a, _) => (long)(uint)(sbyte)a;
        All["sext16.i32"] = (a, _) => (long)(uint)(short)a;
        All["i32.to.i64"] = (a, _) => (long)(int)a;
        All["u32.to.i64"] = (a, _) => (long)(uint)a;
        All["i64.to.i32"] = (a, _) => (long)(uint)a;
        All["i32.to.f32"] = (a, _) => (long)BitConverter.SingleToUInt32Bits((int)a);
        All["i64.to.f32"] = (a, _) => (long)BitConverter.SingleToUInt32Bits(float.Parse(a.ToString()));
        All["i32.to.f64"] = (a, _) => BitConverter.DoubleToInt64Bits((int)a);
        All["i64.to.f64"] = (a, _) => BitConverter.DoubleToInt64Bits(double.Parse(a.ToString()));
        All["f32.to.f64"] = (a, _) => BitConverter.DoubleToInt64Bits(LoadF32(a));
        All["f64.to.f32"] = (a, _) => (long)BitConverter.SingleToUInt32Bits((float)BitConverter.Int64BitsToDouble(a));
        All["f32.to.i32"] = (a, _) => (long)(uint)(int)Saturate(LoadF32(a), int.MinValue, int.MaxValue);
        All["f32.to.i64"] = (a, _) => Saturate(LoadF32(a), long.MinValue, long.MaxValue);
        All["f64.to.i32"] = (a, _) => (long)(uint)(int)Saturate(BitConverter.Int64BitsToDouble(a), int.MinValue, int.MaxValue);
        All["f64.to.i64"] = (a, _) => Saturate(BitConverter.Int64BitsToDouble(a), long.MinValue, long.MaxValue);
        All["f64.to.i32.checked"] = (a, _) => InRange(BitConverter.Int64BitsToDouble(a), int.MinValue, int.MaxValue, value => (uint)(int)value);
        All["f64.to.i64.checked"] = (a, _) => InRange(BitConverter.Int64BitsToDouble(a), long.MinValue, long.MaxValue, value => (long)value);
        All["f32.bits"] = (a, _) => float.IsNaN(BitConverter.Int32BitsToSingle((int)a)) ? 0x7fc00000L : a;
        All["f64.bits"] = (a, _) => double.IsNaN(BitConverter.Int64BitsToDouble(a)) ? 0x7ff8000000000000L : a;
        All["bits.f32"] = (a, _) => a;
        All["bits.f64"] = (a, _) => a;
    }

    private static double LoadF32(long raw) => BitConverter.Int32BitsToSingle((int)raw);

    private static long Saturate(double value, long least, long most)
    {
        if (double.IsNaN(value))
            return 0;
        if (double.IsInfinity(value))
            return value < 0 ? least : most;
        return (long)BigInteger.Max(least, BigInteger.Min(most, new BigInteger(value)));
    }

    private static object InRange(double value, long least, long most, Func<BigInteger, long> store)
    {
        if (!double.IsFinite(value))
            return FaultKind.ArithmeticOverflow;
        var exact = new BigInteger(value);
        return exact >= least && exact <= most ? store(exact) : FaultKind.ArithmeticOverflow;
    }

    /// <summary>Raw slots worth trying for an operand.</summary>
    public static long[] Boundaries(OperandType type) => type switch
    {
        OperandType.I32 => [.. new[] { 0, 1, -1, 2, 7, 31, 32, 33, 63, 100, -100, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0x12345678, int.MaxValue, int.MinValue, int.MinValue + 1 }.Select(i => (long)(uint)i)],
        OperandType.I64 => [0, 1, -1, 2, 10, -10, 0x7fffffff, 0x80000000, 0xffffffff, 1L << 53, (1L << 53) + 1, 0x123456789abcdef0, long.MaxValue, long.MinValue, long.MinValue + 1],
        OperandType.F32 => [.. floats.Select(f => (long)BitConverter.SingleToUInt32Bits((float)f)), 0x7fc12345, 0xffc00001, 1],
        OperandType.F64 => [.. floats.Select(BitConverter.DoubleToInt64Bits), 0x7ff8000000012345, unchecked((long)0xfff8000000000001), 1],
        _ => [0, 65536, 65544, 0xfffffff8],
    };

    private static readonly double[] floats =
    [
        0.0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3.25, 1e-30, 1e30, -1e30, 16777217, 2147483647, 2147483647.5, 2147483648, -2147483648, -2147483648.5, -2147483649,
        9223372036854775807, -9223372036854775808, -9.3e18, double.Epsilon, double.MaxValue, double.PositiveInfinity, double.NegativeInfinity, double.NaN,
    ];
}
