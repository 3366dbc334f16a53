namespace ByteVm.Bytecode;

/// <summary>A place in a function's code, referred to before or after it is marked.</summary>
public readonly record struct Label(int Id);
