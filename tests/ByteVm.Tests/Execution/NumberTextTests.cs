using System.Text;
using ByteVm.Runtime.Execution.Services;
using CsCheck;

namespace ByteVm.Tests.Execution;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(1.0, "1.0")]
    [InlineData(-1.5, "-1.5")]
    [InlineData(0.1, "0.1")]
    [InlineData(100.0, "100.0")]
    [InlineData(1e20, "100000000000000000000.0")]
    [InlineData(1e21, "1e21")]
    [InlineData(1e100, "1e100")]
    [InlineData(1.5e300, "1.5e300")]
    [InlineData(0.000001, "0.000001")]
    [InlineData(0.0000001, "1e-7")]
    [InlineData(0.00000099, "9.9e-7")]
    [InlineData(123456789.125, "123456789.125")]
    [InlineData(double.MaxValue, "1.7976931348623157e308")]
    [InlineData(double.Epsilon, "5e-324")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void DoublesHaveOneForm(double value, string text) => Assert.Equal(text, Format(value));

    [Theory]
    [InlineData(0.1f, "0.1")]
    [InlineData(16777216f, "16777216.0")]
    [InlineData(1e30f, "1e30")]
    [InlineData(float.MaxValue, "3.4028235e38")]
    public void FloatsUseTheirOwnShortestDigits(float value, string text)
    {
        Span<byte> buffer = stackalloc byte[NumberText.MaxBytes];
        Assert.Equal(text, Encoding.UTF8.GetString(NumberText.Format(value, buffer)));
    }

    [Fact]
    public void EveryDoubleReadsBackAsItself() =>
        Gen.Long.Select(BitConverter.Int64BitsToDouble).Sample(value => Parse(Format(value)).Equals(value), iter: 20_000);

    [Theory]
    [InlineData("1", 1.0)]
    [InlineData("+1.", 1.0)]
    [InlineData("-.5", -0.5)]
    [InlineData("1E3", 1000.0)]
    [InlineData("1e-400", 0.0)]
    [InlineData("1e400", double.PositiveInfinity)]
    [InlineData("-Infinity", double.NegativeInfinity)]
    [InlineData("9007199254740993", 9007199254740992.0)]
    public void NumbersAreRead(string text, double value) => Assert.Equal(value, Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("+")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1,000")]
    [InlineData("0x10")]
    [InlineData("infinity")]
    [InlineData("1.2.3")]
    [InlineData("--1")]
    [InlineData("NaN")]
    public void EverythingElseIsNaN(string text) => Assert.True(double.IsNaN(Parse(text)));

    private static double Parse(string text) => NumberText.Parse(Encoding.UTF8.GetBytes(text));

    private static string Format(double value)
    {
        Span<byte> buffer = stackalloc byte[NumberText.MaxBytes];
        return Encoding.UTF8.GetString(NumberText.Format(value, buffer));
    }
}
