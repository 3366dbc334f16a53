using System.Text;
using ByteVm.Bytecode;
using ByteVm.Tarn;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tests.Tarn;

/// <summary>Whatever a source holds, the compiler answers with diagnostics or with a module that the verifier accepts.</summary>
public sealed class RobustnessTests
{
    private const string Sample =
        """
        import std.text.{StringBuilder}
        open class Animal(let name: string, var age: int = 3) {
            open fn sound(): string = "…${age}"
            static let kinds = ["cat", "dog"]
        }
        class Cat(name: string) : Animal(name) {
            let lives: int
            init { lives = if name.length > 3 { 9 } else { 7 } }
            override fn sound(): string = super.sound() + "miau"
        }
        fn find(animals: Animal[], name: string): Animal? {
            for a in animals { if a.name == name && !(a is Cat) || a.age >= 2 { return a } }
            return null
        }
        enum Shape { Circle(r: double), Named(name: string, inner: Shape?), Empty; fn size(): int = match this { Circle(_) => 1, Named("x" | "y", null) => 2, Named(_, s) => s?.size() ?? 3, Empty => 0 } }
        fn main(args: string[]): int {
            let kind = match (args.length, Shape.Named("x", Shape.Empty)) {
                (0, Circle(r)) if r > 1.0 => 'a'
                (1..=9, Named(name, _)) => 'b'
                _ => 'c'
            }
            println("${kind} ${Shape.Circle(2.0) == Shape.Empty}")
            var sum = 0L
            outer: for i in 0..=10 by 2 {
                while true { sum += i * 3 - 0x1F; if sum > 100L { break outer } else { break } }
            }
            let found = find([Cat("Tom"), Animal("Rex", age: 4)], "Rex") ?? Cat("x")
            let grid = new int[3][4](1)
            for c in found.sound() { print(c) }
            println("${grid[1][2]} ${sum} ${(found as? Cat)?.name} ${StringBuilder().append("a")}")
            return sum.toInt() & 0xFF
        }
        """;

    [Fact]
    public void TheSampleCompiles()
    {
        CompilationResult result = CompilerTests.Compile(Sample);
        Assert.Equal("", result.RenderDiagnostics());
        Assert.Empty(Verifier.Check(result.Module!));
    }

    [Theory]
    [InlineData("fn print(text: string) {", "TARN0001")]
    [InlineData("", "TARN0503")]
    [InlineData("value class Optional<T>(has: bool)", "TARN0503")]
    public void AnotherPreludeEndsWithDiagnostics(string text, string code)
    {
        TestCompilationResult result = TarnCompiler.CompileTests("p", [new SourceModule("std.prelude", new SourceText("prelude.tarn", text))], new MemorySources(new Dictionary<string, string>()));
        Assert.Null(result.Module);
        Assert.StartsWith(code, result.Diagnostics.Single().Code);
    }

    [Fact]
    public void APreludeWithOtherBodiesIsCompiled()
    {
        string text = TarnCompiler.LibraryModules.Single(m => m.Name == "std.prelude").Source.Text;
        string other = text.Replace("{ 3 } else { 4 }", "{ 3 } else { 2 + 2 }", StringComparison.Ordinal);
        Assert.NotEqual(text, other);
        TestCompilationResult result = TarnCompiler.CompileTests("p", [new SourceModule("std.prelude", new SourceText("prelude.tarn", other))], new MemorySources(new Dictionary<string, string>()));
        Assert.Equal("", result.RenderDiagnostics());
    }

    [Fact]
    public void HalfOfASurrogatePairIsRefusedAtItsPlace()
    {
        CompilationResult result = CompilerTests.Compile("fn main() { println(\"😀\uD83D\") }");
        Assert.Equal(("TARN0008", 23), (result.Diagnostics.Single().Code, result.Diagnostics.Single().Span.Start));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void MutatedSourcesGiveDiagnosticsOrValidModules(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 300; round++)
            Check(Mutate(random));
    }

    private static void Check(string text)
    {
        CompilationResult result = CompilerTests.Compile(text);
        if (result.Module is null)
            Assert.NotEmpty(result.Diagnostics);
        else
            Assert.True(Verifier.Check(result.Module).Count == 0, $"{string.Join('\n', Verifier.Check(result.Module))}\n{text}");
        result.RenderDiagnostics();
    }

    // Works on words, so that many mutants still parse.
    private static string Mutate(Random random)
    {
        List<string> words = [.. System.Text.RegularExpressions.Regex.Matches(Sample, @"\w+|\s+|.").Select(m => m.Value)];
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            int at = random.Next(words.Count);
            switch (random.Next(4))
            {
                case 0: words.RemoveAt(at); break;
                case 1: words.Insert(at, words[random.Next(words.Count)]); break;
                case 2: words[at] = words[random.Next(words.Count)]; break;
                default: words[at] = ((char)random.Next(1, 300)).ToString(); break;
            }
        }

