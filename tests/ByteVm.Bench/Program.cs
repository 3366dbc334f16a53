using System.CommandLine;
using System.CommandLine.Invocation;
using ByteVm.Bench;
using ByteVm.Bench.Baseline;
using ByteVm.Bench.Compiler;
using ByteVm.Bench.Data;
using ByteVm.Bench.Exceptions;
using ByteVm.Bench.Gc;
using ByteVm.Bench.Interpreter;
using ByteVm.Bench.Iteration;
using ByteVm.Bench.Programs;
using ByteVm.Bench.ProgramTable;
using ByteVm.Bench.Worker;

// A command for each table of figures; hidden are those with which a benchmark starts its peers.
var root = new RootCommand("Measures ByteVm, and others on the same work.")
{
    ProgramFigures.Create(),
    MapFigures.Create(),
    DataFigures.Create(),
    GcFigures.Create(),
    ExceptionFigures.Create(),
    IterationFigures.Create(),
    StartupFigures.Create(),
    Plain("compiler", "The Tarn compiler: lines per second, allocated bytes", CompilerFigures.Run),
    Plain("interpreter", "Nanoseconds of each kind of instruction in the interpreter", InterpreterFigures.Print),
    OpcodePairs.Create(),
    Plain("baseline", "Compile times and code sizes of the baseline compiler", BaselineFigures.Print),
    Plain("memory", "Reserving, committing and clearing memory", MemoryFigures.Print),
    Plain("world-switch", "What a trap into the host costs", WorldSwitchBenchmark.Print),
    WorkerFigures.Create(),
    Harness.CreatePeer(),
    DataFigures.CreatePeer(),
    FutexMailbox.CreatePeer(),
};
ParseResult parsed = root.Parse(args);
if (parsed.Action is ParseErrorAction wrong)
    wrong.ShowHelp = false;
int code = parsed.Invoke();
if (parsed.Action is ParseErrorAction)
    Console.Error.WriteLine("Try 'ByteVm.Bench --help'.");
return parsed.Action is ParseErrorAction ? 2 : code;

static Command Plain(string name, string description, Func<int> run)
{
    var command = new Command(name, description);
    command.SetAction(_ => run());
    return command;
}
