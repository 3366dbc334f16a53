using ByteVm.Tarn;

namespace ByteVm.Tests.Tarn;

/// <summary>A declaration with syntax errors is left out, the others are checked; that it is not there has no consequences.</summary>
public sealed class SyntaxRecoveryTests
{
    [Fact]
    public void OtherDeclarationsAreChecked() => Check(
        """
        import std.math

        fn broken(a: int): int {
            let x = { 3 }                            // TARN0001
            if a > { return 1 }
            return helper(a
        }

        fn helper(n: int): string = n                // TARN0200

        class Shape(let name: string) {
            fn area(: double = 1.0                   // TARN0001

            fn describe(): string = name + 3
        }

        class Circle(let r: double) : Shape("c") {
            override fn area(): double = r * r * pi  // TARN0100
        }

        enum Color { Red, Green( }                   // TARN0001

        fn uses(s: Shape, c: Color) {
            println(s.area() + broken(2))
            let t: int = "text"                      // TARN0200
            println(s.name)
            unknown()                                // TARN0100
            match c {
                Red => println(1)
                Green => println(2)
            }
            Circle(2.0).describe()
        }

        fn main() {
            return )                                 // TARN0001
        }
        """);

    [Fact]
    public void WhatTheTreeRefusesIsLeftOutToo() => Check(
        """
        private private fn twice(): int = 1          // TARN0016

        fn main() {
            println(twice().length)
            let n: int = "n"                         // TARN0200
        }
        """);

    [Fact]
    public void WrongLiteralsLeaveNothingOut() => Check(
        """
        fn main() {
            let c = 'ab'                             // TARN0012
            let n: int = "n"                         // TARN0200
        }
        """);

    [Fact]
    public void AMissingBraceIsMissedAtTheEnd() => Check("fn main() {\n    if 1 < 2 {\n        println(1)\n    }\n// TARN0001");

    /// <summary>Too many names would be unknown.</summary>
    [Fact]
    public void ABrokenImportEndsTheChecks() => Check(
        """
        import std.{math}.x                          // TARN0015

        fn main() {
            println(math.sqrt("a"))
        }
        """);

    [Fact]
    public void ImportersOfWhatDoesNotParseSayNothing()
    {
        var modules = new MemorySources(new Dictionary<string, string> { ["parts"] = "fn good(): int = 1\n\nfn bad(: int = 2\n\nclass Bad {\n    fn x( }\n}\n" });
        CompilationResult result = TarnCompiler.Compile(
            "main",
            new ByteVm.Tarn.Syntax.SourceText("main.tarn", "import parts\nimport parts.{Bad, bad, good}\nfn main() {\n    println(bad() + parts.bad() + Bad().x())\n    let text: string = good()\n}\n"),
            modules);
        Assert.Equal(["main.tarn:5 TARN0200", "parts.tarn:3 TARN0001", "parts.tarn:6 TARN0001"], result.Diagnostics.Select(d => $"{d.Source!.Name}:{d.Source.LineOf(d.Span.Start)} {d.Code}"));
    }

    /// <param name="text">Lines that have an error end with its code.</param>
    private static void Check(string text)
    {
        IEnumerable<string> expected = text.Split('\n').Select((line, i) => (Parts: line.Split("// "), Line: i + 1)).Where(l => l.Parts.Length > 1).Select(l => $"{l.Line}: {l.Parts[1].Trim()}");
        CompilationResult result = CompilerTests.Compile(text);
        Assert.Equal(expected, result.Diagnostics.Select(d => $"{d.Source!.LineOf(d.Span.Start)}: {d.Code}"));
    }
}
