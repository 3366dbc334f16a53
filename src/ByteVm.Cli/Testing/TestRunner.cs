using System.Diagnostics;
using ByteVm.Tarn;

namespace ByteVm.Cli.Testing;

/// <summary>How a test went.</summary>
/// <param name="Failure">Why it failed, in one sentence; null when it passed.</param>
/// <param name="Fault">Where, if a fault ended it.</param>
/// <param name="Output">What it printed.</param>
internal sealed record TestOutcome(TestCase Test, TimeSpan Time, string? Failure, GuestFault? Fault, string Output);

/// <summary>Runs tests of one program, each in an instance of its own.</summary>
internal sealed class TestRunner(GuestProgram program, InstanceOptions options)
{
    public TestOutcome Run(TestCase test)
    {
        var output = new StringWriter();
        long started = Stopwatch.GetTimestamp();
        (string? failure, GuestFault? fault) = Call(test, options with { Console = GuestConsole.To(output) });
        return new TestOutcome(test, Stopwatch.GetElapsedTime(started), failure, fault, output.ToString());
    }

    private (string? Failure, GuestFault? Fault) Call(TestCase test, InstanceOptions own)
    {
        try
        {
            using GuestInstance instance = program.Instantiate(own);
            instance.Call(test.Export);
            return (null, null);
        }
        catch (GuestFaultException e)
        {
            return (Message(e.Fault), e.Fault);
        }
        catch (GuestExitException e)
        {
            return ($"it ended the program with exit code {e.ExitCode}", null);
        }
        catch (InstantiationException e)
        {
            throw new CommandException(ExitCode.NotAllowed, e.Message);
        }
        catch (PlatformNotSupportedException e)
        {
            throw new CommandException(ExitCode.Unavailable, e.Message);
        }
    }

    /// <summary>Of an assertion only what it says.</summary>
    private static string Message(GuestFault fault)
    {
        const string Assertion = "uncaught std.testing.AssertionException: ";
        return fault.Message.StartsWith(Assertion, StringComparison.Ordinal) ? fault.Message[Assertion.Length..] : fault.Message;
    }
}
