namespace ByteVm.Cli;

/// <summary>Ends the command with a message for the user.</summary>
/// <param name="message">What is wrong and what to do; printed as it stands.</param>
internal sealed class CommandException(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;
}
