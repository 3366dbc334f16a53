using System.Runtime.Versioning;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>The zeroed page that holds one instance's <see cref="InstanceContext"/>.</summary>
public sealed unsafe class ContextPage : IDisposable
{
    private readonly SharableMemory memory;

    /// <param name="shared">Whether a worker process shall map it (Linux).</param>
    public ContextPage(bool shared = false) => memory = new SharableMemory("bytevm-context", OsMemory.PageBytes, 0, OsMemory.PageBytes, shared);

    public InstanceContext* Context => (InstanceContext*)memory.Start;

    /// <summary>What a worker process maps; of a shared page.</summary>
    [SupportedOSPlatform("linux")]
    internal SharedRange Shared => memory.Shared;

    public void Dispose() => memory.Dispose();
}
