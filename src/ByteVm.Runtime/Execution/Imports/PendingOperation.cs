namespace ByteVm.Runtime.Execution.Imports;

/// <summary>
/// A host operation that has begun and waits for something outside. The guest is parked at its trap meanwhile, on no thread: whoever drives the instance
/// waits for the task, on whichever thread, and lets the monitor go on.
/// </summary>
/// <param name="Task">What is waited for; how it ended is for <paramref name="Then"/> to find out.</param>
/// <param name="Then">Goes on with the same call: gives its result, or waits again.</param>
internal sealed record PendingOperation(BoundImport Import, Task Task, HostHandler Then);
