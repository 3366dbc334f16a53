using ByteVm.Memory;
using System.Security.Cryptography;

namespace ByteVm.Conformance.Running;

/// <summary>How a program is run.</summary>
public sealed record Variant(EngineKind Engine, bool Metered, bool Stress, IsolationLevel Isolation = IsolationLevel.Cage)
{
    /// <summary>What programs are compared on, the reference first.</summary>
    public static readonly Variant Reference = new(EngineKind.Interpreter, Metered: true, Stress: false);

    public override string ToString() => $"{Engine}{(Metered ? ", metered" : "")}{(Stress ? ", GC stress" : "")}{(Isolation == IsolationLevel.Process ? ", in a worker" : "")}";
}

/// <summary>Everything that a run shows of itself.</summary>
/// <param name="ExitCode">Null when a fault ended it.</param>
/// <param name="Fault">With its trace; null when none.</param>
/// <param name="Fuel">Units used; 0 in a run that is not metered.</param>
/// <param name="Files">Name and hash of each file it left.</param>
internal sealed record ProgramRun(int? ExitCode, string Output, string? Fault, long Fuel, string Files)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(5);

    public static ProgramRun Of(ProgramCase test, Variant variant)
    {
        using var folder = new ScratchFolder();
        return In(folder, test, variant);
    }

    public static ProgramRun In(ScratchFolder folder, ProgramCase test, Variant variant)
    {
        GuestProgram program = ProgramStore.Get(test.Source, variant.Engine, variant.Metered);
        using var output = new StringWriter { NewLine = "\n" };
        (int? exitCode, string? fault, long fuel) = Run(program, OptionsOf(test, variant, folder.Path, output));
        return new ProgramRun(exitCode, output.ToString(), fault, fuel, FilesIn(folder.Path));
    }

    private static (int? ExitCode, string? Fault, long Fuel) Run(GuestProgram program, InstanceOptions options)
    {
        GuestInstance? instance = null;
        try
        {
            instance = program.Instantiate(options);
            // A program that never ends becomes a failed test and not a hanging one.
            using var limit = new Timer(_ => instance.Interrupt(), null, TimeLimit, Timeout.InfiniteTimeSpan);
            return (instance.RunMain(), null, instance.FuelUsed);
        }
        catch (GuestFaultException e)
        {
            return (null, e.Fault.ToString(), instance?.FuelUsed ?? 0);
        }
        finally
        {
            instance?.Dispose();
        }
    }

    private static InstanceOptions OptionsOf(ProgramCase test, Variant variant, string folder, TextWriter output)
    {
        InstanceOptions defaults = InstanceOptions.Default;
        return defaults with
        {
            Arguments = test.Arguments,
            Console = GuestConsole.To(output, input: new StringReader(test.Input)),
            Capabilities = test.Grants.Aggregate(Capabilities.None, (all, grant) => all.Allow(grant)),
            WorkingDirectory = folder,
            Fuel = test.Fuel,
            MemoryBytes = test.MemoryBytes ?? defaults.MemoryBytes,
            StackBytes = test.StackBytes ?? defaults.StackBytes,
            GcStress = variant.Stress ? test.Stress : GcStress.Never,
            Isolation = variant.Isolation,
        };
    }

    private static string FilesIn(string folder) => string.Join(
        "\n",
        Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(f => $"{Path.GetFileName(f)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))}"));
}
