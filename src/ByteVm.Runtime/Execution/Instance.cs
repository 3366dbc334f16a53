namespace ByteVm.Runtime.Execution;

/// <summary>A running program: cage, heap, guest stack, context and shadow state, private to it. Cheap: nothing is verified, linked or compiled for it.</summary>
internal sealed class Instance;
