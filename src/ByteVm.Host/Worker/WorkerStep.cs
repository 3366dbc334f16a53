namespace ByteVm.Host.Worker;

/// <summary>The steps by which a worker gives up its rights; the names stand in messages.</summary>
internal enum WorkerStep
{
    Ready,
    UnmapEverything,
    CloseDescriptors,
    SignalMask,
    SignalStack,
    FaultHandlers,
    ParentDeathSignal,
    NoNewPrivileges,
    TimestampCounter,
    Landlock,
    ReceiveInstance,
    MapSharedMemory,
    ResourceLimits,
    SeccompListener,
    SendListener,
    Undumpable,
    SeccompFilter,
}
