namespace ByteVm.Tests.Cli;

public sealed class RunTests : IDisposable
{
    private readonly Command command = new();

    public void Dispose() => command.Dispose();

    [Fact]
    public void ASourceRunsAndGivesItsOwnExitCode()
    {
        command.Write("answer.tarn", "fn main(args: string[]): int {\n    println(\"${args.length} ${args[0]} ${args[1]}\")\n    return 42\n}\n");
        Assert.Equal(new Command.Result(42, "3 --fuel -x\n", ""), command.Run("run", "answer.tarn", "--fuel", "-x", "--"));
    }

    [Fact]
    public void AFolderABuiltModuleAndItsTextRunTheSame()
    {
        Directory.CreateDirectory(Path.Combine(command.Folder, "app"));
        command.Write("app/main.tarn", "import shapes\nfn main() { println(shapes.area(3)) }\n");
        command.Write("app/shapes.tarn", "fn area(side: int): int = side * side\n");
        Assert.Equal("9\n", command.Run("run", "app").Output);
        Assert.Equal(new Command.Result(0, "", ""), command.Run("build", "app"));
        Assert.Equal("9\n", command.Run("run", "app.bvm").Output);
        command.Write("app.bva", command.Run("disasm", "app.bvm", "--lossless").Output);
        Assert.Equal("9\n", command.Run("run", "app.bva").Output);
        Assert.Equal(0, command.Run("asm", "app.bva", "-o", "again.bvm").ExitCode);
        Assert.Equal(File.ReadAllBytes(Path.Combine(command.Folder, "app.bvm")), File.ReadAllBytes(Path.Combine(command.Folder, "again.bvm")));
        Assert.StartsWith("again.bvm: valid, ", command.Run("verify", "again.bvm").Output);
    }

    [Fact]
    public void AFaultIsPrintedWithItsTrace()
    {
        command.Write("bad.tarn", "fn main() {\n    print(\"so far\")\n    println([1, 2][two()])\n}\nfn two(): int = 2\n");
        Assert.Equal(new Command.Result(101, "so far", "fault: index out of bounds: index 2, length 2\n    at bad.main (bad.tarn:3:13)\n    at bad.<main>\n"), command.Run("run", "bad.tarn"));
    }

    [Theory]
    [InlineData("--fuel", "10000", "fn main() { while true { } }", "out of fuel: the limit of 10,000 units is used up", "hint: --fuel UNITS gives more")]
    [InlineData("--memory", "1m", "fn main() { let a = new long[1000000]; println(a.length) }", "out of memory: live objects exceed the limit of 1 MiB", "hint: --memory SIZE gives more")]
    [InlineData("--stack", "64k", "fn f(n: int): int = f(n + 1) + 1\nfn main() { println(f(0)) }", "stack overflow: calls nest too deep for the stack of 64 KiB", "hint: --stack SIZE gives more")]
    public void LimitsAreNamedWithTheOptionThatRaisesThem(string option, string value, string source, string message, string hint)
    {
        command.Write("limit.tarn", source);
        Command.Result result = command.Run("run", option, value, "limit.tarn");
        Assert.Equal(102, result.ExitCode);
        Assert.StartsWith($"fault: {message}\n", result.Error);
        Assert.EndsWith($"\n{hint}\n", result.Error);
    }

    [Theory]
    [InlineData("interpreter")]
    [InlineData("auto")]
    public void CtrlCEndsALoopWithATrace(string engine)
    {
        command.Write("loop.tarn", "import std.io\nfn main() {\n    println(\"started\")\n    io.flush()\n    while true { }\n}\n");
        Command.Result result = command.RunAndInterrupt("run", "--engine", engine, "loop.tarn");
        Assert.Equal(130, result.ExitCode);
        Assert.StartsWith("fault: interrupted\n    at loop.main (loop.tarn:", result.Error);
    }

    [Theory]
    [InlineData("interpreter")]
    [InlineData("auto")]
    public void CtrlCEndsTheInitializerOfAModuleWithATrace(string engine)
    {
        command.Write("loop.tarn", "import std.io\nlet answer = search()\nfn search(): int {\n    println(\"started\")\n    io.flush()\n    while true { }\n}\nfn main() { println(answer) }\n");
        Command.Result result = command.RunAndInterrupt("run", "--engine", engine, "loop.tarn");
        Assert.Equal((130, "started\n"), (result.ExitCode, result.Output));
        Assert.StartsWith("fault: interrupted\n    at loop.search (loop.tarn:6:", result.Error);
        Assert.Contains("\n    at loop.<init> (loop.tarn:2:", result.Error);
    }

