using System.Diagnostics;

namespace ByteVm.Tests.Host;

/// <summary>
/// Runs a scenario that kills its process in a child: the test program itself, which the environment variable turns into the scenario
/// before the test runner starts.
/// </summary>
internal static class ChildProcess
{
    private const string Variable = "BYTEVM_TEST_CHILD";
    private const int SurvivedStatus = 99;

    public sealed record Outcome(int Status, string Errors)
    {
        public bool Survived => Status == SurvivedStatus;

        /// <summary>Exit status by which a shell, and .NET's Process, report death by a signal.</summary>
        public static int DeathBy(int signal) => 128 + signal;
    }

    /// <param name="scenario">Name of a method of <see cref="FatalScenarios"/>.</param>
    public static Outcome Run(string scenario)
    {
        ProcessStartInfo start = new(Path.Combine(AppContext.BaseDirectory, "ByteVm.Tests")) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment[Variable] = scenario;
        using Process child = Process.Start(start)!;
        Task<string> output = child.StandardOutput.ReadToEndAsync();
        Task<string> errors = child.StandardError.ReadToEndAsync();
        if (!child.WaitForExit(TimeSpan.FromSeconds(60)))
            child.Kill();
        Task.WaitAll(output, errors);
        return new Outcome(child.ExitCode, errors.Result);
    }

    /// <summary>Plays the scenario if this process is such a child; does not return then.</summary>
    public static void RunScenarioIfChild()
    {
        string? scenario = Environment.GetEnvironmentVariable(Variable);
        if (scenario is null || !OperatingSystem.IsLinux())
            return;
        FatalScenarios.All[scenario]();
        Environment.Exit(SurvivedStatus);
    }
}
