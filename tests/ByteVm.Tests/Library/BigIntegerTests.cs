using System.Globalization;
using System.Numerics;

namespace ByteVm.Tests.Library;

/// <summary>std.bigint against .NET's BigInteger, over seeded random numbers that favour what carries: long runs of ones and zeros.</summary>
public sealed class BigIntegerTests
{
    private static readonly LibraryGuest Guest = new(
        """
        import std.bigint
        import std.bigint.BigInteger

        private fn number(text: string): BigInteger = bigint.parse(text, 16)!!

        fn plus(a: string, b: string): string = (number(a) + number(b)).toText(16)
        fn minus(a: string, b: string): string = (number(a) - number(b)).toText(16)
        fn times(a: string, b: string): string = (number(a) * number(b)).toText(16)
        fn quotient(a: string, b: string): string = (number(a) / number(b)).toText(16)
        fn remainder(a: string, b: string): string = (number(a) % number(b)).toText(16)
        fn gcd(a: string, b: string): string = number(a).gcd(number(b)).toText(16)
        fn power(a: string, exponent: int): string = number(a).power(exponent).toText(16)
        fn modularPower(a: string, b: string, c: string): string = number(a).modularPower(number(b), number(c)).toText(16)
        fn left(a: string, bits: int): string = number(a).shiftLeft(bits).toText(16)
        fn right(a: string, bits: int): string = number(a).shiftRight(bits).toText(16)
        fn compare(a: string, b: string): int = number(a).compareTo(number(b))
        fn order(a: string, b: string): int {
            let x = number(a)
            let y = number(b)
            return (if x < y { 1 } else { 0 }) + (if x == y { 2 } else { 0 }) + (if x >= y { 4 } else { 0 })
        }
        fn sameHash(a: string, b: string): bool = number(a).hash() == (number(b) + BigInteger.zero).hash()
        fn print(a: string, radix: int): string = number(a).toText(radix)
        fn reprint(text: string, radix: int): string = bigint.parse(text, radix)!!.toText(radix)
        fn isNumber(text: string, radix: int): bool = bigint.parse(text, radix) != null
        fn low(a: string): long = number(a).toLong()
        fn fits(a: string): bool = number(a).fitsLong()
        """);

    private readonly Random random = new(11);

    [Theory]
    [InlineData("plus")]
    [InlineData("minus")]
    [InlineData("times")]
    [InlineData("quotient")]
    [InlineData("remainder")]
    public void ArithmeticIsThatOfDotNet(string operation)
    {
        for (int i = 0; i < 400; i++)
        {
            BigInteger a = Next(i % 40 == 0 ? 30_000 : 1500);
            BigInteger b = Next(i % 20 == 0 ? 12_000 : 700);
            if (b.IsZero && operation is "quotient" or "remainder")
                b = -1;
            BigInteger expected = operation switch
            {
                "plus" => a + b,
                "minus" => a - b,
                "times" => a * b,
                "quotient" => BigInteger.Divide(a, b),
                _ => BigInteger.Remainder(a, b),
            };
            Check(expected, operation, Hex(a), Hex(b));
        }
    }

    /// <summary>Quotients one less than the estimate, which need the correction of Knuth's algorithm D, are rare among random numbers.</summary>
    [Fact]
    public void DivisionsNearAMultiple()
    {
        for (int i = 0; i < 400; i++)
        {
            BigInteger b = BigInteger.Abs(Next(i % 10 == 0 ? 16_000 : 800)) + 1;
            BigInteger a = (b * BigInteger.Abs(Next(i % 10 == 0 ? 16_000 : 400))) + random.Next(-1, 2);
            Check(BigInteger.Divide(a, b), "quotient", Hex(a), Hex(b));
            Check(BigInteger.Remainder(a, b), "remainder", Hex(a), Hex(b));
        }
    }

    [Fact]
    public void PowersAndDivisors()
    {
        for (int i = 0; i < 60; i++)
        {
            BigInteger a = Next(300), b = Next(300), c = BigInteger.Abs(Next(300)) + 1, common = Next(200);
            int exponent = random.Next(40);
            Check(BigInteger.Pow(a, exponent), "power", Hex(a), exponent);
            Check(BigInteger.GreatestCommonDivisor(a * common, b * common), "gcd", Hex(a * common), Hex(b * common));
            BigInteger power = BigInteger.ModPow(a, BigInteger.Abs(b), c);
            Check(power.Sign < 0 ? power + c : power, "modularPower", Hex(a), Hex(BigInteger.Abs(b)), Hex(c));
        }
    }

    [Fact]
    public void ShiftsRoundDown()
    {
        for (int i = 0; i < 300; i++)
        {
            BigInteger a = Next(400);
            int bits = random.Next(450);
            Check(a << bits, "left", Hex(a), bits);
            Check(a >> bits, "right", Hex(a), bits);
            Check(a >> bits, "left", Hex(a), -bits);
        }
    }

