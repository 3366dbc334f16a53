using System.CommandLine;
using System.Diagnostics;

namespace ByteVm.Bench.Programs;

/// <summary>Runs one program as often as asked: a line with nanoseconds and result for each run.</summary>
internal static class Harness
{
    private static readonly Dictionary<string, Func<int, long>> programs = new()
    {
        ["fib"] = Fib.Run,
        ["loop"] = Loop.Run,
        ["sieve"] = Sieve.Run,
        ["matmul"] = Matmul.Run,
        ["nbody"] = Nbody.Run,
        ["fannkuch"] = Fannkuch.Run,
        ["spectralnorm"] = Spectralnorm.Run,
        ["mandelbrot"] = Mandelbrot.Run,
        ["binarytrees"] = Binarytrees.Run,
        ["lru"] = Lru.Run,
        ["sha256"] = Sha256.Run,
        ["json"] = Json.Run,
        ["intmap"] = Intmap.Run,
        ["stringmap"] = Stringmap.Run,
    };

    private static readonly Argument<string> Name = new("NAME");
    private static readonly Argument<int> Size = new("SIZE");
    private static readonly Argument<int> Iterations = new("ITERATIONS");

    public static Command CreatePeer()
    {
        var command = new Command("peer") { Name, Size, Iterations };
        command.Hidden = true;
        command.SetAction(options => Run(options.GetRequiredValue(Name), options.GetValue(Size), options.GetValue(Iterations)));
        return command;
    }

    private static int Run(string name, int size, int iterations)
    {
        for (int i = 0; i < iterations; i++)
        {
            long start = Stopwatch.GetTimestamp();
            long result = programs[name](size);
            Console.WriteLine($"{(long)Stopwatch.GetElapsedTime(start).TotalNanoseconds} {result}");
        }

        return 0;
    }
}
