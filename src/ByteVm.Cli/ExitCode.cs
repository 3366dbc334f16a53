namespace ByteVm.Cli;

/// <summary>Exit codes of the command. A program that ends by itself gives its own.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 64;

    /// <summary>A source or module has errors.</summary>
    public const int BadInput = 65;

    /// <summary>A file cannot be read.</summary>
    public const int NoInput = 66;

    /// <summary>The engine asked for does not run on this system.</summary>
    public const int Unavailable = 69;

    /// <summary>An error of ByteVm itself.</summary>
    public const int Internal = 70;

    /// <summary>A file cannot be written.</summary>
    public const int CannotCreate = 73;

    /// <summary>The program did something that was not allowed, or imports what there is not.</summary>
    public const int NotAllowed = 77;

    /// <summary>The program ended with a fault.</summary>
    public const int Fault = 101;

    /// <summary>The program met a limit: fuel, memory or stack.</summary>
    public const int Limit = 102;

    /// <summary>Ended by Ctrl-C.</summary>
    public const int Interrupted = 130;

    /// <summary>Ended because nobody reads its output any more: 128 and the signal's number, as for any other program.</summary>
    public const int ReaderGone = 141;

    public const string Help =
        """
        Exit codes:
          0..255  what the program itself returns
          64      wrong command line            70   internal error of bytevm
          65      errors in a source or module  73   a file cannot be written
          66      a file cannot be read         77   something was not allowed, or is not offered
          69      engine not available here
          101     the program ended with a fault
          102     the program met a limit: fuel, memory or stack
          130     ended by Ctrl-C               141  nobody reads the output any more
        """;

    public static int Of(FaultKind kind) => kind switch
    {
        FaultKind.OutOfFuel or FaultKind.OutOfMemory or FaultKind.LimitExceeded or FaultKind.StackOverflow => Limit,
        FaultKind.Interrupted => Interrupted,
        FaultKind.Denied => NotAllowed,
        _ => Fault,
    };
}
