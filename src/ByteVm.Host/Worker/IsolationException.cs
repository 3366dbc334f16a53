namespace ByteVm.Host.Worker;

/// <summary>Worker processes cannot be had, or one could not be isolated as it must be; the message names what is missing.</summary>
internal sealed class IsolationException(string message) : PlatformNotSupportedException($"Isolation 'process' is not to be had: {message}.");
