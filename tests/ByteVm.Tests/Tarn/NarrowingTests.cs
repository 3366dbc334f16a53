using ByteVm.Tarn;

namespace ByteVm.Tests.Tarn;

/// <summary>
/// What a test has shown of a variable is forgotten where a function that captures the variable may assign it, also where the function stands further
/// down in a loop than the use.
/// </summary>
public sealed class NarrowingTests
{
    private const string Start = "class P(let v: int)\nfn main() {\n    var x: P? = P(1)\n    var change: fn(): void = () => { }\n    var n = 0\n";

    [Theory]
    [InlineData("a lambda before the use", "if x != null { change = () => { x = null }; change(); println(x.v) }")]
    [InlineData("a lambda before the test", "change = () => { x = null }\nif x != null { change(); println(x.v) }")]
    [InlineData("a local function", "if x != null { fn clear() { x = null }; clear(); println(x.v) }")]
    [InlineData("a type test", "change = () => { x = null }\nif x is P { change(); println(x.v) }")]
    [InlineData("what the declaration shows", "change = () => { x = null }\nchange()\nprintln(x.v)")]
    [InlineData("a lambda further down in a for loop", "for i in 0..2 { if x != null { change(); println(x.v); change = () => { x = null } } }")]
    [InlineData("a lambda further down in a while loop", "while n < 2 { n = n + 1; if x != null { change(); println(x.v); change = () => { x = null } } }")]
    [InlineData("a local function further down in a loop", "while n < 2 { n = n + 1; if x is P { change(); println(x.v); fn clear() { x = null }; change = clear } }")]
    [InlineData("a lambda in a lambda in a loop", "for i in 0..2 { if x != null { change(); println(x.v); change = () => { let inner: fn(): void = () => { x = null }; inner() } } }")]
    [InlineData("a loop in a loop", "for i in 0..2 { if x != null { for j in 0..2 { change(); println(x.v) } }; for j in 0..2 { change = () => { x = null } } }")]
    [InlineData("a loop's own condition", "while x != null { change(); println(x.v); change = () => { x = null } }")]
    [InlineData("an assignment further down in a loop", "if x != null { for i in 0..2 { println(x.v); x = null } }")]
    public void IsRefused(string where, string statements)
    {
        string diagnostics = Diagnostics(statements);
        Assert.True(diagnostics.Contains("error TARN0204: 'v' on a value that may be null (P?)", StringComparison.Ordinal), $"{where}: {diagnostics}");
    }

    [Theory]
    [InlineData("if x != null { println(x.v); change = () => { n = n + 1 }; change(); println(x.v) }")]
    [InlineData("for i in 0..2 { if x != null { println(x.v); change = () => { n = n + 1 } } }")]
    [InlineData("for i in 0..2 { let y = x; if y != null { println(y.v); change = () => { x = null } } }")]
    public void IsAllowedWhereOnlyOthersAreAssigned(string statements) => Assert.Equal("", Diagnostics(statements));

    private static string Diagnostics(string statements)
    {
        CompilationResult result = CompilerTests.Compile($"{Start}    {statements.Replace("\n", "\n    ", StringComparison.Ordinal)}\n}}\n");
        return result.RenderDiagnostics();
    }
}
