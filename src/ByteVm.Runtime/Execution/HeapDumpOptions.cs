namespace ByteVm;

/// <summary>Where an instance writes heap dumps: when asked to while it runs, and when it first runs out of memory.</summary>
/// <param name="Path">The file, replaced by each dump.</param>
/// <param name="Report">Told in a sentence what was written, or why it could not be.</param>
public sealed record HeapDumpOptions(string Path, Action<string> Report);
