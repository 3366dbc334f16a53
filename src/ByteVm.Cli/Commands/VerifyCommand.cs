using System.CommandLine;
using ByteVm.Bytecode;

namespace ByteVm.Cli.Commands;

/// <summary><c>bytevm verify FILE</c></summary>
internal static class VerifyCommand
{
    private static readonly Argument<string> File = new("FILE") { Description = "A .bvm module or .bva text" };

    public static Command Create()
    {
        var command = new Command("verify", "Check a module against the rules of the machine.") { File };
        command.SetAction(Verify);
        return command;
    }

    private static int Verify(ParseResult parsed)
    {
        string path = parsed.GetRequiredValue(File);
        Module module = ModuleFiles.Load(path, parsed.InvocationConfiguration.Error);
        IReadOnlyList<VerificationError> errors = Verifier.Check(module);
        foreach (VerificationError error in errors)
            parsed.InvocationConfiguration.Error.WriteLine($"{path}: {error}");
        if (errors.Count > 0)
            return ExitCode.BadInput;
        string contents = $"{module.Functions.Count:N0} functions, {module.TypeDefinitions.Count:N0} types, {module.Imports.Count:N0} imports";
        parsed.InvocationConfiguration.Output.WriteLine($"{path}: valid, {contents}");
        return ExitCode.Success;
    }
}
