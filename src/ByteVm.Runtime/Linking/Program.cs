namespace ByteVm.Runtime.Linking;

/// <summary>A verified module and all that is linked and compiled of it: shared by any number of instances on any threads.</summary>
internal sealed class Program;
