using ByteVm.Fuzz.Flips;
using ByteVm.Fuzz.Modules;

// One command per fuzzer; each reports on the console and returns 0 when it found nothing.
return args switch
{
    ["modules", .. var rest] => ModuleFuzzer.Run(rest),
    ["flips", .. var rest] when OperatingSystem.IsLinux() => FlipFuzzer.Run(rest),
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
        """);
    return 2;
}
