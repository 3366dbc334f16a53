using ByteVm.Cli;

namespace ByteVm.Tests.Cli;

/// <summary>What the commands say, mistakes included. In this process: they print to writers.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly Command command = new();

    public void Dispose() => command.Dispose();

    [Fact]
    public void HelpShowsCommandsExamplesAndExitCodes()
    {
        (int code, string output, _) = Run("--help");
        Assert.Equal(0, code);
        foreach (string text in new[] { "run <FILE", "build <FILE>", "check <FILE>", "verify <FILE>", "disasm <FILE>", "asm <FILE", "test <FILE", "bytevm run hello.tarn", "Exit codes:", "101" })
            Assert.Contains(text, output);
        Assert.Contains("--allow <CAPABILITY>", Run("run", "--help").Output);
    }

    [Fact]
    public void TyposAreAnsweredWithSuggestions()
    {
        (int code, string output, string error) = Run("rnu", "x.tarn");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("Did you mean", output + error);
        Assert.Contains("run", output + error);
        Assert.EndsWith("Try 'bytevm --help'.\n", error);
    }

    [Theory]
    [InlineData("'12x' is not a size", "run", "--memory", "12x", "a.tarn")]
    [InlineData("'10' is out of range: from 4,096 to 1,073,741,824 bytes", "run", "--stack", "10", "a.tarn")]
    [InlineData("--fuel needs a number from 0 to 9,223,372,036,854,775,807, not '-1'", "run", "--fuel", "-1", "a.tarn")]
    [InlineData("not 'x'", "run", "--fuel", "x", "a.tarn")]
    [InlineData("not '99999999999999999999'", "test", "--fuel", "99999999999999999999", "a.tarn")]
    [InlineData("--top needs a number from 1 to 2,147,483,647, not 'many'", "heap", "--top", "many", "a.dump")]
    [InlineData("'fast'", "run", "--engine", "fast", "a.tarn")]
    [InlineData("there is no capability 'network'", "run", "--allow", "network", "a.tarn")]
    [InlineData("does not say which folder: write fs:read=FOLDER", "run", "--allow", "fs:read", "a.tarn")]
    [InlineData("'a.exe' is not a .tarn source", "run", "a.exe")]
    [InlineData("'9999g' is out of range: from 0 to 2,147,483,648 bytes", "run", "--memory", "9999g", "a.tarn")]
    [InlineData("there is no option '--memroy'", "run", "--memroy", "3", "a.tarn")]
    public void WrongUsageIsExplained(string message, params string[] arguments)
    {
        (int code, _, string error) = Run(arguments);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(message, error);
    }

    [Theory]
    [InlineData("build", "-o", "")]
    [InlineData("doc", "-o", "")]
    [InlineData("run", "--heap-dump", "")]
    public void AnEmptyNameIsNoFileToWrite(string name, string option, string value)
    {
        command.Write("a.tarn", "fn main() { }");
        (int code, _, string error) = Run(name, option, value, InFolder("a.tarn"));
        Assert.Equal((ExitCode.Usage, "bytevm: an empty text names no file or folder to write\n"), (code, error));
    }

    [Fact]
    public void WhatIsNoUtf8IsRefusedAtItsPlaceAndNotFormatted()
    {
        byte[] source = [.. "fn main() { println(\""u8, 0xFC, .. "\") }\n"u8];
        File.WriteAllBytes(InFolder("a.tarn"), source);
        foreach (string name in new[] { "run", "fmt" })
        {
            (int code, _, string error) = Run(name, InFolder("a.tarn"));
            Assert.Equal(ExitCode.BadInput, code);
            Assert.Contains("a.tarn:1:22: error TARN0008", error);
        }

        Assert.Equal(source, File.ReadAllBytes(InFolder("a.tarn")));
    }

    [Fact]
    public void FilesThatAreNotThereOrNotModulesAreNamed()
    {
        (int code, _, string error) = Run("run", InFolder("none.tarn"));
        Assert.Equal((ExitCode.NoInput, $"bytevm: cannot read '{InFolder("none.tarn")}': there is no such file\n"), (code, error));
        Assert.Equal(ExitCode.NoInput, Run("run", command.Folder).Code);
        command.Write("junk.bvm", "this is no module");
        (code, _, error) = Run("run", InFolder("junk.bvm"));
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("Not a valid module: at byte 0", error);
        command.Write("a.tarn", "fn main() { }");
        Assert.Equal(ExitCode.CannotCreate, Run("build", InFolder("a.tarn"), "-o", InFolder("none/a.bvm")).Code);
    }

    [Fact]
    public void ErrorsInASourceArePrintedAndCounted()
    {
        command.Write("bad.tarn", "fn main() {\n    let x: int = \"one\"\n    println(y)\n}\n");
        (int code, _, string error) = Run("check", InFolder("bad.tarn"));
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("bad.tarn:2:18: error TARN", error);
        Assert.Contains("bad.tarn:3:13: error TARN", error);
        Assert.Equal(ExitCode.BadInput, Run("run", InFolder("bad.tarn")).Code);
        Assert.Equal(ExitCode.BadInput, Run("build", InFolder("bad.tarn")).Code);
        command.Write("good.tarn", "fn main() { }\n");
        Assert.Equal((ExitCode.Success, "", ""), Run("check", InFolder("good.tarn")));
    }

    [Fact]
    public void TheLibraryIsCheckedByTheNamesOfItsModules()
    {
        Assert.Equal((ExitCode.Success, "", ""), Run("check", "std"));
        Assert.Equal((ExitCode.Success, "", ""), Run("check", "std.math"));
        (int code, _, string error) = Run("check", "std.nothing");
        Assert.Equal((ExitCode.NoInput, "bytevm: the standard library has no module 'std.nothing'\n"), (code, error));
    }

    [Fact]
    public void AModuleThatBreaksARuleIsRefused()
    {
        command.Write("bad.bva", "module bad\nexport \"f\" = f\nfn f(r0: f64): i32 {\n  return.value r0\n}\n");
        (int code, _, string error) = Run("verify", InFolder("bad.bva"));
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("expected", error);
    }

    [Fact]
    public void DisassemblyShowsSourceLinesAndMachineCode()
    {
        command.Write("sum.tarn", "fn main() {\n    println(add(1, 2))\n}\n\nfn add(a: int, b: int): int {\n    return a + b\n}\n");
        string text = Run("disasm", InFolder("sum.tarn"), "--function", "sum.add").Output;
        Assert.Contains("add.i32", text);
        Assert.Contains("return a + b", text);
        Assert.DoesNotContain("console.write", text);
        (int code, _, string error) = Run("disasm", InFolder("sum.tarn"), "--function", "add");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("there is no function 'add'; there are ", error);
        Assert.Contains("sum.add", error);
    }

    [Fact]
    public void MachineCodeStandsBesideItsBytecode()
    {
        Assert.SkipUnless(ByteVm.Host.DirectExecution.IsSupported, "there is no machine code on this system");
        command.Write("sum.tarn", "fn main() {\n    println(add(1, 2))\n}\n\nfn add(a: int, b: int): int {\n    return a + b\n}\n");
        string text = Run("disasm", InFolder("sum.tarn"), "--native", "--function", "sum.add").Output;
        Assert.Matches(@"add\.i32 .*\n.*mov \w+, ?(dword ptr )?\[rbp\+", text);
    }

    private string InFolder(string name) => Path.Combine(command.Folder, name);

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var output = new StringWriter { NewLine = "\n" };
        var error = new StringWriter { NewLine = "\n" };
        int code = CommandLine.Run(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
