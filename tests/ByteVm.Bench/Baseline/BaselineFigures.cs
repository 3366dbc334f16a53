using System.Diagnostics;
using System.Runtime.Versioning;
using ByteVm.Bench.Interpreter;
using ByteVm.Bytecode;
using ByteVm.Host;
using ByteVm.Host.Native;
using ByteVm.Jit.X64.Baseline;
using ByteVm.Jit.X64.Checking;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Interpretation;
using ByteVm.Runtime.Linking;
using ByteVm.Tarn;
using LinkedProgram = ByteVm.Runtime.Linking.Program;

namespace ByteVm.Bench.Baseline;

/// <summary>
/// The baseline compiler beside the interpreter on the kernels, and how fast it compiles the programs beneath <c>programs/</c>, warm, with
/// and without the check of what it emitted. Least of many rounds, as the machine may be busy.
/// </summary>
internal static class BaselineFigures
{
    private const int Runs = 100;
    private const int CompileRounds = 200;

    public static int Print()
    {
        if (!DirectExecution.IsSupported)
        {
            Console.Error.WriteLine(DirectExecution.UnsupportedReason);
            return 1;
        }

        PrintKernels();
        PrintCompileSpeed();
        return 0;
    }

    [SupportedOSPlatform("linux")]
    private static void PrintKernels()
    {
        Console.WriteLine($"{"kernel",-8} {"interpreter ms",15} {"baseline ms",12} {"times faster",13}");
        List<double> ratios = [];
        foreach ((string name, int size, Func<Module> build) in Kernels.All)
        {
            using LinkedProgram program = new(build(), ProgramOptions.Default);
            using NativeProcessor native = new(program);
            double interpreted = Enumerable.Range(0, Runs).Min(_ => Time(program, new InterpreterProcessor(), size));
            double compiled = Enumerable.Range(0, Runs).Min(_ => Time(program, native, size));
            ratios.Add(interpreted / compiled);
            Console.WriteLine($"{name,-8} {interpreted,15:F3} {compiled,12:F3} {ratios[^1],13:F2}");
        }

        Console.WriteLine($"geometric mean: {Statistics.GeometricMean(ratios):F2} times faster than the interpreter\n");
    }

    private static double Time(LinkedProgram program, IProcessor processor, int size)
    {
        using Instance instance = new(program, processor, InstanceOptions.Default);
        long start = Stopwatch.GetTimestamp();
        Outcome outcome = new InstanceMonitor(instance).Call(program.Export("main")!, [size]);
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return outcome.Fault is null ? milliseconds : throw new InvalidOperationException(outcome.Fault.ToString());
    }

    [SupportedOSPlatform("linux")]
    private static void PrintCompileSpeed()
    {
        LinkedProgram[] programs = [.. Directory.GetFiles(Path.Combine(BenchFiles.Folder, "programs"), "*.tarn", SearchOption.AllDirectories).Where(IsWhole).Order().Select(Load)];
        Workload[] work = [.. programs.SelectMany(program => program.Functions.Select(function => new Workload(program, function)))];
        Work compiling = new();
        double compile = Least(() => compiling.Compile(work));
        double check = Least(() => compiling.Check(work));

        double linked = work.Sum(w => w.LinkedInstructions), module = work.Sum(w => (double)w.Function.Source.Code.Count);
        Console.WriteLine($"{work.Length} functions: {module:N0} bytecode instructions, {linked:N0} linked, {compiling.MachineInstructions:N0} machine instructions, {compiling.Bytes:N0} bytes");
        Console.WriteLine($"compiling: {module / compile / 1e3:F2} M bytecode instructions/s ({compile * 1e6 / compiling.MachineInstructions:F0} ns per machine instruction)");
        Console.WriteLine($"checking:  {module / check / 1e3:F2} M bytecode instructions/s ({check * 1e6 / compiling.MachineInstructions:F0} ns per machine instruction)");
        Console.WriteLine($"together:  {module / (compile + check) / 1e3:F2} M bytecode instructions/s");
    }

    /// <summary>Programs that need a module from elsewhere stand in folders of another name.</summary>
    private static bool IsWhole(string path) => Path.GetFileNameWithoutExtension(path) == Path.GetFileName(Path.GetDirectoryName(path));

    private static double Least(Action action)
    {
        double least = double.MaxValue;
        for (int round = 0; round < CompileRounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return least;
    }

    /// <summary>Everything that the main function can reach, linked.</summary>
    private static LinkedProgram Load(string path)
    {
        CompilationResult result = TarnCompiler.CompileFile(path, new CompilerOptions());
        LinkedProgram program = new(result.Module ?? throw new InvalidOperationException(result.RenderDiagnostics()), ProgramOptions.Default);
        foreach (Export export in program.Module.Exports)
            program.Export(export.Name);
        for (int i = 0; i < program.Functions.Count; i++)
            program.Link(program.Functions[i]);
        return program;
    }

    private sealed class Workload(LinkedProgram program, LinkedFunction function) : ICompilationContext
    {
        private uint sites;

        public LinkedFunction Function => function;

        public CompiledFunction? Compiled { get; set; }

        public int LinkedInstructions { get; } = Count(function);

        /// <summary>Not the program's table, which would grow with each round.</summary>
        public uint AddTrapSite(LinkedFunction at, int word) => sites++;

        public Memory.Layout.TypeDescriptor Descriptor(uint offset) => program.Metadata.At<Memory.Layout.TypeDescriptor>(offset);

        public uint StringDescriptor => program.String.DescriptorOffset;

        private static int Count(LinkedFunction function)
        {
            int count = 0;
            for (int word = 0; word < function.CodeWords; word += function.InstructionAt(word).Size)
                count++;
            return count;
        }
    }

    private sealed class Work : ICompilationContext
    {
        private readonly BaselineCompiler compiler;
        private Workload current = null!;

        public Work() => compiler = new BaselineCompiler(this);

        public long MachineInstructions { get; private set; }

        public long Bytes { get; private set; }

        public void Compile(Workload[] work)
        {
            (MachineInstructions, Bytes) = (0, 0);
            foreach (Workload one in work)
            {
                current = one;
                one.Compiled = compiler.Compile(one.Function);
                MachineInstructions += one.Compiled.MachineInstructions;
                Bytes += one.Compiled.Code.Length;
            }
        }

        public void Check(Workload[] work)
        {
            foreach (Workload one in work)
                EmittedCodeChecker.Check(one.Function, one.Compiled!);
        }

        public uint AddTrapSite(LinkedFunction function, int word) => current.AddTrapSite(function, word);

        public Memory.Layout.TypeDescriptor Descriptor(uint offset) => current.Descriptor(offset);

        public uint StringDescriptor => current.StringDescriptor;
    }
}
