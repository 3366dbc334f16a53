namespace ByteVm.Host.Worker;

/// <summary>How a worker process ended.</summary>
/// <param name="Code">CLD_* of waitid.</param>
/// <param name="Status">Exit status or signal.</param>
internal readonly record struct WorkerDeath(int Code, int Status)
{
    private const int Exited = 1, ForbiddenSystemCall = 31, Killed = 9, Segmentation = 11, CpuTime = 24;

    public WorkerDeath((int Code, int Status) result) : this(result.Code, result.Status)
    {
    }

    /// <summary>Killed by seccomp: it tried to make a system call.</summary>
    public bool ByForbiddenSystemCall => Code != Exited && Status == ForbiddenSystemCall;

    public override string ToString() => (Code, Status) switch
    {
        (Exited, _) => $"it exited with status {Status}",
        (_, ForbiddenSystemCall) => "it made a system call, which is forbidden to it (SIGSYS)",
        (_, Killed) => "it was killed (SIGKILL)",
        (_, Segmentation) => "a fault in its fault handler (SIGSEGV)",
        (_, CpuTime) => "its CPU time was used up (SIGXCPU)",
        _ => $"signal {Status}",
    };
}
