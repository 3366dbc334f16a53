using System.CommandLine;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Interpretation;
using ByteVm.Runtime.Linking;
using ByteVm.Tarn;
using LinkedProgram = ByteVm.Runtime.Linking.Program;

namespace ByteVm.Bench.Interpreter;

/// <summary>
/// How often each linked instruction follows each other one directly in memory, over runs of Tarn programs: what superinstructions could gain.
/// </summary>
internal static class OpcodePairs
{
    private static readonly Argument<string[]> Files = new("FILE") { Description = "Tarn sources", Arity = ArgumentArity.OneOrMore };

    private const int Printed = 30;

    public static Command Create()
    {
        var command = new Command("interpreter-pairs", "Which linked instruction follows which, and how often") { Files };
        command.SetAction(options => Print(options.GetRequiredValue(Files)));
        return command;
    }

    private static int Print(string[] files)
    {
        var total = new Dictionary<(LinkedOpcode, LinkedOpcode), double>();
        foreach (string file in files)
        {
            long[] pairs = Count(file, out long instructions);
            for (int i = 0; i < pairs.Length; i++)
            {
                var key = ((LinkedOpcode)(i / LinkedOpcodeTable.Count), (LinkedOpcode)(i % LinkedOpcodeTable.Count));
                total[key] = total.GetValueOrDefault(key) + (double)pairs[i] / instructions / files.Length;
            }
        }

        foreach (((LinkedOpcode first, LinkedOpcode second), double share) in total.OrderByDescending(p => p.Value).Take(Printed))
            Console.WriteLine($"{share,7:P2}  {first.Info().Mnemonic,-18} {second.Info().Mnemonic}");
        return 0;
    }

    private static long[] Count(string file, out long instructions)
    {
        CompilationResult compiled = TarnCompiler.CompileFile(file);
        using var program = new LinkedProgram(compiled.Module ?? throw new InvalidOperationException(compiled.RenderDiagnostics()), new ProgramOptions { FuseInstructions = false });
        var counting = new CountingProcessor();
        using var instance = new Instance(program, counting, new InstanceOptions { Capabilities = Capabilities.None });
        if (program.Initializer is { } initializer)
            new InstanceMonitor(instance).Call(initializer, []);
        LinkedFunction main = program.Export("main")!;
        new InstanceMonitor(instance).Call(main, main.ParameterSlots == 0 ? [] : [instance.AllocateArray(program.StringArray.DescriptorOffset, 0)]);
        instructions = counting.Instructions;
        Console.WriteLine($"{Path.GetFileName(file),-24} {instructions,14:N0} instructions");
        return counting.Pairs;
    }

    private sealed unsafe class CountingProcessor : IProcessor
    {
        private readonly InterpreterProcessor interpreter = new();

        public string Name => "counting";

        public long Instructions { get; private set; }

        public long[] Pairs { get; } = new long[LinkedOpcodeTable.Count * LinkedOpcodeTable.Count];

        public void Enter(Instance instance, LinkedFunction function, ReadOnlySpan<long> arguments) => interpreter.Enter(instance, function, arguments);

        public Trap Run(Instance instance) => interpreter.Run(instance, CountToTrap);

        public void GoTo(Instance instance, long* frame, CodeLocation location) => interpreter.GoTo(instance, frame, location);

        public bool TryLocateReturn(Instance instance, ulong returnAddress, out CodeLocation call) => interpreter.TryLocateReturn(instance, returnAddress, out call);

        private void CountToTrap(InstanceContext* context)
        {
            ulong* last;
            do
            {
                last = (ulong*)context->GuestRip;
                Instructions++;
                if (!HandlerTable.Step(context))
                    return;
                if ((ulong*)context->GuestRip == last + new LinkedInstruction(last).Size)
                    Pairs[(ushort)*last * LinkedOpcodeTable.Count + *(ushort*)context->GuestRip]++;
            }
            while (true);
        }
    }
}
