using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using ByteVm.Bytecode;
using ByteVm.Host;
using ByteVm.Host.Native;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Interpretation;
using ByteVm.Runtime.Linking;
using LinkedProgram = ByteVm.Runtime.Linking.Program;

namespace ByteVm.Tests.Jit;

/// <summary>
/// Runs a function of a module on the interpreter and on the native processor and tells each run as text: how it ended, fuel, heap, output,
/// and at every trap that is no service all words of all frames. Equal texts mean equal engines.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe class EngineComparison
{
    public static void AssertSame(Module module, string export, long[] arguments, InstanceOptions options)
    {
        Assert.SkipUnless(DirectExecution.IsSupported, DirectExecution.UnsupportedReason ?? "");
        string interpreted = Observe(module, export, arguments, options, _ => new InterpreterProcessor());
        string native = Observe(module, export, arguments, options, program => new NativeProcessor(program));
        if (interpreted != native)
            Assert.Fail($"{module.Name}.{export}({string.Join(", ", arguments)}):\n--- interpreter\n{interpreted}\n--- native\n{native}");
    }

    private static string Observe(Module module, string export, long[] arguments, InstanceOptions options, Func<LinkedProgram, IProcessor> engine)
    {
        using LinkedProgram program = new(module, new ProgramOptions { Metered = true });
        IProcessor processor = engine(program);
        StringWriter seen = new(CultureInfo.InvariantCulture);
        Instance? instance = null;
        try
        {
            instance = new Instance(program, processor, options with { TraceTraps = _ => DescribeTrap(instance!, seen), Console = GuestConsole.To(seen) });
            Outcome outcome = new InstanceMonitor(instance).Call(program.Export(export)!, arguments);
            seen.WriteLine(outcome.Fault is { } fault ? $"{fault}" : $"returned {Canonical(outcome.Result):x}");
            seen.WriteLine($"fuel {instance.Context->Fuel}, heap {instance.Heap.UsedBytes}");
        }
        finally
        {
            instance?.Dispose();
            (processor as IDisposable)?.Dispose();
        }

        return seen.ToString();
    }

    /// <summary>An allocation may be a service in one engine and inline in the other.</summary>
    private static void DescribeTrap(Instance instance, StringWriter seen)
    {
        if (instance.Trap.Kind == TrapKind.Service)
            return;
        seen.WriteLine($"{instance.Trap.Kind} {instance.Trap.Fault}");
        FrameWalker frames = new(instance);
        for (int depth = 0; depth < 20 && frames.MoveNext(); depth++)
            seen.WriteLine(DescribeFrame(frames.Location, frames.Frame));
    }

    private static string DescribeFrame(CodeLocation location, long* frame)
    {
        StringBuilder text = new($"  {location.Function.Name}@{location.Word}:");
        for (int word = FrameLayout.LocalWord(location.Function.LocalSlots - 1); word < 0; word++)
            text.Append(CultureInfo.InvariantCulture, $" {Canonical(frame[word]):x}");
        text.Append(" |");
        for (int parameter = 0; parameter < location.Function.ParameterSlots; parameter++)
            text.Append(CultureInfo.InvariantCulture, $" {Canonical(frame[FrameLayout.ParameterWord(parameter)]):x}");
        return text.ToString();
    }

    /// <summary>Which NaN it is cannot be observed, so engines may differ in it.</summary>
    private static long Canonical(long word) =>
        word >>> 32 == 0 && float.IsNaN(BitConverter.Int32BitsToSingle((int)word)) ? 0x7FC0_0000
        : double.IsNaN(BitConverter.Int64BitsToDouble(word)) ? 0x7FF8_0000_0000_0000
        : word;
}
