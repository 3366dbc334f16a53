namespace ByteVm;

/// <summary>A program cannot be instantiated with these options. The message says what the module asks for and which option would grant it.</summary>
public sealed class InstantiationException(string message) : Exception(message);
