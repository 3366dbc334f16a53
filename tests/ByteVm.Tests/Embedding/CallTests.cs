using ByteVm.Memory;
using ByteVm.Bytecode;

namespace ByteVm.Tests.Embedding;

/// <summary>Values across the border, and what an embedder reads who gets it wrong.</summary>
public sealed class CallTests
{
    private const string Source =
        """
        fn add(a: int, b: long, c: float, d: double, e: bool): double = a.toDouble() + b.toDouble() + c.toDouble() + d + (if e { 1.0 } else { 0.0 })
        fn half(x: double): double = x / 2.0
        fn twice(x: long): long = x * 2L
        fn isEven(x: int): bool = x % 2 == 0
        fn greet(name: string?): string = "hello ${name ?? "nobody"}"
        fn sumInts(a: int[]): int { var s = 0; for x in a { s = s + x }; return s }
        fn reverse(a: byte[]): byte[] { let r = new byte[a.length]; for i in 0..a.length { r[i] = a[a.length - 1 - i] }; return r }
        fn join(parts: string[]): string { var s = ""; for p in parts { s = s + p + ";" }; return s }
        fn split(s: string): string[] = [s, s + s]
        fn nothing() { }
        """;

    public static TheoryData<EngineKind> Engines => Guests.Engines;

    [Theory, MemberData(nameof(Engines))]
    public void NumbersCross(EngineKind engine) => WithGuest(engine, guest =>
    {
        Assert.Equal(-1 + (1L << 40) + 0.5 + 0.25 + 1, guest.Call<double>("add", -1, 1L << 40, 0.5f, 0.25, true));
        Assert.Equal(long.MinValue, guest.Call<long>("twice", long.MinValue / 2));
        Assert.True(guest.Call<bool>("isEven", -2));
        guest.Call("nothing");
        guest.Call("half", 3.0);
    });

    [Theory, MemberData(nameof(Engines))]
    public void AnIntFitsWhereMoreIsExpected(EngineKind engine) => WithGuest(engine, guest =>
    {
        Assert.Equal(-1.5, guest.Call<double>("half", -3));
        Assert.Equal(-6L, guest.Call<long>("twice", -3));
        Assert.Equal(0.5, guest.Call<double>("half", 1f));
    });

    [Theory, MemberData(nameof(Engines))]
    public void TextsAndArraysCross(EngineKind engine) => WithGuest(engine, guest =>
    {
        Assert.Equal("hello Zoë ☃", guest.Call<string>("greet", "Zoë ☃"));
        Assert.Equal("hello nobody", guest.Call<string>("greet", (string?)null));
        Assert.Equal(6, guest.Call<int>("sumInts", new[] { 1, 2, 3 }));
        Assert.Equal(new byte[] { 3, 2, 1 }, guest.Call<byte[]>("reverse", new byte[] { 1, 2, 3 }));
        Assert.Equal("a;b;", guest.Call<string>("join", new[] { "a", "b" }));
        Assert.Equal(["x", "xx"], guest.Call<string[]>("split", "x"));
    });

    [Theory, MemberData(nameof(Engines))]
    public void MistakesAreNamed(EngineKind engine) => WithGuest(engine, guest =>
    {
        Assert.Equal("half(f64) -> f64 takes 1 arguments, not 2", Error(() => guest.Call<double>("half", 1.0, 2.0)));
        Assert.Equal("argument 1 of half(f64) -> f64 is string, where f64 is expected", Error(() => guest.Call<double>("half", "1")));
        Assert.Equal("half(f64) -> f64 returns f64, not the i32 that Int32 stands for", Error(() => guest.Call<int>("half", 1)));
        Assert.Equal("nothing() returns nothing, not the i32 that Int32 stands for", Error(() => guest.Call<int>("nothing")));
        Assert.StartsWith("module 'test' exports no function 'hafl'; it exports ", Error(() => guest.Call<double>("hafl", 1)));
        Assert.Contains("do not cross", Assert.Throws<NotSupportedException>(() => guest.Call<DateTime>("half", 1)).Message);
        Assert.Equal(1.0, guest.Call<double>("half", 2));
    });

    [Fact]
    public void ArgumentsBeyondTheMemoryLimitAreAFault()
    {
        using GuestProgram program = Guests.Tarn(Source);
        using GuestInstance guest = program.Instantiate(new InstanceOptions { MemoryBytes = 100_000 });
        Assert.Equal(FaultKind.OutOfMemory, Guests.Fault(() => guest.Call<int>("sumInts", new int[1 << 20])).Kind);
        Assert.Equal(0, guest.Call<int>("sumInts", Array.Empty<int>()));
    }

    [Fact]
    public void ExportsAreListedWithTheirSignatures()
    {
        using GuestProgram program = Guests.Tarn(Source);
        Assert.Contains("half(f64) -> f64", program.Exports);
        Assert.Contains("sumInts(i32[]) -> i32", program.Exports);
        Assert.Contains("nothing()", program.Exports);
    }

    [Fact]
    public void ArgumentsSurviveTheCollectionsOfLaterOnes()
    {
        Module module = Guests.Function(_ => TypeRef.String, _ => [TypeRef.String, TypeRef.String, TypeRef.String], (f, _) =>
        {
            Register d = f.NewRegister(TypeRef.String);
            f.StringConcatList(d, [f.Parameter(0), f.Parameter(1), f.Parameter(2)]);
            f.ReturnValue(d);
        });
        using GuestProgram program = GuestProgram.FromModule(module);
        using GuestInstance guest = program.Instantiate(new InstanceOptions { GcStress = GcStress.Safepoints });
        Assert.Equal("abc", guest.Call<string>("f", "a", "b", "c"));
    }

    [Fact]
    public void AnUnverifiableModuleIsRefused()
    {
        Module module = Guests.Function(TypeRef.I32, [TypeRef.F64], f => f.ReturnValue(f.Parameter(0)));
        VerificationException e = Assert.Throws<VerificationException>(() => GuestProgram.FromModule(module));
        Assert.Contains("'f', instruction 0", e.Message);
    }

    private static void WithGuest(EngineKind engine, Action<GuestInstance> test)
    {
        foreach (bool stress in new[] { false, true })
        {
            using GuestProgram program = Guests.Tarn(Source, engine);
            using GuestInstance guest = program.Instantiate(new InstanceOptions { GcStress = stress ? GcStress.Safepoints : GcStress.Never });
            test(guest);
        }
    }

    private static string Error(Action call) => Assert.Throws<ArgumentException>(call).Message;
}
