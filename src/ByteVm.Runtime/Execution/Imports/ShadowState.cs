namespace ByteVm.Runtime.Execution.Imports;

/// <summary>The privileged state of one instance, which its guest reaches through host operations alone.</summary>
internal sealed class ShadowState(InstanceOptions options)
{
    private GuestFiles? files;

    public ConsoleBuffer Console { get; } = new(options.Console, options.Limits.OutputBytes);

    public string[] Arguments { get; } = [.. options.Arguments];

    public GuestFiles Files => files ??= new GuestFiles(options);

    public bool ExitRequested { get; private set; }

    public int ExitCode { get; private set; }

    /// <summary>Whether the instance waits for input, where no poll can stop it.</summary>
    public bool IsWaiting { get; private set; }

    public void Exit(int code)
    {
        ExitCode = code;
        ExitRequested = true;
    }

    public string? ReadLine()
    {
        Console.Flush();
        IsWaiting = true;
        try
        {
            return options.Console.ReadLine();
        }
        catch (Exception e)
        {
            throw new HostFaultException(FaultKind.HostError, $"cannot read from the console: {e.Message}", e);
        }
        finally
        {
            IsWaiting = false;
        }
    }
}
