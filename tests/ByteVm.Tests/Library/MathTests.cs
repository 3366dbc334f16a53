namespace ByteVm.Tests.Library;

/// <summary>std.math against .NET's Math over seeded random arguments, in units in the last place.</summary>
public sealed class MathTests
{
    private const int Cases = 3000;

    private static readonly LibraryGuest Guest = new(
        """
        import std.math

        fn exp(x: double): double = math.exp(x)
        fn log(x: double): double = math.log(x)
        fn log2(x: double): double = math.log2(x)
        fn log10(x: double): double = math.log10(x)
        fn sin(x: double): double = math.sin(x)
        fn cos(x: double): double = math.cos(x)
        fn tan(x: double): double = math.tan(x)
        fn asin(x: double): double = math.asin(x)
        fn acos(x: double): double = math.acos(x)
        fn atan(x: double): double = math.atan(x)
        fn atan2(y: double, x: double): double = math.atan2(y, x)
        fn pow(x: double, y: double): double = math.pow(x, y)
        fn hypot(x: double, y: double): double = math.hypot(x, y)
        """);

    public static TheoryData<string> Functions => [.. functions.Keys];

    private static readonly Dictionary<string, (Func<double, double> Expected, double Least, double Most)> functions = new()
    {
        ["exp"] = (Math.Exp, -700, 700),
        ["log"] = (Math.Log, 1e-300, 1e6),
        ["log2"] = (Math.Log2, 1e-300, 1e6),
        ["log10"] = (Math.Log10, 1e-300, 1e6),
        ["sin"] = (Math.Sin, -1000, 1000),
        ["cos"] = (Math.Cos, -1000, 1000),
        ["tan"] = (Math.Tan, -1000, 1000),
        ["asin"] = (Math.Asin, -1, 1),
        ["acos"] = (Math.Acos, -1, 1),
        ["atan"] = (Math.Atan, -1000, 1000),
    };

    [Theory, MemberData(nameof(Functions))]
    public void ResultsAreWithinFourUnits(string name)
    {
        (Func<double, double> expected, double least, double most) = functions[name];
        var random = new Random(9);
        double worst = 0, at = 0;
        for (int i = 0; i < Cases; i++)
        {
            double x = i % 3 == 0 ? Math.Clamp(Math.Pow(2, random.Next(-20, 10)) * (random.NextDouble() - 0.5), least, most) : least + (random.NextDouble() * (most - least));
            double off = Distance(expected(x), Guest.Call<double>(name, x));
            if (off > worst)
                (worst, at) = (off, x);
        }

        Assert.True(worst <= 4, $"{worst} units at {at:R}");
    }

    [Theory]
    [InlineData("sin")]
    [InlineData("cos")]
    [InlineData("tan")]
    public void AnglesMayBeOfAnySize(string name)
    {
        var random = new Random(10);
        for (int i = 0; i < Cases; i++)
        {
            double x = Math.Pow(2, random.Next(10, 1023)) * (1 + random.NextDouble()) * (random.Next(2) == 0 ? 1 : -1);
            double expected = functions[name].Expected(x), actual = Guest.Call<double>(name, x);
            Assert.True(Distance(expected, actual) <= 4, $"{x:R}: {actual:R}, not {expected:R}");
        }
    }

    [Fact]
    public void PowersAreNear()
    {
        var random = new Random(11);
        for (int i = 0; i < Cases; i++)
        {
            double x = random.NextDouble() * Math.Pow(2, random.Next(-30, 30)), y = (random.NextDouble() - 0.5) * Math.Pow(2, random.Next(8));
            if (i % 4 == 0)
                y = random.Next(-300, 300);
            double expected = Math.Pow(x, y);
            if (double.IsNormal(expected))
                Assert.True(Distance(expected, Guest.Call<double>("pow", x, y)) <= 2, $"{x:R} to {y:R} is {expected:R}, not {Guest.Call<double>("pow", x, y):R}");
        }
    }

    [Fact]
    public void PlanesAreMeasured()
    {
        var random = new Random(12);
        for (int i = 0; i < Cases; i++)
        {
            double x = (random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-500, 500)), y = (random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-500, 500));
            Assert.True(Distance(Math.Atan2(y, x), Guest.Call<double>("atan2", y, x)) <= 4, $"{y:R}, {x:R}");
            Assert.True(Distance(double.Hypot(x, y), Guest.Call<double>("hypot", x, y)) <= 4, $"{x:R}, {y:R}");
        }
    }

    private static double Distance(double expected, double actual) =>
        expected.Equals(actual) ? 0 : Math.Abs(expected - actual) / Math.Max(Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected), double.Epsilon);
}