    [Fact]
    public void OrderAndHash()
    {
        for (int i = 0; i < 300; i++)
        {
            BigInteger a = Next(200), b = i % 3 == 0 ? a + random.Next(-1, 2) : Next(200);
            Assert.Equal(Math.Sign(a.CompareTo(b)), Math.Sign(Guest.Call<int>("compare", Hex(a), Hex(b))));
            Assert.Equal((a < b ? 1 : 0) + (a == b ? 2 : 0) + (a >= b ? 4 : 0), Guest.Call<int>("order", Hex(a), Hex(b)));
            Assert.True(Guest.Call<bool>("sameHash", Hex(a), Hex(a)));
        }
    }

    [Fact]
    public void TextInDecimal()
    {
        for (int bits = 1; bits < 40_000; bits = (bits * 3 / 2) + 1)
        {
            BigInteger a = Next(bits);
            string text = a.ToString(CultureInfo.InvariantCulture);
            Assert.Equal(text, Guest.Call<string>("print", Hex(a), 10));
            Assert.Equal(text, Guest.Call<string>("reprint", text, 10));
        }
    }

    [Fact]
    public void TextInEveryRadix()
    {
        for (int radix = 2; radix <= 36; radix++)
        {
            foreach (int bits in new[] { 5, 64, 300, 9000 })
            {
                BigInteger a = Next(bits);
                string text = InRadix(a, radix);
                Assert.Equal(text, Guest.Call<string>("print", Hex(a), radix));
                Assert.Equal(text, Guest.Call<string>("reprint", text.ToUpperInvariant(), radix));
            }
        }
    }

    [Theory]
    [InlineData("", 10, false)]
    [InlineData("-", 10, false)]
    [InlineData("+7", 10, true)]
    [InlineData("--7", 10, false)]
    [InlineData("12a", 10, false)]
    [InlineData("12a", 11, true)]
    [InlineData("2", 2, false)]
    [InlineData("zZ", 36, true)]
    [InlineData("1 2", 10, false)]
    [InlineData("1/2", 36, false)]
    public void WhatIsANumber(string text, int radix, bool expected) => Assert.Equal(expected, Guest.Call<bool>("isNumber", text, radix));

    [Theory]
    [InlineData("0", 0L, true)]
    [InlineData("-8000000000000000", long.MinValue, true)]
    [InlineData("7fffffffffffffff", long.MaxValue, true)]
    [InlineData("8000000000000000", long.MinValue, false)]
    [InlineData("-8000000000000001", long.MaxValue, false)]
    [InlineData("10000000000000005", 5L, false)]
    public void LowBits(string number, long expected, bool fits)
    {
        Assert.Equal(expected, Guest.Call<long>("low", number));
        Assert.Equal(fits, Guest.Call<bool>("fits", number));
    }

    [Fact]
    public void DivisionByZeroIsAFault() =>
        Assert.Equal(FaultKind.DivisionByZero, Assert.Throws<GuestFaultException>(() => Guest.Call<string>("quotient", "5", "0")).Fault.Kind);

    private static void Check(BigInteger expected, string function, params GuestValue[] arguments) =>
        Assert.Equal(Hex(expected), Guest.Call<string>(function, arguments));

    /// <summary>A number of up to so many bits, either sign, in runs of equal bits as often as of random ones.</summary>
    private BigInteger Next(int bits)
    {
        int wanted = random.Next(bits + 1);
        BigInteger number = 0;
        int length = 0;
        while (length < wanted)
        {
            int run = Math.Min(random.Next(1, 200), wanted - length);
            BigInteger part = random.Next(4) switch
            {
                0 => 0,
                1 => (BigInteger.One << run) - 1,
                _ => RandomBits(run),
            };
            number = (number << run) | part;
            length += run;
        }

        return random.Next(2) == 0 ? number : -number;
    }

    private BigInteger RandomBits(int count)
    {
        var bytes = new byte[(count + 7) / 8];
        random.NextBytes(bytes);
        return new BigInteger(bytes, isUnsigned: true) & ((BigInteger.One << count) - 1);
    }

    private static string Hex(BigInteger number) => InRadix(number, 16);

    private static string InRadix(BigInteger number, int radix)
    {
        if (number.IsZero)
            return "0";
        if (radix == 16)
        {
            string hex = BigInteger.Abs(number).ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
            return number.Sign < 0 ? "-" + hex : hex;
        }

        var digits = new List<char>();
        for (BigInteger rest = BigInteger.Abs(number); !rest.IsZero; rest /= radix)
            digits.Add("0123456789abcdefghijklmnopqrstuvwxyz"[(int)(rest % radix)]);
        if (number.Sign < 0)
            digits.Add('-');
        digits.Reverse();
        return new string([.. digits]);
    }
}
