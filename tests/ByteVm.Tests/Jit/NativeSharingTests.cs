using System.Runtime.Versioning;
using ByteVm.Bytecode;
using ByteVm.Host;
using ByteVm.Host.Native;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;
using LinkedProgram = ByteVm.Runtime.Linking.Program;

namespace ByteVm.Tests.Jit;

/// <summary>One program's machine code under many threads: each function is compiled once, and nobody sees one half done.</summary>
[SupportedOSPlatform("linux")]
public sealed class NativeSharingTests
{
    private const int Functions = 200;
    private const int Threads = 8;
    private const int Rounds = 5;

    [Fact]
    public void ThreadsThatCompileAtTheSameTimeAgree()
    {
        Assert.SkipUnless(DirectExecution.IsSupported, DirectExecution.UnsupportedReason ?? "");
        for (int round = 0; round < Rounds; round++)
        {
            using LinkedProgram program = new(Chain(), ProgramOptions.Default);
            using NativeProcessor processor = new(program);
            using Barrier start = new(Threads);
            long[] results = new long[Threads];
            Thread[] threads = [.. Enumerable.Range(0, Threads).Select(i => new Thread(() => results[i] = RunOne(program, processor, start)))];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
            Assert.All(results, result => Assert.Equal(Functions, result));
            Assert.Equal(Functions, processor.Code.FunctionCount);
        }
    }

    [Fact]
    public void AnotherInstanceCompilesNothing()
    {
        using Native first = new(Chain());
        Assert.Equal(Functions, first.Call().Result);
        long bytes = first.Processor.Code.CodeBytes;
        using Instance second = new(first.Program, first.Processor, InstanceOptions.Default);
        first.Processor.Enter(second, first.Program.Export("main")!, []);
        Assert.Equal(Functions, first.Processor.Run(second).Result);
        Assert.Equal(bytes, first.Processor.Code.CodeBytes);
        Assert.Equal(Functions, first.Processor.Code.FunctionCount);
    }

    [Fact]
    public void SecondProcessorOfAProgramIsRefused()
    {
        using Native run = new(Chain());
        Assert.Throws<InvalidOperationException>(() => new NativeProcessor(run.Program));
    }

    private static long RunOne(LinkedProgram program, NativeProcessor processor, Barrier start)
    {
        using Instance instance = new(program, processor, InstanceOptions.Default);
        start.SignalAndWait();
        return new InstanceMonitor(instance).Call(program.Export("main")!, []).Result;
    }

    /// <summary>Functions that each call the next and add one.</summary>
    private static Module Chain()
    {
        ModuleBuilder module = new("chain");
        int[] functions = [.. Enumerable.Range(0, Functions).Select(i => module.DeclareFunction($"f{i}"))];
        for (int i = 0; i < Functions; i++)
        {
            FunctionBuilder f = module.DefineFunction(functions[i], [], TypeRef.I32);
            Register one = f.NewRegister(TypeRef.I32), rest = f.NewRegister(TypeRef.I32);
            f.ConstI32(one, 1);
            if (i + 1 < Functions)
                f.Call(rest, module.Function(functions[i + 1]), []);
            f.AddI32(rest, rest, one);
            f.ReturnValue(rest);
            f.Build();
        }

        module.AddExport("main", functions[0]);
        return module.Build();
    }
}
