using System.Globalization;
using System.Numerics;
using System.Text;

namespace ByteVm.Tests.Library;

/// <summary>std.text against .NET: letters of either case, UTF-8 that is none, numbers.</summary>
public sealed class TextTests
{
    // .NET keeps the letters out of its mappings whose other case is an ASCII letter; Unicode's data have them. The last two got another case with Unicode 16.
    private const string Different = "İıſƛɤ";

    private static readonly LibraryGuest Guest = new(
        """
        import std.text
        import std.text.categories

        fn upper(text: string): string = text.toUpper()
        fn lower(text: string): string = text.toLower()
        fn decode(bytes: byte[]): string = text.decodeUtf8(bytes, 0, bytes.length)
        fn isUtf8(bytes: byte[]): bool = text.isUtf8(bytes, 0, bytes.length)
        fn inRadix(number: long, radix: int): string = text.inRadix(number, radix)
        fn categoriesOf(first: int, last: int): string = (new string[last - first + 1](i => categories.of(first + i))).join(" ")
        fn fixed(number: double, decimals: int): string = text.fixed(number, decimals)
        fn print(number: double): string = "${number}"
        fn read(number: string): double = text.parseDouble(number)
        fn parse(text: string, radix: int): long = text.toLongOrNull(radix) ?? 0L
        """);

    [Theory]
    [InlineData(0, 0x2AF)]
    [InlineData(0x370, 0x52F)]
    [InlineData(0x1E00, 0x1FFF)]
    [InlineData(0x2C60, 0x2C7F)]
    [InlineData(0xA640, 0xA69F)]
    public void LettersOfEitherCase(int first, int last)
    {
        var letters = new StringBuilder();
        for (int scalar = first; scalar <= last; scalar++)
        {
            if (!Different.Contains((char)scalar, StringComparison.Ordinal))
                letters.Append((char)scalar);
        }

        string text = letters.ToString();
        Assert.Equal(text.ToUpperInvariant(), Guest.Call<string>("upper", text));
        Assert.Equal(text.ToLowerInvariant(), Guest.Call<string>("lower", text));
    }

    /// <summary>.NET has a later version of Unicode: it knows scalars that had no category, and has given another one to one that had.</summary>
    [Fact]
    public void CategoriesOfAllScalars()
    {
        var differences = new List<string>();
        for (int first = 0; first <= 0x10FFFF; first += 0x1000)
        {
            string[] found = Guest.Call<string>("categoriesOf", first, first + 0xFFF).Split(' ');
            for (int i = 0; i < found.Length; i++)
            {
                string expected = ShortName(CharUnicodeInfo.GetUnicodeCategory(first + i));
                if (found[i] != "Cn" && found[i] != expected)
                    differences.Add($"{first + i:X}: {found[i]}, .NET {expected}");
            }
        }

        Assert.Equal(["1171E: Mn, .NET Mc"], differences);
    }

    private static string ShortName(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => "Lu",
        UnicodeCategory.LowercaseLetter => "Ll",
        UnicodeCategory.TitlecaseLetter => "Lt",
        UnicodeCategory.ModifierLetter => "Lm",
        UnicodeCategory.OtherLetter => "Lo",
        UnicodeCategory.NonSpacingMark => "Mn",
        UnicodeCategory.SpacingCombiningMark => "Mc",
        UnicodeCategory.EnclosingMark => "Me",
        UnicodeCategory.DecimalDigitNumber => "Nd",
        UnicodeCategory.LetterNumber => "Nl",
        UnicodeCategory.OtherNumber => "No",
        UnicodeCategory.SpaceSeparator => "Zs",
        UnicodeCategory.LineSeparator => "Zl",
        UnicodeCategory.ParagraphSeparator => "Zp",
        UnicodeCategory.Control => "Cc",
        UnicodeCategory.Format => "Cf",
        UnicodeCategory.Surrogate => "Cs",
        UnicodeCategory.PrivateUse => "Co",
        UnicodeCategory.ConnectorPunctuation => "Pc",
        UnicodeCategory.DashPunctuation => "Pd",
        UnicodeCategory.OpenPunctuation => "Ps",
        UnicodeCategory.ClosePunctuation => "Pe",
        UnicodeCategory.InitialQuotePunctuation => "Pi",
        UnicodeCategory.FinalQuotePunctuation => "Pf",
        UnicodeCategory.OtherPunctuation => "Po",
        UnicodeCategory.MathSymbol => "Sm",
        UnicodeCategory.CurrencySymbol => "Sc",
        UnicodeCategory.ModifierSymbol => "Sk",
        UnicodeCategory.OtherSymbol => "So",
        _ => "Cn",
    };

