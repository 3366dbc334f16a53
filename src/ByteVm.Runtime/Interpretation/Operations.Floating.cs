namespace ByteVm.Runtime.Interpretation;

/// <summary>Floating point: IEEE 754, round to nearest even. Math.Min and Math.Max give NaN if either is, and order -0 before +0.</summary>
internal static partial class Operations
{
    public static float AddF32(float a, float b) => a + b;

    public static float SubF32(float a, float b) => a - b;

    public static float MulF32(float a, float b) => a * b;

    public static float DivF32(float a, float b) => a / b;

    public static float MinF32(float a, float b) => Math.Min(a, b);

    public static float MaxF32(float a, float b) => Math.Max(a, b);

    public static float NegF32(float a) => -a;

    public static float AbsF32(float a) => MathF.Abs(a);

    public static float SqrtF32(float a) => MathF.Sqrt(a);

    public static double AddF64(double a, double b) => a + b;

    public static double SubF64(double a, double b) => a - b;

    public static double MulF64(double a, double b) => a * b;

    public static double DivF64(double a, double b) => a / b;

    public static double MinF64(double a, double b) => Math.Min(a, b);

    public static double MaxF64(double a, double b) => Math.Max(a, b);

    public static double NegF64(double a) => -a;

    public static double AbsF64(double a) => Math.Abs(a);

    public static double SqrtF64(double a) => Math.Sqrt(a);

    public static double FloorF64(double a) => Math.Floor(a);

    public static double CeilF64(double a) => Math.Ceiling(a);

    public static double TruncF64(double a) => Math.Truncate(a);

    public static double NearestF64(double a) => Math.Round(a, MidpointRounding.ToEven);

    public static double CopysignF64(double a, double b) => Math.CopySign(a, b);

    public static bool EqF32(float a, float b) => a == b;

    public static bool NeF32(float a, float b) => a != b;

    public static bool LtF32(float a, float b) => a < b;

    public static bool LeF32(float a, float b) => a <= b;

    public static bool NltF32(float a, float b) => !(a < b);

    public static bool NleF32(float a, float b) => !(a <= b);

    public static bool EqF64(double a, double b) => a == b;

    public static bool NeF64(double a, double b) => a != b;

    public static bool LtF64(double a, double b) => a < b;

    public static bool LeF64(double a, double b) => a <= b;

    public static bool NltF64(double a, double b) => !(a < b);

    public static bool NleF64(double a, double b) => !(a <= b);
}
