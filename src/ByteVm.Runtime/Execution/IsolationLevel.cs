namespace ByteVm;

/// <summary>What stands between a guest and its host.</summary>
public enum IsolationLevel
{
    /// <summary>Verifier, checked code, cage and guards, in this process: for programs that you would run anyway.</summary>
    Cage,

    /// <summary>All of that, in a process of its own that can make no system call: for code that nobody trusts. x86-64 Linux.</summary>
    Process,
}
