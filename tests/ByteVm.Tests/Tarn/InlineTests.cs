using System.Text.RegularExpressions;
using ByteVm.Bytecode;
using ByteVm.Tarn;
using ByteVm.Tests.Embedding;

namespace ByteVm.Tests.Tarn;

/// <summary>Inline functions cost no object and no indirect call, and mean what they mean without the word.</summary>
public sealed partial class InlineTests
{
    private const string Source = """
        import std.collections
        import std.collections.{Deque, List, Map, Set}

        let list = List<int>()
        let map = Map<int, int>()
        let set = Set<int>()
        let deque = Deque<int>()

        fn fill(count: int) {
            for i in 0..count {
                list.add(i)
                map[i] = i
                set.add(i)
                deque.addLast(i)
            }
        }

        fn folded(): int = list.fold(0, (sum, x) => sum + x)

        fn counted(): int {
            var sum = 0
            list.forEach(x => {
                sum += x
            })
            [1, 2, 3].forEach(x => {
                sum += x
            })
            return sum - 6
        }

        fn tested(): int {
            var found = 0
            let limit = list.count() - 1
            if list.any(x => x == limit) && list.all(x => x >= 0) && map.any(entry => entry.1 == limit) && list.find(x => x > limit) == null {
                found = list.fold(0, (sum, x) => sum + x)
            }
            return found
        }

        fn gone(): int {
            var sum = 0
            for x in list {
                if x < 0 {
                    continue
                }
                sum += x
            }
            for (key, value) in map {
                sum += value - key
            }
            for x in set {
                sum += x
            }
            for x in deque {
                sum -= x
            }
            return sum
        }

        fn throughExtension(): int = set.fold(0, (sum, x) => sum + x) + deque.fold(0, (sum, x) => sum + x) - map.fold(0, (sum, entry) => sum + entry.1)

        fn chained(): int = list.filter(x => x % 2 == 0).map(x => x * 2).fold(0, (sum, x) => sum + x)
        """;

    private static readonly HashSet<Opcode> indirect = [Opcode.CallInterface, Opcode.CallVirtual, Opcode.CallConstrained];