        return string.Concat(words);
    }

    public static TheoryData<string, string> Nestings => new()
    {
        { "parentheses", Function("let x = " + Repeat("(") + "1" + Repeat(")")) },
        { "unclosed parentheses", Function("let x = " + Repeat("(")) },
        { "arrays", Function("let x = " + Repeat("[") + "1" + Repeat("]")) },
        { "blocks", Function(Repeat("if true { ") + Repeat("}")) },
        { "conditions", Function("let x = " + Repeat("if true { 1 } else { ") + "1" + Repeat("}")) },
        { "bare conditions", Function(Repeat("if if ") + "true {}") },
        { "prefixes", Function("let x = " + Repeat("- ") + "1") },
        { "calls", Function("f" + Repeat("()")) },
        { "members", Function("f" + Repeat(".f")) },
        { "types", Function("let x: int" + Repeat("[]") + " = null") },
        { "optionals", Function("let x: int" + Repeat("? ") + " = null") },
        { "new arrays", Function("let x = new int" + Repeat("[]") + "[1]") },
        { "sizes", Function("let x = new int" + Repeat("[1]")) },
        { "qualified types", Function("let x: a" + Repeat(".a") + " = null") },
        { "extended types", "fn int" + Repeat("[]") + ".f() { }\n" },
        { "strings", Function("let x = " + Repeat("\"${")) },
        { "loops", Function(Repeat("while true {")) },
        { "quotes", Repeat("\"") },
        { "comments", Repeat("/*") },
        { "closing braces", Repeat("}") },
        { "matches", Function("let x = " + Repeat("match 1 { _ => ") + "1" + Repeat(" }")) },
        { "patterns", "enum E { C(e: E), N }\nfn f(e: E): int = match e {\n" + Repeat("C(") + "N" + Repeat(")") + " => 1\n_ => 2\n}\nfn main() {}" },
        { "guards", Function("let y = 1\nlet x = match y {\n" + Repeat("a if a == y => 1\n") + "_ => 2\n}") },
        { "classes", string.Concat(Enumerable.Range(0, 2000).Select(i => $"open class C{i} : C{i + 1}\n")) },
    };

    [Theory]
    [MemberData(nameof(Nestings))]
    public void DeepNestingIsRefused(string what, string text)
    {
        CompilationResult result = CompilerTests.Compile(text);
        Assert.True(result.Diagnostics.Count > 0, what);
        Assert.Null(result.Module);
    }

    public static TheoryData<string, string> Chains => new()
    {
        { "sum", Function("let y = 1\nlet x = y" + Repeat(" + y")) },
        { "mixed", Function("let y = 1\nlet x = y" + Repeat(" + y * 2 - y / 3")) },
        { "text", Function("let y = \"a\"\nlet x = y" + Repeat(" + y")) },
        { "and", Function("let y = true\nlet x = y" + Repeat(" && y")) },
        { "or", Function("let y = true\nif y" + Repeat(" || y && y") + " {}") },
        { "coalesce", Function("let y: string? = null\nlet x = y" + Repeat(" ?? y") + " ?? \"\"") },
        { "else if", Function("let y = 1\nif y == 0 {}" + Repeat(" else if y == 1 {}")) },
        { "array", Function("let x = [1" + Repeat(", 1") + "]") },
        { "arms", Function($"let y = 1\nlet x = match y {{\n{Numbered("{0} => {0}\n")}_ => 0\n}}") },
        { "texts", Function($"let y = \"\"\nlet x = match y {{\n{Numbered("\"n{0}\" => {0}\n")}_ => 0\n}}") },
        { "alternatives", Function($"let y = 1\nlet x = match y {{\n-1{Numbered(" | {0}")} => 1\n_ => 0\n}}") },
        { "cases", $"enum E {{\n{Numbered("C{0}(n: int)\n")}}}\nfn f(e: E): int = match e {{\n{Numbered("C{0}(n) => n\n")}}}\nfn main() {{}}" },
        { "statements", Function(Repeat("println(1)\n")) },
    };

    [Theory]
    [MemberData(nameof(Chains))]
    public void LongChainsCompile(string what, string text)
    {
        CompilationResult result = CompilerTests.Compile(text);
        Assert.True(result.RenderDiagnostics().Length == 0, what + result.RenderDiagnostics());
        Assert.Empty(Verifier.Check(result.Module!));
    }

    private static string Numbered(string format) => string.Concat(Enumerable.Range(0, 2_000).Select(i => string.Format(System.Globalization.CultureInfo.InvariantCulture, format, i)));

    private static string Repeat(string text) => new StringBuilder().Insert(0, text, 10_000).ToString();

    private static string Function(string body) => $"fn main() {{\n{body}\n}}\n";
}
