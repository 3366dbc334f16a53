using System.Text;

namespace ByteVm.Tests.Embedding;

public sealed class ConsoleTests
{
    [Fact]
    public void OutputArrivesWhenTheCallEndsHoweverItEnds()
    {
        var console = new RecordingConsole(interactive: false);
        using GuestProgram program = Guests.Tarn("fn write(n: int): int { println(\"one\"); print(\"two\"); return 1 / n }");
        using GuestInstance guest = program.Instantiate(new InstanceOptions { Console = console });
        guest.Call<int>("write", 1);
        Assert.Equal(["one\ntwo"], console.Output);
        Guests.Fault(() => guest.Call<int>("write", 0));
        Assert.Equal(["one\ntwo", "one\ntwo"], console.Output);
    }

    [Fact]
    public void SomebodyWatchingSeesEachLine()
    {
        var console = new RecordingConsole(interactive: true);
        Run("fn run() { print(\"a\"); println(\"b\"); println(\"c\") }", console);
        Assert.Equal(["ab\n", "c\n"], console.Output);
    }

    [Fact]
    public void OutputIsFlushedBeforeALineIsReadAndBeforeErrors()
    {
        var console = new RecordingConsole(interactive: false, "Ann", null);
        Run(
            """
            extern fn readLine(): string? = "console.read_line"
            extern fn writeError(text: string) = "console.error"
            fn run() {
                print("name? ")
                let name = readLine() ?? "?"
                print(name)
                writeError("E")
                print(readLine() ?? "end")
            }
            """, console);
        Assert.Equal(["name? ", "read", "Ann", "error E", "read", "end"], console.Events);
    }

    [Fact]
    public void LongOutputKeepsItsOrder()
    {
        var console = new RecordingConsole(interactive: false);
        Run(
            """
            fn run() {
                var text = "0123456789abcdef"
                for i in 0..12 { text = text + text }
                print("<")
                print(text)
                for i in 0..5000 { print("0123456789abcdef") }
                print(">")
            }
            """, console);
        string all = string.Concat(console.Output);
        Assert.Equal("<" + string.Concat(Enumerable.Repeat("0123456789abcdef", 4096 + 5000)) + ">", all);
        Assert.True(console.Output.Count < 10);
    }

    [Fact]
    public void TextWritersServeAsConsole()
    {
        var output = new StringWriter();
        Run("fn run() { print(\"ä\") }", GuestConsole.To(output));
        Assert.Equal("ä", output.ToString());
    }

    [Fact]
    public void MainGetsArgumentsAndGivesTheExitCode()
    {
        using GuestProgram program = Guests.Tarn("fn main(args: string[]): int { if args.length > 1 { exit(7) }; return args[0].length }", main: true);
        using GuestInstance one = program.Instantiate(new InstanceOptions { Arguments = ["four"] });
        Assert.Equal(4, one.RunMain(TestContext.Current.CancellationToken));
        using GuestInstance two = program.Instantiate(new InstanceOptions { Arguments = ["a", "b"] });
        Assert.Equal(7, two.RunMain(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void AConsoleThatFailsEndsTheGuestNotTheHost()
    {
        using GuestProgram program = Guests.Tarn("fn quiet() { print(\"x\") }\nfn failing(): int { print(\"x\"); return 1 / zero() }\nfn zero(): int = 0");
        using GuestInstance guest = program.Instantiate(new InstanceOptions { Console = new FullConsole() });
        Assert.Equal("host error: cannot write to the console: no space", Guests.Fault(() => guest.Call("quiet")).Message);
        Assert.Equal("division by zero", Guests.Fault(() => guest.Call<int>("failing")).Message);
    }

    private static void Run(string source, GuestConsole console)
    {
        using GuestProgram program = Guests.Tarn(source);
        using GuestInstance guest = program.Instantiate(new InstanceOptions { Console = console });
        guest.Call("run");
    }

    private sealed class FullConsole : GuestConsole
    {
        public override void Write(ReadOnlySpan<byte> utf8) => throw new IOException("no space");

        public override void WriteError(ReadOnlySpan<byte> utf8) => throw new IOException("no space");

        public override int Read(Span<byte> buffer) => 0;
    }

    private sealed class RecordingConsole(bool interactive, params string?[] lines) : GuestConsole
    {
        private int next;

        public List<string> Output { get; } = [];

        public List<string> Events { get; } = [];

        public override bool IsInteractive => interactive;

        public override void Write(ReadOnlySpan<byte> utf8)
        {
            Output.Add(Encoding.UTF8.GetString(utf8));
            Events.Add(Output[^1]);
        }

        public override void WriteError(ReadOnlySpan<byte> utf8) => Events.Add("error " + Encoding.UTF8.GetString(utf8));

        public override int Read(Span<byte> buffer)
        {
            Events.Add("read");
            return lines[next++] is { } line ? Encoding.UTF8.GetBytes(line + "\n", buffer) : 0;
        }
    }
}
