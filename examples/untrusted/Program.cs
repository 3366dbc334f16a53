// Runs every program of a folder, each in a worker process, and prints what became of it.
using ByteVm;
using ByteVm.Bytecode;
using ByteVm.Tarn;

string folder = args is [string given] ? given : "examples/untrusted/modules";
InstanceOptions options = InstanceOptions.Default with
{
    Isolation = IsolationLevel.Process,
    MemoryBytes = 16 << 20,
    StackBytes = 256 << 10,
    Capabilities = Capabilities.None.Allow($"fs:read={folder}"),
    Limits = new ResourceLimits { WallClock = TimeSpan.FromSeconds(1), CpuTime = TimeSpan.FromSeconds(1), OutputBytes = 10_000, TrapsPerSecond = 50_000 },
};

Console.WriteLine($"{"program",-16} {"line",-6} verdict");
foreach (string path in Directory.EnumerateFiles(folder).Where(f => Path.GetExtension(f) is ".tarn" or ".bvm").Order(StringComparer.Ordinal))
{
    (string line, string verdict) = Verdict(path, options);
    Console.WriteLine($"{Path.GetFileName(path),-16} {line,-6} {verdict}");
}

return 0;

static (string Line, string Verdict) Verdict(string path, InstanceOptions options)
{
    try
    {
        using GuestProgram program = Prepare(path);
        using GuestInstance instance = program.Instantiate(options);
        return ("", $"ended with exit code {instance.RunMain()}");
    }
    catch (GuestFaultException e)
    {
        return (e.Fault.Frames is [{ Line: > 0 } frame, ..] ? $"{frame.Line}" : "", e.Fault.Message);
    }
    catch (Exception e) when (e is InstantiationException or ModuleFormatException or VerificationException or InvalidDataException)
    {
        return ("", $"refused: {e.Message.Split('\n')[0]}");
    }
}

static GuestProgram Prepare(string path)
{
    if (Path.GetExtension(path) == ".bvm")
        return GuestProgram.Load(path);
    CompilationResult result = TarnCompiler.CompileFile(path);
    return GuestProgram.FromModule(result.Module ?? throw new InvalidDataException(result.RenderDiagnostics()));
}
