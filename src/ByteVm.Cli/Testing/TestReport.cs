using System.Globalization;
using ByteVm.Tarn;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Cli.Testing;

/// <summary>The list of tests as they end: a heading for each module, a line for each test, and below one that failed its message, place, trace and output.</summary>
internal sealed class TestReport(TestOutput output)
{
    /// <summary>The library's own frames at the top of a trace are not where a test failed.</summary>
    private const string AssertionsFile = "std/testing.tarn";

    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    private string? file;
    private TimeSpan time;

    public int Passed { get; private set; }

    public int Failed { get; private set; }

    /// <param name="sources">Where the lines that a trace names are found.</param>
    public void Add(TestOutcome outcome, IReadOnlyList<SourceText> sources)
    {
        StartModule(outcome.Test);
        time += outcome.Time;
        if (outcome.Failure is null)
            AddPassed(outcome);
        else
            AddFailed(outcome, sources);
    }

    /// <summary>The totals, on the last line.</summary>
    public void Finish()
    {
        if (Passed + Failed == 0)
        {
            output.WriteLine("no tests");
            return;
        }

        output.WriteLine();
        output.WriteLine($"{(Failed == 0 ? "ok" : "FAILED")}: {Passed} passed, {Failed} failed, {Seconds(time)}", Failed == 0 ? Emphasis.Good : Emphasis.Bad);
    }

    private void StartModule(TestCase test)
    {
        if (test.File == file)
            return;
        if (file is not null)
            output.WriteLine();
        file = test.File;
        output.WriteLine(test.Module, Emphasis.Heading);
    }

    private void AddPassed(TestOutcome outcome)
    {
        Passed++;
        output.Write("  ok    ", Emphasis.Good);
        output.Write(outcome.Test.Name);
        output.WriteLine(outcome.Time > Slow ? $"  ({Seconds(outcome.Time)})" : "", Emphasis.Faint);
    }

    private void AddFailed(TestOutcome outcome, IReadOnlyList<SourceText> sources)
    {
        Failed++;
        output.Write("  FAIL  ", Emphasis.Bad);
        output.WriteLine($"{outcome.Test.Name}  ({outcome.Test.File}:{outcome.Test.Line})");
        Indent(outcome.Failure!);
        if (outcome.Fault is not null)
            AddTrace([.. outcome.Fault.Frames.SkipWhile(f => f.File == AssertionsFile)], sources);
        if (outcome.Output.Length > 0)
            Indent("output:\n" + outcome.Output.TrimEnd('\n'), Emphasis.Faint);
    }

    private void AddTrace(GuestStackFrame[] frames, IReadOnlyList<SourceText> sources)
    {
        if (frames.Length > 0 && sources.FirstOrDefault(s => s.Name == frames[0].File) is { } source)
            Indent($"{frames[0].Line} | {source.Line(frames[0].Line).Trim()}");
        foreach (GuestStackFrame frame in frames)
            Indent(frame.ToString(), Emphasis.Faint);
    }

    private void Indent(string text, Emphasis emphasis = Emphasis.None)
    {
        foreach (string line in text.Split('\n'))
            output.WriteLine("        " + line, emphasis);
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture) + " s";
}
