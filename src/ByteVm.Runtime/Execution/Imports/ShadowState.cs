using ByteVm.Runtime.Execution.Imports.Files;

namespace ByteVm.Runtime.Execution.Imports;

/// <summary>The privileged state of one instance, which its guest reaches through host operations alone.</summary>
internal sealed class ShadowState : IDisposable
{
    private readonly InstanceOptions options;
    private GuestFiles? files;

    public ShadowState(InstanceOptions options)
    {
        this.options = options;
        Console = new ConsoleBuffer(options.Console, options.Limits.OutputBytes);
        Input = new ConsoleInput(options.Console, Console.Flush, options.MemoryBytes);
        Handles = new HandleTable(options.Limits.OpenHandles);
        Arguments = [.. options.Arguments];
    }

    public ConsoleBuffer Console { get; }

    public ConsoleInput Input { get; }

    /// <summary>What the guest has open.</summary>
    public HandleTable Handles { get; }

    public string[] Arguments { get; }

    public GuestFiles Files => files ??= new GuestFiles(options);

    public bool ExitRequested { get; private set; }

    public int ExitCode { get; private set; }

    public void Exit(int code)
    {
        ExitCode = code;
        ExitRequested = true;
    }

    public void Dispose() => Handles.Dispose();
}
