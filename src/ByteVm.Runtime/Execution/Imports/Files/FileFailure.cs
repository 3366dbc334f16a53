namespace ByteVm.Runtime.Execution.Imports.Files;

/// <summary>Failures of file operations as guests learn of them.</summary>
internal static class FileFailure
{
    /// <summary>Whether an exception comes of the world outside, not of an error in the host.</summary>
    public static bool IsOutside(Exception e) => e is IOException or UnauthorizedAccessException or NotSupportedException or FileRefusedException;

    public static HostFaultException Of(string verb, string path, Exception e) => e is LinkLeadsOutException ? Denied(verb, path, e.Message) : Of(verb, path, e switch
    {
        FileRefusedException => e.Message,
        FileNotFoundException => "there is no such file",
        DirectoryNotFoundException => "there is no such folder",
        UnauthorizedAccessException => "the system denies access",
        PathTooLongException => "the path is too long",
        _ => "the system reports an error",
    });

    public static HostFaultException Of(string verb, string path, string why) => new(FaultKind.HostError, $"cannot {verb} \"{path}\": {why}");

    /// <summary>What another grant would allow.</summary>
    public static HostFaultException Denied(string verb, string path, string why) => new(FaultKind.Denied, $"cannot {verb} \"{path}\": {why}");
}
