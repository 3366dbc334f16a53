using System.Runtime.Versioning;
using ByteVm.Bytecode;
using ByteVm.Host;
using ByteVm.Host.Native;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;
using LinkedProgram = ByteVm.Runtime.Linking.Program;

namespace ByteVm.Tests.Jit;

/// <summary>A program of a hand-made module with one instance on the native processor, with or without the monitor.</summary>
[SupportedOSPlatform("linux")]
internal sealed class Native : IDisposable
{
    public Native(Module module, ProgramOptions? options = null, InstanceOptions? limits = null)
    {
        Assert.SkipUnless(DirectExecution.IsSupported, DirectExecution.UnsupportedReason ?? "");
        Program = new LinkedProgram(module, options ?? ProgramOptions.Default);
        Processor = new NativeProcessor(Program);
        Instance = new Instance(Program, Processor, limits ?? new InstanceOptions());
    }

    public LinkedProgram Program { get; }

    public NativeProcessor Processor { get; }

    public Instance Instance { get; }

    /// <summary>Runs the exported function "main" until its first trap.</summary>
    public Trap Call(params ReadOnlySpan<long> arguments)
    {
        Processor.Enter(Instance, Program.Export("main")!, arguments);
        return Processor.Run(Instance);
    }

    /// <summary>Runs it to its end, with the monitor serving its traps.</summary>
    public Outcome Run(params ReadOnlySpan<long> arguments) => new InstanceMonitor(Instance).Call(Program.Export("main")!, arguments);

    public void Dispose()
    {
        Instance.Dispose();
        Processor.Dispose();
        Program.Dispose();
    }
}
