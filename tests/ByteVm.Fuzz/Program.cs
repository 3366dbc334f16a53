using System.CommandLine;
using System.CommandLine.Invocation;
using ByteVm.Fuzz;
using ByteVm.Fuzz.Csv;
using ByteVm.Fuzz.Flips;
using ByteVm.Fuzz.Json;
using ByteVm.Fuzz.Library;
using ByteVm.Fuzz.Modules;
using ByteVm.Fuzz.Sources;

// One command per fuzzer; each reports on the console and returns 0 when it found nothing.
const long ModuleCases = 200_000;
const long OtherCases = 10_000;
const long Flips = 100_000;

var root = new RootCommand("Feeds ByteVm what nobody would write.")
{
    FuzzOptions.Command("modules", "Mutated modules for the reader and the verifier", ModuleCases, ModuleFuzzer.Run),
    ByCases("tarn", "Mutated sources for the compiler and the formatter of Tarn", () => new SourceFuzzer()),
    ByCases("json", "std.json against System.Text.Json", () => new JsonFuzzer()),
    ByCases("csv", "std.csv: tables come back, texts give tables or errors", () => new CsvFuzzer()),
    ByCases("regex", "std.regex against .NET's Regex", () => new RegexFuzzer()),
    ByCases("inflate", "std.compression with damaged gzip and deflate streams against .NET's", () => new InflateFuzzer()),
};
if (OperatingSystem.IsLinux())
    root.Add(FuzzOptions.Command("flips", "A hostile worker: bits of context, stack and heap flip before the host reads them. Its cases are runs, --cases counts flips", Flips, FlipFuzzer.Run));
ParseResult parsed = root.Parse(args);
if (parsed.Action is ParseErrorAction wrong)
    wrong.ShowHelp = false;
int code = parsed.Invoke();
return parsed.Action is ParseErrorAction ? 2 : code;

static Command ByCases(string name, string description, Func<ICaseFuzzer> create) =>
    FuzzOptions.Command(name, description, OtherCases, options => CaseLoop.Run(name, options, create));