    [Fact]
    public void BytesThatAreNoUtf8()
    {
        var random = new Random(5);
        byte[] interesting = [0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF];
        for (int i = 0; i < 2000; i++)
        {
            var bytes = new byte[random.Next(9)];
            for (int at = 0; at < bytes.Length; at++)
                bytes[at] = interesting[random.Next(interesting.Length)];
            string expected = Encoding.UTF8.GetString(bytes);
            Assert.Equal(expected, Guest.Call<string>("decode", bytes));
            Assert.Equal(Encoding.UTF8.GetBytes(expected).AsSpan().SequenceEqual(bytes), Guest.Call<bool>("isUtf8", bytes));
        }
    }

    [Fact]
    public void NumbersWithDecimals()
    {
        var random = new Random(6);
        for (int i = 0; i < 4000; i++)
        {
            double number = (i % 4) switch
            {
                0 => BitConverter.Int64BitsToDouble(random.NextInt64(long.MaxValue)),
                1 => Math.Round(random.NextDouble() * 1000, random.Next(5)) + 0.0005,
                2 => random.Next(100_000) / 64.0,
                _ => random.NextDouble() * Math.Pow(10, random.Next(-6, 18)),
            };
            if (!double.IsFinite(number))
                continue;
            int decimals = random.Next(i % 3 == 0 ? 30 : 6);
            Assert.Equal(Rounded(number, decimals), Guest.Call<string>("fixed", number, decimals));
        }
    }

    /// <summary>The exact value, halves up, of what is not negative.</summary>
    private static string Rounded(double number, int decimals)
    {
        long bits = BitConverter.DoubleToInt64Bits(number);
        int stored = (int)(bits >> 52);
        BigInteger mantissa = (bits & ((1L << 52) - 1)) | (stored == 0 ? 0 : 1L << 52);
        BigInteger twice = mantissa * BigInteger.Pow(10, decimals) * 2;
        int exponent = Math.Max(stored, 1) - 1075;
        BigInteger scaled = ((exponent >= 0 ? twice << exponent : twice >> -exponent) + 1) >> 1;
        string digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        return decimals == 0 ? digits : $"{digits[..^decimals]}.{digits[^decimals..]}";
    }

    /// <summary>The text reads as the same number, and no shorter one does; as .NET's shortest text has the same digits.</summary>
    [Fact]
    public void TextsOfDoublesAreTheShortestThatReadTheSame()
    {
        var random = new Random(8);
        for (int i = 0; i < 5000; i++)
        {
            double number = i % 2 == 0 ? BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)) : random.Next(-100_000, 100_000) / Math.Pow(10, random.Next(9));
            if (!double.IsFinite(number))
                continue;
            string text = Guest.Call<string>("print", number);
            Assert.Equal(BitConverter.DoubleToInt64Bits(number), BitConverter.DoubleToInt64Bits(Guest.Call<double>("read", text)));
            Assert.Equal(Digits(number.ToString("R", CultureInfo.InvariantCulture)), Digits(text));
        }
    }

    /// <summary>Without point, exponent, and zeros at either end.</summary>
    private static string Digits(string number) => new string([.. number.Split('e', 'E')[0].Where(char.IsAsciiDigit)]).Trim('0');

    /// <summary>Ties between two doubles, one digit above and below them, the ends of the range, and more digits than any double has.</summary>
    [Theory]
    [InlineData("9007199254740993")]
    [InlineData("9007199254740993.00000000000000000000000000000000000000001")]
    [InlineData("9007199254740992.99999999999999999999999999999999999999999")]
    [InlineData("2.2250738585072011e-308")]
    [InlineData("2.2250738585072012e-308")]
    [InlineData("2.2250738585072014e-308")]
    [InlineData("2.4703282292062327208e-324")]
    [InlineData("2.4703282292062328e-324")]
    [InlineData("1.7976931348623158e308")]
    [InlineData("1.7976931348623159e308")]
    [InlineData("179769313486231580793728971405301e276")]
    [InlineData("0.500000000000000166533453693773481063544750213623046875")]
    [InlineData("3.518437208883201171875e13")]
    [InlineData("62.5364939768271845828")]
    [InlineData("8.10109172351e-10")]
    [InlineData("1.50000000000000011102230246251565404236316680908203125")]
    [InlineData("1.50000000000000011102230246251565404236316680908203124")]
    [InlineData("1.50000000000000011102230246251565404236316680908203126")]
    [InlineData("6.9294956446009195e15")]
    [InlineData("1e23")]
    [InlineData("8.5e-324")]
    [InlineData("1e-400")]
    [InlineData("1e400")]
    [InlineData("-0")]
    public void HardNumbersAreReadAsNearAsCanBe(string text) =>
        Assert.Equal(BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)), BitConverter.DoubleToInt64Bits(Guest.Call<double>("read", text)));

    [Theory]
    [InlineData(0L)]
    [InlineData(-1L)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(1234567890123L)]
    public void NumbersInEveryRadix(long number)
    {
        for (int radix = 2; radix <= 36; radix++)
            Assert.Equal(number, Guest.Call<long>("parse", Guest.Call<string>("inRadix", number, radix), radix));
        Assert.Equal(number.ToString(CultureInfo.InvariantCulture), Guest.Call<string>("inRadix", number, 10));
    }
}
