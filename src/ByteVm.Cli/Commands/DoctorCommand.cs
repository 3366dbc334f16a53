using System.CommandLine;

namespace ByteVm.Cli.Commands;

/// <summary><c>bytevm doctor</c></summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Say what this machine offers for direct execution and isolation, and how each was found out.");
        command.SetAction(Report);
        return command;
    }

    private static int Report(ParseResult parsed)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        IReadOnlyList<MachineFeature> features = MachineFeatures.Probe();
        int width = features.Max(f => f.Name.Length);
        foreach (MachineFeature feature in features)
        {
            string state = feature.IsAvailable ? "yes" : feature.IsRequired ? "MISSING" : "no";
            output.WriteLine($"{feature.Name.PadRight(width)}  {state,-7}  {(feature.IsRequired ? "required" : "extra   ")}  {feature.Probe}");
        }

        bool complete = features.All(f => f.IsAvailable || !f.IsRequired);
        output.WriteLine(complete ? "run --isolation process works here." : "run --isolation process does not work here: something required is missing. run --isolation cage may.");
        return complete ? ExitCode.Success : ExitCode.Unavailable;
    }
}
