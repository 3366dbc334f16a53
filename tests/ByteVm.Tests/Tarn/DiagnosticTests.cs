using System.Text.RegularExpressions;
using ByteVm.Tarn;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tests.Tarn;

/// <summary>
/// Each diagnostic has a program that provokes it, tests/files/diagnostics/CODE.tarn or the package in the folder CODE, and what the compiler says about it, CODE.expected.
/// With BLESS=1 in the environment the expectations are written instead of compared.
/// </summary>
public sealed partial class DiagnosticTests
{
    private static readonly string folder = Path.Combine(Repository.Root, "tests", "files", "diagnostics");

    public static IEnumerable<TheoryDataRow<string>> Codes => DiagnosticCatalog.All.Select(d => new TheoryDataRow<string>(d.Code));

    [Theory]
    [MemberData(nameof(Codes))]
    public void IsReportedAsExpected(string code)
    {
        string actual = Diagnose(code);
        Assert.Contains(code, actual);
        string expectedFile = Path.Combine(folder, code + ".expected");
        if (Environment.GetEnvironmentVariable("BLESS") == "1")
            File.WriteAllText(expectedFile, actual);
        Assert.Equal(File.ReadAllText(expectedFile), actual);
    }

    [Fact]
    public void EveryFileBelongsToADiagnostic()
    {
        IEnumerable<string> files = Directory.EnumerateFiles(folder, "*.tarn").Concat(Directory.EnumerateDirectories(folder, "TARN*")).Select(f => Path.GetFileNameWithoutExtension(f)!);
        Assert.Equal(DiagnosticCatalog.All.Select(d => d.Code).Order(), files.Order());
    }

    [Fact]
    public void CodesAreUniqueAndInOrder()
    {
        string[] codes = [.. DiagnosticCatalog.All.Select(d => d.Code)];
        Assert.Equal(codes.Distinct().Order(), codes);
    }

    private static string Diagnose(string code)
    {
        CompilationResult result = Directory.Exists(Path.Combine(folder, code)) ? CompilePackage(code) : CompileSource(code);
        Assert.Null(result.Module);
        return result.RenderDiagnostics().Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
    }

    private static CompilationResult CompileSource(string code)
    {
        string text = SourceReader.Read(Path.Combine(folder, code + ".tarn"));
        string name = ModuleComment().Match(text) is { Success: true } comment ? comment.Groups[1].Value : code;
        return TarnCompiler.Compile(name, new SourceText(code + ".tarn", text), new DirectorySources(folder));
    }

    /// <summary>What a source says that stands for a certain module.</summary>
    [GeneratedRegex(@"^// module (\S+)")]
    private static partial Regex ModuleComment();

    private static CompilationResult CompilePackage(string code) => TarnCompiler.CompileFile(Path.Combine(folder, code, "tarn.toml"));
}
