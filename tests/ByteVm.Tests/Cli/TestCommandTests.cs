using System.Text.RegularExpressions;
using ByteVm.Tarn;

namespace ByteVm.Tests.Cli;

/// <summary><c>bytevm test</c>: the list it prints, its exit codes, and that tests are no part of a program.</summary>
public sealed partial class TestCommandTests : IDisposable
{
    private const string Sums =
        """
        fn add(a: int, b: int): int = a + b
        var calls = 0

        test "adds" {
            calls++
            assertEqual(3, add(1, 2))
            assertEqual(1, calls)
        }

        test "adds wrongly" {
            println("so far")
            calls++
            assertEqual(1, calls)
            assertEqual(4, add(1, 2))
        }
        """;

    private readonly Command command = new();

    public void Dispose() => command.Dispose();

    [Theory]
    [InlineData("interpreter")]
    [InlineData("auto")]
    public void TestsAreListedWithWhatFailed(string engine)
    {
        command.Write("sums.tarn", Sums);
        Command.Result result = command.Run("test", "--engine", engine, "sums.tarn");
        Assert.Equal((1, ""), (result.ExitCode, result.Error));
        Assert.StartsWith(
            """
            sums
              ok    adds
              FAIL  adds wrongly  (sums.tarn:10)
                    expected 4, found 3
                    14 | assertEqual(4, add(1, 2))
                    at sums.test "adds wrongly" (sums.tarn:14:5)
                    output:
                    so far

            FAILED: 1 passed, 1 failed,
            """, WithoutTimes(result.Output));
    }

    [Fact]
    public void AFilterPicksTestsByModuleAndName()
    {
        command.Write("sums.tarn", Sums);
        Command.Result result = command.Run("test", "sums.tarn", "--filter", "SUMS: adds wrong");
        Assert.Contains("0 passed, 1 failed", result.Output);
        Assert.Equal("no tests\n", command.Run("test", "sums.tarn", "--filter", "nothing").Output);
    }

    [Fact]
    public void AFolderIsTestedAsOneProgram()
    {
        Directory.CreateDirectory(Path.Combine(command.Folder, "src", "shapes"));
        command.Write("src/main.tarn", "import shapes.round\nfn main() { println(round.area(1)) }\ntest \"uses\" { assertEqual(3, round.area(1)) }\n");
        command.Write("src/shapes/round.tarn", "fn area(r: int): int = 3 * r * r\ntest \"area\" { assert(area(2) == 12, \"wrong\") }\n");
        Command.Result result = command.Run("test", "src");
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("main\n  ok    uses\n\nshapes.round\n  ok    area\n\nok: 2 passed, 0 failed, ", result.Output);
        Assert.Equal("3\n", command.Run("run", "src").Output);
    }

    /// <summary>Two programs whose modules have the same names, one whose main file stands above its modules, and a package.</summary>
    [Fact]
    public void AFolderOfSeveralProgramsIsTestedOneByOne()
    {
        foreach (string program in new[] { "red", "blue" })
        {
            command.Write($"all/{program}/main.tarn", "import color\nimport parts.size.{width}\nfn main() { println(color.name + width()) }\n");
            command.Write($"all/{program}/color.tarn", $"let name = \"{program}\"\ntest \"{program}\" {{ assertEqual(\"{program}\", name) }}\n");
            command.Write($"all/{program}/parts/size.tarn", "import color\nfn width(): int = color.name.length\ntest \"width\" { assert(width() > 2) }\n");
        }

        command.Write("all/tool.tarn", "import tool.help\nfn main() { help.show() }\n");
        command.Write("all/tool/help.tarn", "import tool.texts\nfn show() { println(texts.text) }\ntest \"text\" { assertEqual(\"help\", texts.text) }\n");
        command.Write("all/tool/texts.tarn", "let text = \"help\"\n");
        command.Write("all/kit/tarn.toml", "name = \"kit\"\nversion = \"1.0.0\"\n");
        command.Write("all/kit/kit.tarn", "import kit.inner\ntest \"kit\" { assertEqual(1, inner.one) }\n");
        command.Write("all/kit/inner.tarn", "let one = 1\n");
        Command.Result result = command.Run("test", "all");
        Assert.Equal("", result.Error);
        Assert.Contains("ok: 6 passed, 0 failed", result.Output);

        command.Write("all/blue/color.tarn", "import missing\nlet name = \"x\"\n");
        result = command.Run("test", "all");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("all/blue/color.tarn:1:8: error TARN0102: there is no module 'missing'", result.Error);
        Assert.DoesNotContain("all/red", result.Error);
    }

    [Fact]
    public void TheWholeLibraryIsTested()
    {
        int tests = TarnCompiler.LibraryModules.Sum(m => m.Source.Text.Split('\n').Count(line => line.StartsWith("test \"", StringComparison.Ordinal)));
        Command.Result result = command.Run(
            "test", "std", "--allow", "clock", "--allow", "random", "--allow", "env", "--allow", $"fs:read={command.Folder}", "--allow", $"fs:write={command.Folder}");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"\nok: {tests} passed, 0 failed, ", result.Output);
    }

    [Fact]
    public void ErrorsInTestsAreReportedByTestAndCheckAlone()
    {
        command.Write("bad.tarn", "fn main() { }\ntest \"bad\" { let x: int = \"a\" }\n");
        Command.Result result = command.Run("test", "bad.tarn");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("bad.tarn:2:27: error TARN0200", result.Error);
        Assert.Equal(65, command.Run("check", "bad.tarn").ExitCode);
        Assert.Equal(new Command.Result(0, "", ""), command.Run("run", "bad.tarn"));
    }

    [Theory]
    [InlineData("exit(3)", "it ended the program with exit code 3")]
    [InlineData("while true { }", "limit exceeded")]
    [InlineData("fail(\"no\")", "no\n")]
    [InlineData("assert(1 > 2, \"not more\")", "not more\n")]
    public void WhateverEndsATestFailsIt(string body, string message)
    {
        command.Write("ends.tarn", $"test \"ends\" {{ {body} }}\n");
        Command.Result result = command.Run("test", "--timeout", "0.5", "ends.tarn");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Output);
    }

    /// <summary>A test that took long is shown with its time.</summary>
    private static string WithoutTimes(string output) => TestTime().Replace(output, "");

    [GeneratedRegex(@"  \(\d+\.\d+ s\)$", RegexOptions.Multiline)]
    private static partial Regex TestTime();
}
