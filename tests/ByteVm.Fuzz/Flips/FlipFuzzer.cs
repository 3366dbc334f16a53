using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using ByteVm.Tarn;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Fuzz.Flips;

/// <summary>
/// Shows that the host survives whatever a worker leaves in the memory that both share (after SbxBrk, which flips what trusted code loads
/// from V8's sandbox). Each run is an instance in a worker; before the host reads anything at a trap, bits are flipped. The guest may fail as it likes; what
/// must not happen is an exception that is not a guest's fault, a host that does not come back, or one that is gone. A run is determined by seed and
/// number; its number is written to a file before it begins, so that a host that is gone says which it was.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class FlipFuzzer
{
    private static readonly TimeSpan RunLimit = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan HostLimit = TimeSpan.FromSeconds(20);

    public static int Run(FuzzOptions options)
    {
        long seed = options.Seed;
        using GuestProgram program = Compile();
        if (options.Only is { } only)
            return RunOnce(program, seed, only, out _) is { } problem ? Fail(seed, only, problem) : 0;

        string state = Path.Combine(Path.GetTempPath(), $"bytevm-flips-{Environment.ProcessId}.txt");
        var ends = new SortedDictionary<string, int>(StringComparer.Ordinal);
        long flips = 0;
        long started = Stopwatch.GetTimestamp();
        for (long run = 0; flips < options.Cases && Stopwatch.GetElapsedTime(started).TotalSeconds < options.Seconds; run++)
        {
            File.WriteAllText(state, $"--seed {seed} --case {run}");
            if (RunOnce(program, seed, run, out FlipRun result) is { } problem)
                return Fail(seed, run, problem);
            flips += result.Flips;
            ends[result.End] = ends.GetValueOrDefault(result.End) + 1;
        }

        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        File.Delete(state);
        Console.WriteLine($"{flips:N0} flips survived in {ends.Values.Sum():N0} runs, {flips / seconds:N0} flips/s, seed {seed}");
        foreach ((string end, int count) in ends)
            Console.WriteLine($"  {count,8:N0}  {end}");
        return 0;
    }

    private static string? RunOnce(GuestProgram program, long seed, long number, out FlipRun run)
    {
        run = new FlipRun(program, new Random(HashCode(seed, number)), RunLimit);
        long started = Stopwatch.GetTimestamp();
        try
        {
            run.Execute();
        }
        catch (Exception e)
        {
            return e.ToString();
        }

        if (run.End.Contains("Parameter", StringComparison.Ordinal))
            return $"the end is told in the words of .NET: {run.End}";
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        return elapsed > HostLimit ? $"took {elapsed.TotalSeconds:N1} s" : null;
    }

    private static int Fail(long seed, long run, string problem)
    {
        Console.Error.WriteLine($"flips --seed {seed} --case {run}: {problem}");
        return 1;
    }

    private static int HashCode(long seed, long number) => unchecked((int)((seed * 0x9E37_79B9 + number) * 0x85EB_CA6B >> 7));

    private static GuestProgram Compile()
    {
        CompilationResult result = TarnCompiler.Compile("target", new SourceText("target.tarn", FlipTarget.Source), new NoSources(), new CompilerOptions { RequireMain = false });
        return GuestProgram.FromModule(result.Module ?? throw new InvalidOperationException(result.RenderDiagnostics()), new EngineOptions { Engine = EngineKind.Baseline });
    }

    private sealed class NoSources : ISourceProvider
    {
        public SourceText? Find(string moduleName) => null;
    }
}
