using System.Diagnostics;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Interpretation;
using LinkedProgram = ByteVm.Runtime.Linking.Program;

namespace ByteVm.Bench.Interpreter;

/// <summary>
/// Nanoseconds per linked instruction over the kernels. Instructions are counted by stepping through a run of the same size; the
/// time is the least of many runs, as the machine may be busy.
/// </summary>
internal static class InterpreterFigures
{
    private const int Runs = 300;

    public static int Print()
    {
        long start = Stopwatch.GetTimestamp();
        bool tailCalls = HandlerTable.TailCalls;
        Console.WriteLine($"start-up {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F1} ms; tail calls: {tailCalls}");
        Console.WriteLine($"{"kernel",-8} {"instructions",14} {"ns/instr",9} {"fused",9} {"gain",7}   result");
        double plainSum = 0;
        double fusedSum = 0;
        foreach ((string name, int size, Func<Bytecode.Module> build) in Kernels.All)
        {
            using var plain = new LinkedProgram(build(), new Runtime.Linking.ProgramOptions { FuseInstructions = false });
            using var fused = new LinkedProgram(build(), new Runtime.Linking.ProgramOptions());
            (long instructions, long result) = Count(plain, size);
            double plainTime = Nanoseconds(plain, size, result) / instructions;
            double fusedTime = Nanoseconds(fused, size, result) / instructions;
            plainSum += Math.Log(plainTime);
            fusedSum += Math.Log(fusedTime);
            Console.WriteLine($"{name,-8} {instructions,14:N0} {plainTime,9:F3} {fusedTime,9:F3} {1 - fusedTime / plainTime,7:P1}   {result:X}");
        }

        int count = Kernels.All.Length;
        Console.WriteLine($"geometric mean {Math.Exp(plainSum / count):F3} ns per linked instruction, {Math.Exp(fusedSum / count):F3} with fused pairs");
        return 0;
    }

    private static double Nanoseconds(LinkedProgram program, int size, long result) => 1e6 * Enumerable.Range(0, Runs).Min(_ => Time(program, size, result));

    private static double Time(LinkedProgram program, int size, long expected)
    {
        using var instance = new Instance(program, new InterpreterProcessor(), new InstanceOptions());
        long start = Stopwatch.GetTimestamp();
        Outcome outcome = new InstanceMonitor(instance).Call(program.Export("main")!, [size]);
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return outcome.Result == expected ? milliseconds : throw new InvalidOperationException($"result {outcome.Result:X}, stepped {expected:X}");
    }

    private static unsafe (long Instructions, long Result) Count(LinkedProgram program, int size)
    {
        var stepping = new SteppingProcessor();
        using var instance = new Instance(program, stepping, new InstanceOptions());
        Outcome outcome = new InstanceMonitor(instance).Call(program.Export("main")!, [size]);
        return (stepping.Instructions, outcome.Result);
    }

    private sealed unsafe class SteppingProcessor : IProcessor
    {
        private readonly InterpreterProcessor interpreter = new();

        public string Name => "stepping";

        public long Instructions { get; private set; }

        public void Enter(Instance instance, Runtime.Linking.LinkedFunction function, ReadOnlySpan<long> arguments) =>
            interpreter.Enter(instance, function, arguments);

        public Trap Run(Instance instance) => interpreter.Run(instance, StepToTrap);

        public void GoTo(Instance instance, long* frame, CodeLocation location) => interpreter.GoTo(instance, frame, location);

        public bool TryLocateReturn(Instance instance, ulong returnAddress, out CodeLocation call) =>
            interpreter.TryLocateReturn(instance, returnAddress, out call);

        private void StepToTrap(InstanceContext* context)
        {
            do
                Instructions++;
            while (HandlerTable.Step(context));
        }
    }
}
