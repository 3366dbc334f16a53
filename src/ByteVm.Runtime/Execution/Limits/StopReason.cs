namespace ByteVm.Runtime.Execution.Limits;

/// <summary>Why a running guest is stopped from outside.</summary>
internal enum StopReason
{
    None,

    /// <summary>The embedder asked for it.</summary>
    Requested,

    /// <summary>The token of one call was cancelled.</summary>
    CallCancelled,
    WallClock,
    CpuTime,
}
