using System.ComponentModel;
using System.Diagnostics;

namespace ByteVm.Bench;

/// <summary>Runs other programs and takes their output.</summary>
internal static class ChildProcess
{
    /// <summary>Standard output of a command that must succeed.</summary>
    /// <exception cref="InvalidOperationException">It could not be started or did not exit with 0.</exception>
    public static string Require(string[] command)
    {
        (int code, string output, string error) = Run(command);
        if (code != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {code}:\n{output}{error}");
        return output;
    }

    public static bool Succeeds(string[] command)
    {
        try
        {
            return Run(command).Code == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static (int Code, string Output, string Error) Run(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
