using ByteVm.Bytecode;

namespace ByteVm.Tests.Bytecode;

public sealed class AssemblerErrorTests
{
    [Theory]
    [InlineData("", "a.bva:1:1: expected 'module', found the end of the file")]
    [InlineData("module m\nclas A { }", "a.bva:2:1: expected the next declaration, found 'clas'")]
    [InlineData("module m\nfn f() { return", "a.bva:2:16: expected '}', found the end of the file")]
    [InlineData("module m\nfn f() {\n  retrun\n}", "a.bva:3:3: expected an instruction, label, var, local, handler, line or '}', found 'retrun'")]
    [InlineData("module m\nfn f() {\n  jump L1\n}", "a.bva:3:8: there is no label 'L1' in the function")]
    [InlineData("module m\nfn f() { L: L: return }", "a.bva:2:13: the label 'L' stands twice")]
    [InlineData("module m\nfn f(r1: i32) { return }", "a.bva:2:6: expected r0: registers are declared in order")]
    [InlineData("module m\nfn f(r0: i32) { move r0 r0 return }", "a.bva:2:25: expected ',', found 'r0'")]
    [InlineData("module m\nfn f(r0: Foo) { return }", "a.bva:2:10: there is no type 'Foo'")]
    [InlineData("module m\nclass A { }\nclass A { }\nglobal g: A", "a.bva:4:11: there are several of the name 'A'; write @ and the number of one")]
    [InlineData("module m\nclass A { field x: i32 }\nfields { A::y }", "a.bva:3:13: the type has no field 'y'")]
    [InlineData("module m\nstrings { \"a\\q\" }", "unknown escape \\q")]
    [InlineData("module m\nstrings { \"a\n\" }", "does not end on its line")]
    [InlineData("module m\nfn f(r0: i32) { const.i32 r0, 4294967296 return }", "a.bva:2:31: a constant is 4294967296, which has more than 32 bits")]
    [InlineData("module m\nfn f(r0: f64) { const.f64 r0, 1.2.3 return }", "a.bva:2:31: '1.2.3' is not a number")]
    [InlineData("module m ;", "a.bva:1:10: the character ';' has no meaning here")]
    [InlineData("module m\ncustom \"c\" \"0g\"", "a.bva:2:12: expected an even number of hexadecimal digits")]
    [InlineData("module m\nclass A { fild x: i32 }", "a.bva:2:11: expected a field, method or '}', found 'fild'")]
    public void TheMessageHasLineAndColumn(string text, string message) =>
        Assert.Contains(message, Assert.Throws<AssemblyException>(() => Assembler.Assemble(text, "a.bva")).Message, StringComparison.Ordinal);

    [Fact]
    public void DeeplyNestedTypesAreRefusedWithoutRecursion() =>
        Assert.Throws<AssemblyException>(() => Assembler.Assemble($"module m\nclass A<T> {{ }}\nglobal g: {string.Concat(Enumerable.Repeat("A<", 100_000))}", "a.bva"));
}
