using ByteVm.Memory;
using ByteVm.Bytecode;
using ByteVm.Runtime.Execution.Imports;

namespace ByteVm.Tests.Embedding;

public sealed class HostFunctionTests
{
    public static TheoryData<EngineKind> Engines => Guests.Engines;

    [Theory, MemberData(nameof(Engines))]
    public void DelegatesAreCalledWithTheirTypes(EngineKind engine)
    {
        var log = new List<string>();
        HostFunctions functions = new HostFunctions()
            .Register("test.log", (string text, int[] numbers) => log.Add($"{text}:{string.Join(',', numbers)}"))
            .Register("test.scale", (double x, long by, bool negate) => negate ? -x * by : x * by)
            .Register("test.words", (string text) => text.Split(' '));
        using GuestProgram program = Guests.Tarn(
            """
            extern fn log(text: string, numbers: int[]) = "test.log"
            extern fn scale(x: double, by: long, negate: bool): double = "test.scale"
            extern fn words(text: string): string[] = "test.words"
            fn run(): string {
                log("numbers", [1, 2, 3])
                let w = words("alpha beta gamma")
                return "${w[1]} ${w.length} ${scale(1.5, 4L, true)}"
            }
            """, engine);
        foreach (bool stress in new[] { false, true })
        {
            using GuestInstance guest = program.Instantiate(new InstanceOptions { HostFunctions = functions, GcStress = stress ? GcStress.Safepoints : GcStress.Never });
            Assert.Equal("beta 3 -6.0", guest.Call<string>("run"));
        }

        Assert.Equal(["numbers:1,2,3", "numbers:1,2,3"], log);
    }

    [Theory, MemberData(nameof(Engines))]
    public void AnExceptionEndsTheGuestAndReachesTheEmbedder(EngineKind engine)
    {
        HostFunctions functions = new HostFunctions().Register("test.fail", () => throw new TimeoutException("no answer"));
        using GuestProgram program = Guests.Tarn("extern fn fail() = \"test.fail\"\nfn run() {\n    fail()\n}", engine);
        using GuestInstance guest = program.Instantiate(new InstanceOptions { HostFunctions = functions });
        GuestFaultException e = Assert.Throws<GuestFaultException>(() => guest.Call("run"));
        Assert.Equal("host error: test.fail: no answer", e.Fault.Message);
        Assert.IsType<TimeoutException>(e.InnerException);
        Assert.Equal("test.run", e.Fault.Frames[0].Function);
        Assert.Equal(3, e.Fault.Frames[0].Line);
    }

    [Fact]
    public void AHostFunctionCannotCallItsCaller()
    {
        GuestInstance? guest = null;
        HostFunctions functions = new HostFunctions().Register("test.again", () => guest!.Call("run"));
        using GuestProgram program = Guests.Tarn("extern fn again() = \"test.again\"\nfn run() { again() }");
        using (guest = program.Instantiate(new InstanceOptions { HostFunctions = functions }))
            Assert.Contains("one call at a time", Guests.Fault(() => guest.Call("run")).Message);
    }

    [Fact]
    public void AMissingImportIsNamed()
    {
        using GuestProgram program = Guests.Tarn("extern fn log(text: string) = \"game.log\"\nfn run() { log(\"\") }");
        Assert.Equal("module 'test' imports 'game.log', which this host does not offer", Error(program, InstanceOptions.Default));
        using GuestProgram typo = Guests.Tarn("extern fn log(text: string) = \"console.wirte\"\nfn run() { log(\"\") }");
        Assert.Contains("it offers console.write, console.write_bytes, console.error", Error(typo, InstanceOptions.Default));
    }

    [Fact]
    public void AnotherSignatureIsRefused()
    {
        HostFunctions functions = new HostFunctions().Register("game.log", (int x) => { });
        using GuestProgram program = Guests.Tarn("extern fn log(text: string) = \"game.log\"\nfn run() { log(\"\") }");
        Assert.Equal("module 'test' imports 'game.log' as (string), but this host offers it as (i32)", Error(program, new InstanceOptions { HostFunctions = functions }));
    }

    [Fact]
    public void NamesAreGivenOnce()
    {
        HostFunctions functions = new HostFunctions().Register("a.b", () => { });
        Assert.Throws<ArgumentException>(() => functions.Register("a.b", () => 1));
        Assert.Throws<ArgumentException>(() => functions.Register("console.write", (string s) => { }));
    }

    [Fact]
    public void AMissingCapabilityNamesTheOptionThatGrantsIt()
    {
        using GuestProgram program = GuestProgram.FromModule(ReadClock("clock"));
        using GuestInstance refused = program.Instantiate();
        GuestFault fault = Guests.Fault(() => refused.Call<long>("f"));
        Assert.Equal((FaultKind.Denied, "denied: 'clock.now' needs the capability 'clock'; --allow clock grants it"), (fault.Kind, fault.Message));
        using GuestInstance guest = program.Instantiate(new InstanceOptions { Capabilities = Capabilities.None.Allow("clock") });
        Assert.InRange(guest.Call<long>("f"), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 60_000, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 60_000);
    }

    [Fact]
    public void AModuleMustDeclareWhatItNeeds()
    {
        using GuestProgram program = GuestProgram.FromModule(ReadClock(""));
        Assert.Contains("a module must declare what it needs", Error(program, new InstanceOptions { Capabilities = Capabilities.None.Allow("clock") }));
    }

    /// <summary>The specification lists exactly the operations there are, with their signatures and capabilities.</summary>
    [Fact]
    public void TheSpecificationListsEveryOperation()
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "lang/spec/host.md"));
        string section = text[text.IndexOf("## Operations", StringComparison.Ordinal)..text.IndexOf("## Capabilities", StringComparison.Ordinal)];
        string[] rows = [.. section.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))];
        string[] expected = [.. HostOperations.All.Select(o => $"| `{o.Name}` | `{o.Signature}` | {(o.Capability.Length == 0 ? "–" : $"`{o.Capability}`")} |")];
        foreach ((string row, string start) in rows.Zip(expected))
            Assert.StartsWith(start, row);
        Assert.Equal(expected.Length, rows.Length);
    }

    private static Module ReadClock(string declared) => Guests.Function(_ => TypeRef.I64, _ => [], (f, m) =>
    {
        Register d = f.NewRegister(TypeRef.I64);
        f.Trap(d, m.Import("clock.now", declared, [], TypeRef.I64), []);
        f.ReturnValue(d);
    });

    private static string Error(GuestProgram program, InstanceOptions options) => Assert.Throws<InstantiationException>(() => program.Instantiate(options)).Message;
}
