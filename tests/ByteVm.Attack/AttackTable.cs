using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit.Runner.InProc.SystemConsole;

namespace ByteVm.Attack;

/// <summary>Runs all attacks and prints which had the verdict they must have: <c>ByteVm.Attack --table [REPETITIONS]</c>.</summary>
internal static partial class AttackTable
{
    public const string Option = "--table";

    private static readonly (string Number, string Attack, string Verdict)[] Attacks =
    [
        ("A01", "each system call, 0 to 600", "killed"),
        ("A02", "int 0x80", "killed"),
        ("A03", "x32 numbers", "killed"),
        ("A04", "the vsyscall page", "killed or fault"),
        ("A05", "sysenter, far returns, invalid instructions", "fault, or killed"),
        ("A06", "a forged signal frame", "killed"),
        ("A07", "the worker's own syscall instructions", "killed"),
        ("A08", "dirty upper halves", "killed, or a trap without authority"),
        ("A09", "restarted and unknown calls", "killed"),
        ("B10", "writing code", "fault"),
        ("B11", "wild jumps", "fault, or powerless"),
        ("B12", "calls that change memory", "killed"),
        ("B13", "looking for what else is mapped", "fault; no clock"),
        ("B14", "remains of kernel and host", "nothing there"),
        ("B15", "addresses that wrap or reach far", "fault"),
        ("B16", "odd processor state", "stays in the worker"),
        ("B17", "shrinking and aliasing shared files", "impossible"),
        ("B18", "freed code", "fault"),
        ("C19", "memory that changes under the host's eyes", "parked; no second thread"),
        ("C20", "forged sites, frames, types, handles", "guest ended, or refused"),
        ("C21", "lengths that wrap", "guest ended"),
        ("C22", "bad text, terminal escapes", "guest ended, or shown as escapes"),
        ("C23", "floods of traps and compilations", "guest ended"),
        ("C24", "traps during collection and after death", "guest ended"),
        ("C25", "corrupt and cyclic heaps", "guest ended; the collector ends"),
        ("A26", "threads and processes", "killed"),
        ("D27", "memory that was not granted", "fault"),
        ("D28", "endless loops", "ended at the limit"),
        ("D29", "floods of output and results, deep recursion", "limit; no memory taken"),
        ("D30", "clocks and speculation", "closed; nothing secret mapped"),
    ];

    public static async Task<int> Run(string repetitions)
    {
        Environment.SetEnvironmentVariable(Expect.RepetitionsVariable, repetitions);
        string report = Path.Combine(Path.GetTempPath(), $"bytevm-attacks-{Environment.ProcessId}.xml");
        try
        {
            await ConsoleRunner.Run(["-noLogo", "-noColor", "-parallelMode", "none", "-result-xml", report]);
            return Print(XDocument.Load(report), repetitions);
        }
        finally
        {
            File.Delete(report);
        }
    }

    private static int Print(XDocument report, string repetitions)
    {
        ILookup<string, XElement> tests = report.Descendants("test").ToLookup(test => Number().Match((string)test.Attribute("method")!).Value);
        int right = 0;
        foreach ((string number, string attack, string verdict) in Attacks)
        {
            XElement[] own = [.. tests[number]];
            bool holds = own.Length > 0 && own.All(test => (string?)test.Attribute("result") == "Pass");
            double seconds = own.Sum(test => double.Parse((string?)test.Attribute("time") ?? "0", CultureInfo.InvariantCulture));
            right += holds ? 1 : 0;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number}  {attack,-46} {verdict,-36} {(holds ? "as expected" : "NOT AS EXPECTED"),-16} {own.Length,3} tests  {seconds,7:F1} s"));
        }

        Console.WriteLine($"{right} of {Attacks.Length} attacks with the expected verdict, {repetitions} repetitions; other tests: {tests[""].Count()}, failed {report.Descendants("test").Count(t => (string?)t.Attribute("result") == "Fail")}");
        return right == Attacks.Length ? 0 : 1;
    }

    [GeneratedRegex("^[A-D][0-9]{2}(?=_)")]
    private static partial Regex Number();
}
