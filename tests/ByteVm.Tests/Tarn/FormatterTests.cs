using ByteVm.Tarn.Formatting;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tests.Tarn;

/// <summary>The one style: tests/files/format/NAME.tarn becomes NAME.expected, and nothing changes twice.</summary>
public sealed class FormatterTests
{
    private static readonly string folder = Path.Combine(Repository.Root, "tests", "files", "format");

    public static IEnumerable<TheoryDataRow<string>> Names => Directory.EnumerateFiles(folder, "*.tarn").Order().Select(f => new TheoryDataRow<string>(Path.GetFileNameWithoutExtension(f)));

    public static IEnumerable<TheoryDataRow<string>> Sources =>
        new[] { "lang/std", "examples", "tests/programs" }
            .SelectMany(d => Directory.EnumerateFiles(Path.Combine(Repository.Root, d), "*.tarn", SearchOption.AllDirectories))
            .Select(f => new TheoryDataRow<string>(Path.GetRelativePath(Repository.Root, f)));

    [Theory]
    [MemberData(nameof(Names))]
    public void BringsSourcesIntoTheOneStyle(string name) =>
        GoldenFile.Check(Path.Combine(folder, name + ".expected"), Format(File.ReadAllText(Path.Combine(folder, name + ".tarn"))));

    [Theory]
    [MemberData(nameof(Names))]
    public void WhatIsFormattedStays(string name)
    {
        string once = Format(File.ReadAllText(Path.Combine(folder, name + ".tarn")));
        Assert.Equal(once, Format(once));
    }

    /// <summary>If this fails: bytevm fmt lang/std examples tests/programs</summary>
    [Theory]
    [MemberData(nameof(Sources))]
    public void SourcesOfThisRepositoryAreFormatted(string path)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, path));
        Assert.Equal(text, Format(text));
    }

    [Fact]
    public void EveryLineEndingBecomesALineFeedAndBlanksAtTheEndGo() =>
        Assert.Equal("fn f() {\n    return\n}\n", Format("fn f() {\r\n  return   \r\n\r\n}\r\n\r\n\r\n"));

    [Fact]
    public void ATuplesPartOfANumberDoesNotBecomeOneNumber() => Assert.Equal("let a = 1. 5\n", Format("let a = 1 .5\n"));

    [Theory]
    [InlineData("let a = - -b\n")]
    [InlineData("let a = + +b - -1\n")]
    [InlineData("let a = ! !b\n")]
    [InlineData("let a: int? ? = null\n")]
    [InlineData("fn int? .f(): List<List<int>>? = null\n")]
    public void SignsThatWouldBeOneTokenStayApart(string text) => Assert.Equal(text, Format(text));

    [Fact]
    public void AnEmptySourceStaysEmpty() => Assert.Equal("", Format("\n\n"));

    [Fact]
    public void WhatDoesNotParseIsReportedAndLeftAlone()
    {
        FormatResult result = TarnFormatter.Format(new SourceText("bad.tarn", "fn f( {"));
        Assert.Null(result.Text);
        Assert.NotEmpty(result.Diagnostics);
    }

    private static string Format(string text)
    {
        FormatResult result = TarnFormatter.Format(new SourceText("test.tarn", text));
        Assert.Empty(result.Diagnostics);
        return result.Text!;
    }
}
