namespace ByteVm;

/// <summary>A program cannot be instantiated with these options. The message says what the module asks for and what there is.</summary>
public sealed class InstantiationException(string message) : Exception(message);