    [Fact]
    public void AProgramWhoseOutputNobodyReadsEndsWithoutAWord()
    {
        command.Write("yes.tarn", "fn main() {\n    while true { println(\"yes\") }\n}\n");
        Assert.Equal(new Command.Result(141, "yes\n", ""), command.RunAndReadOneLine("run", "yes.tarn"));
    }

    [Fact]
    public void InputIsRead()
    {
        command.Write("echo.tarn", "import std.io\nfn main() {\n    print(\"name? \")\n    let name = io.readLine() ?? \"nobody\"\n    println(\"hello ${name}\")\n}\n");
        Assert.Equal("name? hello Ann\n", command.RunWith("Ann\n", "run", "echo.tarn").Output);
        Assert.Equal("name? hello nobody\n", command.RunWith("", "run", "echo.tarn").Output);
    }

    [Fact]
    public void AMissingCapabilityNamesItsOption()
    {
        command.Write("clock.tarn", "import std.time\nfn main() { println(time.nanoTime() > 0L) }\n");
        Command.Result refused = command.Run("run", "clock.tarn");
        Assert.Equal(77, refused.ExitCode);
        Assert.Equal("fault: denied: 'clock.monotonic' needs the capability 'clock'; --allow clock grants it\n    at clock.main (clock.tarn:2:21)\n    at clock.<main>\n", refused.Error);
        Assert.Equal("true\n", command.Run("run", "--allow", "clock", "clock.tarn").Output);
    }

    [Fact]
    public void StressAndStatisticsAndTracesSayWhatHappened()
    {
        command.Write("hello.tarn", "fn main() { println(\"${1 + 1}\") }\n");
        Command.Result result = command.Run("run", "--gc-stress=safepoint", "--stats", "--trace", "traps", "--engine", "interpreter", "hello.tarn");
        Assert.Equal("2\n", result.Output);
        Assert.Contains("trap: service format.i32 in hello.main (hello.tarn:1:", result.Error);
        Assert.Contains("trap: import console.write in std.prelude.println", result.Error);
        Assert.Matches(@"(?m)^engine +interpreter$", result.Error);
        Assert.Matches(@"(?m)^fuel +\d+$", result.Error);
        Assert.Matches(@"(?m)^collections +[1-9]", result.Error);
        Assert.Matches(@"(?m)^  full +[1-9][\d,]*, pauses p50 [\d.,]+ ms, p99 [\d.,]+ ms, longest [\d.,]+ ms$", result.Error);
        Assert.Matches(@"(?m)^resident +[1-9][\d,]* bytes", result.Error);
    }

    [Fact]
    public void WhatIsResidentIsToldBeforeTheInstanceIsGone()
    {
        command.Write("array.tarn", "let a = new long[10000000]\nfn main() {\n    for i in 0..a.length { a[i] = 1L }\n}\n");
        Command.Result result = command.Run("run", "--stats", "--engine", "interpreter", "array.tarn");
        string resident = System.Text.RegularExpressions.Regex.Match(result.Error, @"(?m)^resident +([\d,]+)").Groups[1].Value;
        Assert.True(long.Parse(resident, System.Globalization.NumberStyles.AllowThousands, System.Globalization.CultureInfo.InvariantCulture) > 80_000_000, result.Error);
    }

    private const string Hoarder = "class Page(let text: string, let before: Page?)\nvar newest: Page? = null\n"
        + "fn main() {\n    var i = 0\n    while i < 1000000 {\n        newest = Page(\"page ${i}\", newest)\n        i = i + 1\n    }\n}\n";

    [Fact]
    public void AModuleOfTheLibraryIsBuiltWhole()
    {
        Assert.Equal(new Command.Result(0, "", ""), command.Run("build", "std.bigint"));
        Assert.Matches(@"^std\.bigint\.bvm: valid, \d+ functions", command.Run("verify", "std.bigint.bvm").Output);
    }

