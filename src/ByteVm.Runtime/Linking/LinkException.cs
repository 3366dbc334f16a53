namespace ByteVm;

/// <summary>A verified module that cannot be linked: a size, nesting or specialization limit. The message names module, type or function, and the limit.</summary>
public sealed class LinkException(string message) : Exception(message);
