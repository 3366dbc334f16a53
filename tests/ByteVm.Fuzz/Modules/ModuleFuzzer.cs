using System.Diagnostics;
using System.Globalization;
using ByteVm.Bytecode;
using ByteVm.Testing;

namespace ByteVm.Fuzz.Modules;

/// <summary>
/// Feeds mutated modules to reader and verifier. What must hold for each: only ModuleFormatException comes out of the reader and
/// nothing out of the verifier; what was read is written again as the same bytes; it takes neither long nor much memory; what
/// is read can be disassembled; and what is accepted survives the text form. A case is determined by the seed and its number.
/// </summary>
internal sealed class ModuleFuzzer
{
    private const int BaseModules = 64;
    private const int BaseModuleSize = 10;
    private const int TextEvery = 64;
    private const double SecondsLimit = 2;
    private const int SlowRuns = 4;
    private const long AllocationLimit = 64 << 20;

    private readonly int seed;
    private readonly Module[] modules;
    private readonly byte[][] encoded;
    private readonly long[] verdicts = new long[4];
    private TimeSpan slowest;
    private long slowestCase;
    private long mostAllocated;
    private long pauses;

    private enum Verdict
    {
        NoEncoding,
        NotRead,
        Rejected,
        Accepted,
    }

    private ModuleFuzzer(int seed)
    {
        this.seed = seed;
        modules = [.. Enumerable.Range(0, BaseModules).Select(i => RandomModule.Create(unchecked(seed * BaseModules + i), BaseModuleSize))];
        encoded = [.. modules.Select(ModuleWriter.Write)];
    }

    public static int Run(FuzzOptions options)
    {
        var fuzzer = new ModuleFuzzer(options.Seed);
        return options.Only is { } only ? fuzzer.RunCases(only, 1, options.Seconds) : fuzzer.RunCases(0, options.Cases, options.Seconds);
    }

    private int RunCases(long first, long count, long seconds)
    {
        WarmUp();
        var clock = Stopwatch.StartNew();
        long number = first;
        for (; number < first + count && clock.Elapsed.TotalSeconds < seconds; number++)
        {
            byte[]? bytes = Mutant(number);
            if (bytes is not null && RunCase(number, bytes) is { } problem)
                return Fail(number, bytes, problem);
        }

        ReportTo(Console.Out, number - first, clock.Elapsed);
        return 0;
    }

    // The first cases pay for compiling the reader and verifier: not what is measured.
    private void WarmUp()
    {
        foreach (byte[] bytes in encoded)
            Judge(bytes, withText: true, out _);
    }

    private byte[]? Mutant(long number)
    {
        var random = new Random(CaseSeed.Of(seed, number));
        int chosen = random.Next(BaseModules);
        int kind = random.Next(10);
        if (kind < 4)
            return ByteMutator.Mutate(encoded[chosen], random);
        Module mutant = new ModuleMutator(random, structural: kind < 7).Mutate(modules[chosen]);
        try
        {
            return ModuleWriter.Write(mutant);
        }
        catch (ModuleFormatException)
        {
            // Whoever builds such a module in memory must still be told what is wrong with it.
            verdicts[(int)Verdict.NoEncoding]++;
            return Verifier.Check(mutant).Count > 0 ? null : throw new InvalidOperationException($"case {number}: the verifier accepts what cannot be written");
        }
    }

    private string? RunCase(long number, byte[] bytes)
    {
        long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        string? problem = null;
        Verdict verdict = Verdict.NotRead;
        try
        {
            problem = Judge(bytes, number % TextEvery == 0, out verdict);
        }
        catch (Exception unexpected)
        {
            problem = unexpected.ToString();
        }

        verdicts[(int)verdict]++;
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
        mostAllocated = Math.Max(mostAllocated, allocated);
        if (elapsed > slowest)
            (slowest, slowestCase) = (elapsed, number);
        return problem
            ?? (elapsed.TotalSeconds > SecondsLimit && IsSlowAgain(bytes) ? $"took more than {SecondsLimit} s, each of {SlowRuns} times" : null)
            ?? (allocated > AllocationLimit ? $"allocated {allocated} bytes" : null);
    }

    // The clock also counts what a loaded machine spends elsewhere. A case is the same each time: one that is slow stays slow.
    private bool IsSlowAgain(byte[] bytes)
    {
        pauses++;
        for (int i = 1; i < SlowRuns; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Judge(bytes, withText: true, out _);
            if (Stopwatch.GetElapsedTime(start).TotalSeconds <= SecondsLimit)
                return false;
        }

        return true;
    }

    private static string? Judge(byte[] bytes, bool withText, out Verdict verdict)
    {
        verdict = Verdict.NotRead;
        Module module;
        try
        {
            module = ModuleReader.Read(bytes);
        }
        catch (ModuleFormatException)
        {
            return null;
        }

        verdict = Verdict.Rejected;
        if (!ModuleWriter.Write(module).AsSpan().SequenceEqual(bytes))
            return "is written as other bytes than it was read from";
        string text = withText ? Disassembler.ToText(module) : "";
        if (Verifier.Check(module).Count > 0)
            return null;
        verdict = Verdict.Accepted;
        return withText && !ModuleWriter.Write(Assembler.Assemble(text, "text")).AsSpan().SequenceEqual(bytes)
            ? "does not survive the text form"
            : null;
    }

    private int Fail(long number, byte[] bytes, string problem)
    {
        string file = Path.GetFullPath($"fuzz-modules-{seed}-{number}.bvm");
        File.WriteAllBytes(file, bytes);
        Console.Error.WriteLine($"case {number} of seed {seed}: {problem}");
        Console.Error.WriteLine($"saved as {file}; again with: modules --seed {seed} --case {number}");
        return 1;
    }

    private void ReportTo(TextWriter output, long cases, TimeSpan elapsed)
    {
        long Of(Verdict verdict) => verdicts[(int)verdict];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"modules: {cases} cases of seed {seed} in {elapsed.TotalSeconds:F1} s: {cases / elapsed.TotalSeconds:F0} cases/s, 0 failures"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"accepted {Of(Verdict.Accepted) * 100.0 / cases:F1} %, rejected by the verifier {Of(Verdict.Rejected) * 100.0 / cases:F1} %, " +
            $"by the reader {Of(Verdict.NotRead) * 100.0 / cases:F1} %, without encoding {Of(Verdict.NoEncoding) * 100.0 / cases:F1} %"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"slowest {slowest.TotalMilliseconds:F1} ms (case {slowestCase}), most allocated in one case {mostAllocated / 1024} KiB, over the time limit only once {pauses}"));
    }
}