    public static TheoryData<EngineKind, string> Loops()
    {
        var data = new TheoryData<EngineKind, string>();
        foreach (EngineKind engine in new[] { EngineKind.Interpreter, EngineKind.Auto })
        {
            foreach (string function in new[] { "folded", "counted", "tested", "gone", "throughExtension" })
                data.Add(engine, function);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Loops))]
    public void NothingIsAllocated(EngineKind engine, string function)
    {
        using GuestProgram program = Guests.Tarn(Source, engine);
        using GuestInstance instance = program.Instantiate();
        instance.Call("fill", 10_000);
        long before = instance.Statistics.BytesAllocated;
        Assert.Equal(49_995_000, instance.Call<int>(function));
        const int literal = 32;
        Assert.InRange(instance.Statistics.BytesAllocated - before, 0, function == "counted" ? literal : 0);
    }

    /// <summary>Two lists, each with what growing it leaves behind, and nothing for an element.</summary>
    [Theory]
    [InlineData(EngineKind.Interpreter)]
    [InlineData(EngineKind.Auto)]
    public void AChainAllocatesItsListsOnly(EngineKind engine)
    {
        const int Elements = 5_000;
        using GuestProgram program = Guests.Tarn(Source, engine);
        using GuestInstance instance = program.Instantiate();
        instance.Call("fill", 2 * Elements);
        long before = instance.Statistics.BytesAllocated;
        Assert.Equal(49_990_000, instance.Call<int>("chained"));
        Assert.InRange(instance.Statistics.BytesAllocated - before, 2 * Elements * sizeof(int), 5 * Elements * sizeof(int));
    }

    [Theory]
    [InlineData("folded")]
    [InlineData("counted")]
    [InlineData("tested")]
    [InlineData("gone")]
    [InlineData("throughExtension")]
    [InlineData("chained")]
    public void NothingIsCalledIndirectly(string name)
    {
        Function function = Guests.Compile(Source).Functions.Single(f => f.Name.EndsWith("." + name, StringComparison.Ordinal));
        Assert.DoesNotContain(function.Code, i => indirect.Contains(i.Opcode));
        Assert.NotEmpty(function.InlinedCalls);
    }

    [Fact]
    public void NoLambdaBecomesAClass() => Assert.DoesNotContain(Guests.Compile(Source).TypeDefinitions, t => t.Name.Contains("<lambda", StringComparison.Ordinal));

    [Theory]
    [InlineData(EngineKind.Interpreter)]
    [InlineData(EngineKind.Auto)]
    public void TheSameHappensWithoutTheWord(EngineKind engine)
    {
        string source = File.ReadAllText(Path.Combine(Repository.Root, "tests", "programs", "inline.tarn"));
        string without = InlineWord().Replace(source, "$1");
        Assert.NotEqual(source, without);
        (string output, GuestFault fault) = Run(source, engine);
        (string expected, GuestFault expectedFault) = Run(without, engine);
        Assert.Equal(expected, output);
        Assert.Equal(expectedFault.Message, fault.Message);
        Assert.Equal(expectedFault.Frames.Select(f => (Plain(f.Function), f.Line)), fault.Frames.Select(f => (Plain(f.Function), f.Line)));
    }

    /// <summary>Whatever may be inline is made so: the program does the same.</summary>
    [Theory]
    [InlineData("calls")]
    [InlineData("closures")]
    [InlineData("collections")]
    [InlineData("control")]
    [InlineData("enums")]
    [InlineData("exceptions")]
    [InlineData("function-values")]
    [InlineData("generics")]
    [InlineData("match")]
    [InlineData("optionals")]
    [InlineData("properties")]
    [InlineData("value-classes")]
    public void EveryFunctionCanBeInline(string name)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "tests", "programs", name + ".tarn"));
        string[] changed = [.. lines.Select(line => OwnFunction().Replace(line, "inline $0"))];
        Assert.NotEqual(lines, changed);
        CompilationResult result = CompilerTests.Compile(string.Join('\n', changed));
        for (int attempt = 0; result.Module is null && attempt < 10; attempt++)
        {
            foreach (int line in result.Diagnostics.Select(d => d.Source!.LineOf(d.Span.Start) - 1).Distinct())
                UndoAt(changed, line);
            result = CompilerTests.Compile(string.Join('\n', changed));
        }

        Assert.True(result.Module is not null, result.RenderDiagnostics());
        Assert.NotEqual(lines, changed);
        Assert.Equal(OutputOf(CompilerTests.Compile(string.Join('\n', lines)).Module!), OutputOf(result.Module));
    }

    /// <summary>The function that a refused place is in is no longer inline.</summary>
    private static void UndoAt(string[] lines, int line)
    {
        while (line >= 0 && !lines[line].StartsWith("inline ", StringComparison.Ordinal))
            line--;
        if (line >= 0)
            lines[line] = lines[line]["inline ".Length..];
    }

    private static string OutputOf(Module module)
    {
        using GuestProgram program = GuestProgram.FromModule(module, new EngineOptions { Engine = EngineKind.Interpreter });
        using var output = new StringWriter();
        using GuestInstance instance = program.Instantiate(new InstanceOptions { Console = GuestConsole.To(output) });
        instance.Call<int>("main", [Array.Empty<string>()]);
        return output.ToString();
    }

    private static string Plain(string function) => TypeArguments().Replace(function, "");

    private static (string Output, GuestFault Fault) Run(string source, EngineKind engine)
    {
        using GuestProgram program = Guests.Tarn(source, engine, main: true);
        using var output = new StringWriter();
        using GuestInstance instance = program.Instantiate(new InstanceOptions { Console = GuestConsole.To(output) });
        GuestFault fault = Guests.Fault(() => instance.Call<int>("main", [Array.Empty<string>()]));
        return (output.ToString(), fault);
    }

    [GeneratedRegex(@"\binline (fn|get|operator)")]
    private static partial Regex InlineWord();

    [GeneratedRegex("^fn (?!main)")]
    private static partial Regex OwnFunction();

    [GeneratedRegex("<i32>|<[a-z].*>")]
    private static partial Regex TypeArguments();
}
