using ByteVm.Bytecode;

namespace ByteVm.Tests.Specification;

/// <summary>What a program of a specification comes to.</summary>
internal static class ExampleRun
{
    /// <summary>What it writes, and the message of the fault that ends it; null for nothing and none.</summary>
    public static (string? Output, string? Fault) Of(Module module, EngineKind engine)
    {
        using GuestProgram program = GuestProgram.FromModule(module, new EngineOptions { Engine = engine });
        using var output = new StringWriter { NewLine = "\n" };
        using GuestInstance instance = program.Instantiate(InstanceOptions.Default with { Console = GuestConsole.To(output) });
        try
        {
            instance.RunMain();
            return (Written(output), null);
        }
        catch (GuestFaultException e)
        {
            return (Written(output), e.Fault.Message + "\n");
        }
    }

    private static string? Written(StringWriter output) => output.ToString() is { Length: > 0 } text ? text : null;
}
