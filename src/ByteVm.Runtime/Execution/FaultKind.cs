namespace ByteVm;

/// <summary>Why an instance ended abnormally. Guest faults first, which the guest can catch as exceptions; never the control traps.</summary>
public enum FaultKind
{
    None,
    NullReference,
    IndexOutOfBounds,
    DivisionByZero,
    InvalidCast,
    ArithmeticOverflow,

    /// <summary>Bytes that are not UTF-8, a slice inside a scalar, a number that is not a Unicode scalar.</summary>
    MalformedText,

    NegativeArrayLength,
    StackOverflow,
    OutOfMemory,

    /// <summary>The guest threw an exception and did not catch it.</summary>
    UncaughtException,

    /// <summary>A host operation failed; the message says how.</summary>
    HostError,

    /// <summary>A host operation was not granted, or a path lies outside of what was; the message names the operation and the option that would allow it.</summary>
    Denied,

    /// <summary>Control: the fuel limit was reached.</summary>
    OutOfFuel,

    /// <summary>Control: the host asked the instance to stop.</summary>
    Interrupted,

    /// <summary>Control: one of <see cref="ResourceLimits"/> or the program's limit of machine code was reached; the message says which.</summary>
    LimitExceeded,

    /// <summary>Control: the process that ran the guest has ended, or what it left is no state of a guest. The instance is lost.</summary>
    WorkerDied,
}
