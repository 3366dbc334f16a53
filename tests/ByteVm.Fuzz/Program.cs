using ByteVm.Fuzz.Modules;

// One command per fuzzer; each reports on the console and returns 0 when it found nothing.
return args switch
{
    ["modules", .. var rest] => ModuleFuzzer.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        """
        Usage: ByteVm.Fuzz modules [--cases N] [--seed S] [--time SECONDS] [--case N]
          Mutates modules and feeds them to reader and verifier. --case replays one case of a seed.
        """);
    return 2;
}
