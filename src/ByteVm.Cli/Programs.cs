using ByteVm.Bytecode;

namespace ByteVm.Cli;

/// <summary>Makes modules ready to run, with errors as the command says them.</summary>
internal static class Programs
{
    /// <exception cref="CommandException">The module breaks rules, or the engine does not run here.</exception>
    public static GuestProgram Prepare(string path, Module module, EngineOptions options)
    {
        try
        {
            return GuestProgram.FromModule(module, options);
        }
        catch (VerificationException e)
        {
            throw new CommandException(ExitCode.BadInput, $"{path} is not a valid module:\n{string.Join('\n', e.Errors)}");
        }
        catch (LinkException e)
        {
            throw new CommandException(ExitCode.BadInput, $"{path}: {e.Message}");
        }
        catch (PlatformNotSupportedException e)
        {
            throw new CommandException(ExitCode.Unavailable, $"{e.Message} Use --engine interpreter.");
        }
    }
}
