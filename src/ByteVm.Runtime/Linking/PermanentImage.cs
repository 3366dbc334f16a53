namespace ByteVm.Runtime.Linking;

/// <summary>What every instance of a program finds in its cage from <see cref="Memory.Layout.CageLayout.PermanentStart"/>: string literals, then zeroed globals.</summary>
/// <param name="Bytes">The initial bytes of the area.</param>
/// <param name="ReferenceGlobals">Cage offsets of all globals, or parts of globals, that hold references: roots of the collector.</param>
internal sealed record PermanentImage(byte[] Bytes, uint[] ReferenceGlobals);