    [Fact]
    public void AHeapDumpAtTheEndShowsWhatGlobalsHold()
    {
        command.Write("hoard.tarn", Hoarder.Replace("1000000", "100", StringComparison.Ordinal));
        Command.Result run = command.Run("run", "--heap-dump", "heap.dump", "hoard.tarn");
        Assert.Matches(@"heap dump: 200 objects written to heap\.dump \(at the end\)", run.Error);
        string shown = command.Run("heap", "heap.dump").Output;
        Assert.Matches(@"(?m)^200 objects, [\d,]+ bytes; reachable 200 objects", shown);
        Assert.Matches(@"(?m)^ +[\d,]+ +[\d.]+ ?% +100  hoard\.Page$", shown);
        Assert.Contains("  global hoard.newest\n  -> hoard.Page at 0x", shown);
    }

    [Fact]
    public void AHeapDumpAtOutOfMemoryIsKept()
    {
        command.Write("hoard.tarn", Hoarder);
        Command.Result run = command.Run("run", "--heap-dump", "heap.dump", "--memory", "1m", "hoard.tarn");
        Assert.Equal(102, run.ExitCode);
        Assert.Contains("(out of memory)", run.Error);
        Assert.DoesNotContain("(at the end)", run.Error);
        Assert.Matches(@"(?m)^[\d,]+ objects, 1,04\d,\d{3} bytes", command.Run("heap", "heap.dump", "--top", "3").Output);
    }

    /// <summary>The program goes on after it, until it is stopped.</summary>
    [Fact]
    public void ASignalAsksForAHeapDump()
    {
        command.Write("hoard.tarn", "import std.io\nclass Page(let text: string)\nvar newest: Page? = null\n"
            + "fn main() {\n    newest = Page(\"page\")\n    println(\"started\")\n    io.flush()\n    while true { }\n}\n");
        Command.Result run = command.RunAndSignal(["-USR1", "-INT"], "run", "--heap-dump", "heap.dump", "hoard.tarn");
        Assert.Equal(130, run.ExitCode);
        Assert.Matches(@"^heap dump: [\d,]+ objects written to heap\.dump \(as asked for\)\nfault: interrupted\n", run.Error);
        Assert.Contains("  global hoard.newest\n", command.Run("heap", "heap.dump").Output);
    }

    [Fact]
    public void WhatIsNoHeapDumpIsRefused()
    {
        command.Write("heap.dump", "no heap at all");
        Command.Result result = command.Run("heap", "heap.dump");
        Assert.Equal((65, "bytevm: heap.dump: at byte 0: this is no heap dump: it does not begin with ByteVmHD\n"), (result.ExitCode, result.Error));
        Command.Result missing = command.Run("heap", "missing.dump");
        Assert.Equal((66, "bytevm: cannot read 'missing.dump': there is no such file\n"), (missing.ExitCode, missing.Error));
    }

    [Fact]
    public void AHeapDumpThatCannotBeWrittenIsRefusedBeforeTheProgramRuns()
    {
        command.Write("hello.tarn", "fn main() { println(\"ran\") }");
        Command.Result result = command.Run("run", "--heap-dump", "missing/heap.dump", "hello.tarn");
        Assert.Equal((73, "", "bytevm: cannot write 'missing/heap.dump': there is no such folder\n"), (result.ExitCode, result.Output, result.Error));
    }

    [Theory]
    [InlineData("99999999999g", "is out of range")]
    [InlineData("9999999999999999999999", "is out of range")]
    [InlineData("64q", "is not a size")]
    [InlineData("-1", "is not a size")]
    public void ASizeThatCannotBeIsRefused(string size, string reason)
    {
        command.Write("hello.tarn", "fn main() { println(\"ran\") }");
        Command.Result result = command.Run("run", $"--memory={size}", "hello.tarn");
        Assert.Equal((64, ""), (result.ExitCode, result.Output));
        Assert.Contains($"'{size}' {reason}", result.Error);
    }

    [Theory]
    [InlineData("alloc", true)]
    [InlineData("random:42", true)]
    [InlineData("random:42:100", true)]
    [InlineData("random:42:0", false)]
    [InlineData("random:42:1:1", false)]
    [InlineData("sometimes", false)]
    [InlineData("random:", false)]
    [InlineData("random:-1", false)]
    public void WaysToStressTheCollector(string way, bool exists)
    {
        command.Write("hello.tarn", "fn main() { println(\"${1 + 1}\") }\n");
        Command.Result result = command.Run("run", $"--gc-stress={way}", "hello.tarn");
        Assert.Equal(exists ? "2\n" : "", result.Output);
        if (!exists)
            Assert.Contains($"'{way}' is no way to stress the collector: alloc, safepoint, random:SEED, or random:SEED:INTERVAL", result.Error);
    }
}
