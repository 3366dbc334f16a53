using System.Globalization;
using ByteVm.Bench;
using ByteVm.Bench.Baseline;
using ByteVm.Bench.Compiler;
using ByteVm.Bench.Data;
using ByteVm.Bench.Exceptions;
using ByteVm.Bench.Gc;
using ByteVm.Bench.Interpreter;
using ByteVm.Bench.Programs;
using ByteVm.Bench.ProgramTable;
using ByteVm.Bench.Worker;

// Each figure's command: what follows its name is its own.
var commands = new Dictionary<string, (string Usage, Func<string[], int> Run)>
{
    ["memory"] = ("memory", _ => MemoryFigures.Print()),
    ["gc"] = (GcFigures.Usage, GcFigures.Run),
    ["world-switch"] = ("world-switch", _ => WorldSwitchBenchmark.Print()),
    ["interpreter"] = ("interpreter", _ => InterpreterFigures.Print()),
    ["interpreter-pairs"] = (OpcodePairs.Usage, OpcodePairs.Print),
    ["baseline"] = ("baseline", _ => BaselineFigures.Print()),
    ["worker"] = (WorkerFigures.Usage, WorkerFigures.Run),
    ["futex-peer"] = (FutexMailbox.PeerUsage, FutexMailbox.RunPeer),
    ["programs"] = (ProgramFigures.Usage, ProgramFigures.Run),
    ["exceptions"] = (ExceptionFigures.Usage, ExceptionFigures.Run),
    ["maps"] = (MapFigures.Usage, MapFigures.Run),
    ["data"] = (DataFigures.Usage, DataFigures.Run),
    ["data-peer"] = (DataFigures.PeerUsage, DataFigures.RunPeer),
    ["compiler"] = ("compiler", _ => CompilerFigures.Run()),
    ["startup"] = (StartupFigures.Usage, StartupFigures.Run),
    ["peer"] = ("peer NAME SIZE ITERATIONS", a => Harness.Run(a[0], int.Parse(a[1], CultureInfo.InvariantCulture), int.Parse(a[2], CultureInfo.InvariantCulture))),
};

if (args.Length > 0 && commands.TryGetValue(args[0], out var command))
    return command.Run(args[1..]);
Console.Error.WriteLine($"usage: ByteVm.Bench COMMAND, one of:\n  {string.Join("\n  ", commands.Values.Select(c => c.Usage))}");
return 2;
