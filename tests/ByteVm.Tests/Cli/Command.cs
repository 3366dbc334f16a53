using System.Diagnostics;
using System.Globalization;

namespace ByteVm.Tests.Cli;

/// <summary>Runs the command as a user does: in a process of its own, in a folder of its own.</summary>
internal sealed class Command : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("bytevm-cli-").FullName;

    public sealed record Result(int ExitCode, string Output, string Error);

    public string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Folder, name))!);
        File.WriteAllText(Path.Combine(Folder, name), text);
        return name;
    }

    /// <summary>What XDG_CACHE_HOME says; the user's home is the folder.</summary>
    public string CacheHome { get; set; } = "";

    public string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    public Result Run(params string[] arguments) => RunWith("", arguments);

    public Result RunWith(string input, params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        return Finish(process, output, error);
    }

    /// <summary>Sends an interrupt, as Ctrl-C does, once the program has written its first line.</summary>
    public Result RunAndInterrupt(params string[] arguments) => RunAndSignal(["-INT"], arguments);

    /// <summary>
    /// Sends signals, named as for "kill": the first once the program has written its first line, each further one when a line about the last came on the
    /// error output.
    /// </summary>
    public Result RunAndSignal(string[] signals, params string[] arguments)
    {
        using Process process = Start(arguments);
        string output = process.StandardOutput.ReadLine() + "\n", error = "";
        foreach (string signal in signals)
        {
            if (signal != signals[0])
                error += process.StandardError.ReadLine() + "\n";
            using Process kill = Process.Start("kill", [signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
        }

        Result result = Finish(process, process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        return result with { Output = output + result.Output, Error = error + result.Error };
    }

    /// <summary>Reads the first line of the output and closes it, as "| head -1" does.</summary>
    public Result RunAndReadOneLine(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string first = process.StandardOutput.ReadLine() + "\n";
        process.StandardOutput.Close();
        return Finish(process, Task.FromResult(first), error);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "bytevm"), arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_CACHE_HOME"] = CacheHome;
        start.Environment["HOME"] = Folder;
        return Process.Start(start)!;
    }

    private static Result Finish(Process process, Task<string> output, Task<string> error)
    {
        if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
        {
            process.Kill();
            Assert.Fail("the command did not end within a minute");
        }

        return new Result(process.ExitCode, output.Result, error.Result);
    }
}
