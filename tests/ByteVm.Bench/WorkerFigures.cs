using System.Diagnostics;
using ByteVm.Host.Worker;
using ByteVm.Memory;
using ByteVm.Memory.Layout;
using ByteVm.Tarn;
using ByteVm.Tarn.Syntax;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Bench;

/// <summary>What isolation in worker processes costs.</summary>
internal static unsafe class WorkerFigures
{
    public const string Usage = "worker [--quick yes]";

    public static int Run(string[] arguments)
    {
        bool quick = CommandOptions.Parse(arguments, "--quick")["--quick"] is not null;
        if (!OperatingSystem.IsLinux())
            return 1;
        ProcessIsolation isolation = ProcessIsolation.Instance;
        Console.WriteLine($"processors {Environment.ProcessorCount}, namespaces {(isolation.HasNamespaces ? "yes" : "no")}");
        Starts(isolation, quick ? 20 : 200);
        Trips(isolation, quick ? 20_000 : 200_000);
        Deaths(isolation, quick ? 10 : 50);
        ManyInstances(IsolationLevel.Cage, quick ? 200 : 1000);
        ManyInstances(IsolationLevel.Process, quick ? 40 : 200);
        return 0;
    }

    private static void Starts(ProcessIsolation isolation, int count)
    {
        Report("spawn to first trap", "µs", Enumerable.Range(0, count).Select(_ => StartOnce(isolation)));
        var pooled = new List<double>();
        for (int i = 0; i < count; i += 10)
        {
            isolation.KeepReady(10);
            Thread.Sleep(20);
            isolation.KeepReady(0);
            for (int k = 0; k < 10; k++)
                pooled.Add(StartOnce(isolation));
        }

        Report("from the pool to first trap", "µs", pooled);
    }

    private static double StartOnce(ProcessIsolation isolation)
    {
        using var guest = new BareGuest(isolation);
        return guest.Start(spinLimit: 0).TotalMicroseconds;
    }

    private static void Trips(ProcessIsolation isolation, int count)
    {
        foreach ((string name, int spin) in ((string, int)[])[("parked in the kernel (user notification)", 0), ("spinning 1,000 times first", 1000), ("spinning 20,000 times first", 20_000)])
        {
            using var guest = new BareGuest(isolation);
            guest.Start(spin);
            Report($"trap round trip, {name}", "µs", Enumerable.Range(0, 10).Select(_ => guest.Trips(count / 10).TotalMicroseconds / (count / 10)));
        }

        using var idle = new BareGuest(isolation);
        idle.Start(spinLimit: 0);
        Console.WriteLine($"{"resident memory of an idle worker",-64} {idle.ResidentKilobytes} kB");
    }

    private static void Deaths(ProcessIsolation isolation, int count)
    {
        var times = new List<double>();
        for (int i = 0; i < count; i++)
        {
            using var guest = new BareGuest(isolation);
            guest.Start(spinLimit: 0);
            times.Add(guest.NoticeDeath().TotalMilliseconds);
        }

        Report("killed to noticed", "ms", times);
        Console.WriteLine($"{"  worst",-64} {times.Max(),10:N3} ms");
    }

    private static void ManyInstances(IsolationLevel level, int count)
    {
        CompilationResult result = TarnCompiler.Compile("many", new SourceText("many.tarn", "fn twice(x: int): int { let a = new int[1000]; a[999] = x; return a[999] * 2 }"), new NoSources(), new CompilerOptions { RequireMain = false });
        Bytecode.Module module = result.Module ?? throw new InvalidOperationException(result.RenderDiagnostics());
        using GuestProgram program = GuestProgram.FromModule(module, new EngineOptions { Engine = EngineKind.Baseline });
        long started = Stopwatch.GetTimestamp();
        var instances = new List<GuestInstance>();
        for (int i = 0; i < count; i++)
            instances.Add(program.Instantiate(InstanceOptions.Default with { Isolation = level }));
        int right = instances.Select((instance, i) => instance.Call<int>("twice", i) == 2 * i ? 1 : 0).Sum();
        right += instances.Select((instance, i) => instance.Call<int>("twice", -i) == -2 * i ? 1 : 0).Sum();
        Console.WriteLine($"{$"{count} instances alive at once, {level}: all answered twice",-64} {(right == 2 * count ? "yes" : "NO")}, {Stopwatch.GetElapsedTime(started).TotalMilliseconds:N0} ms");
        instances.ForEach(i => i.Dispose());
    }

    private static void Report(string name, string unit, IEnumerable<double> values)
    {
        double[] all = [.. values];
        Console.WriteLine($"{name,-64} {Statistics.Median(all),10:N3} {unit}   (best {all.Min():N3}, worst {all.Max():N3})");
    }

    private sealed class NoSources : ISourceProvider
    {
        public SourceText? Find(string moduleName) => null;
    }

    /// <summary>A worker whose guest does nothing but trap, for ever.</summary>
    private sealed class BareGuest(ProcessIsolation isolation) : IDisposable
    {
        private readonly ContextPage page = new(shared: true);
        private readonly MetadataRegion metadata = new();
        private readonly Cage cage = new(64 * 1024, shared: true);
        private readonly GuestStack stack = new(64 * 1024, shared: true);
        private readonly CodeRegion code = new(64 * 1024);
        private WorkerProcess? worker;
        private TrapChannel? channel;

        public TimeSpan Start(int spinLimit)
        {
            WriteLoop();
            metadata.Allocate(4096);
            long started = Stopwatch.GetTimestamp();
            worker = isolation.Take();
            int listener = worker.Attach([page.Shared, stack.Shared, .. cage.Shared, metadata.Shared, code.Shared], ulong.MaxValue);
            channel = new TrapChannel(worker, listener, page.Context, spinLimit);
            channel.WaitForTrap();
            return Stopwatch.GetElapsedTime(started);
        }

        public TimeSpan Trips(int count)
        {
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < count; i++)
            {
                channel!.Resume();
                channel.WaitForTrap();
            }

            return Stopwatch.GetElapsedTime(started);
        }

        public TimeSpan NoticeDeath()
        {
            long killed = Stopwatch.GetTimestamp();
            worker!.Kill();
            channel!.Resume();
            while (channel.WaitForTrap())
                channel.Resume();
            return Stopwatch.GetElapsedTime(killed);
        }

        public string ResidentKilobytes =>
            File.ReadLines($"/proc/{worker!.Id}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal))[6..].Trim().Replace(" kB", "", StringComparison.Ordinal);

        public void Dispose()
        {
            worker?.Dispose();
            channel?.Dispose();
            code.Dispose();
            metadata.Dispose();
            stack.Dispose();
            cage.Dispose();
            page.Dispose();
        }

        private void WriteLoop()
        {
            CodeBlock block = code.Allocate(4096);
            Assembler c = new(64);
            Label again = c.CreateLabel();
            c.Label(ref again);
            c.lea(rax, __[again]);
            c.jmp(__qword_ptr[r14 + InstanceContext.OffsetOf(nameof(InstanceContext.TrapStub))]);
            using MemoryStream stream = new();
            c.Assemble(new StreamCodeWriter(stream), block.Address);
            stream.ToArray().CopyTo(block.Writable);
            InstanceContext* context = page.Context;
            context->CageBase = (ulong)cage.Base;
            context->MetadataBase = (ulong)metadata.Base;
            context->TrapStub = isolation.Image.LightTrap;
            context->GuestMxcsr = 0x1F80;
            context->GuestRip = block.Address;
            context->GuestRsp = (ulong)stack.Top - 128;
        }
    }
}
