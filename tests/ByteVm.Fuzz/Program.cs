using ByteVm.Fuzz;
using ByteVm.Fuzz.Csv;
using ByteVm.Fuzz.Flips;
using ByteVm.Fuzz.Json;
using ByteVm.Fuzz.Library;
using ByteVm.Fuzz.Modules;
using ByteVm.Fuzz.Sources;

// One command per fuzzer; each reports on the console and returns 0 when it found nothing.
return args switch
{
    ["modules", .. var rest] => ModuleFuzzer.Run(rest),
    ["flips", .. var rest] when OperatingSystem.IsLinux() => FlipFuzzer.Run(rest),
    ["json", .. var rest] => CaseLoop.Run("json", rest, () => new JsonFuzzer()),
    ["csv", .. var rest] => CaseLoop.Run("csv", rest, () => new CsvFuzzer()),
    ["tarn", .. var rest] => CaseLoop.Run("tarn", rest, () => new SourceFuzzer()),
    ["regex", .. var rest] => CaseLoop.Run("regex", rest, () => new RegexFuzzer()),
    ["inflate", .. var rest] => CaseLoop.Run("inflate", rest, () => new InflateFuzzer()),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        """
        Usage: ByteVm.Fuzz modules [--cases N] [--seed S] [--time SECONDS] [--case N]
          Mutates modules and feeds them to reader and verifier. --case replays one case of a seed.
               ByteVm.Fuzz flips [--cases N] [--seed S] [--run N]
          Plays a hostile worker: flips bits of context, stack and heap before the host reads them (Linux). --run replays one run of a seed.
               ByteVm.Fuzz json|csv|tarn|regex|inflate [--cases N] [--seed S] [--time SECONDS] [--case N]
          std.json against System.Text.Json; std.csv: tables come back, texts give tables or errors; the compiler and formatter of Tarn on mutated sources;
          std.regex against .NET's Regex; std.compression with damaged gzip and deflate streams against .NET's.
        """);
    return 2;
}
