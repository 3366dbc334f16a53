using System.Runtime.Versioning;
using ByteVm.Memory;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution;

/// <summary>The memory of one guest: context page, stack, and a cage that begins as the program's permanent image.</summary>
internal class InstanceMemory : IDisposable
{
    private readonly ContextPage contextPage;

    /// <param name="program">Whose literals and globals the cage begins with.</param>
    /// <param name="stackBytes">Usable bytes of the stack.</param>
    /// <param name="shared">Whether a worker process shall map it (Linux).</param>
    public unsafe InstanceMemory(Program program, long stackBytes, bool shared)
    {
        ReadOnlySpan<byte> permanent = program.Permanent.Bytes;
        contextPage = new ContextPage(shared);
        Cage = new Cage(permanent.Length, shared);
        permanent.CopyTo(new Span<byte>(Cage.Base + CageLayout.PermanentStart, permanent.Length));
        Stack = new GuestStack(stackBytes + program.StackReserveBytes, shared);
    }

    public unsafe InstanceContext* Context => contextPage.Context;

    public Cage Cage { get; }

    public GuestStack Stack { get; }

    /// <summary>What a worker process maps of it, the context page first; of shared memory.</summary>
    [SupportedOSPlatform("linux")]
    public SharedRange[] Shared => [contextPage.Shared, Stack.Shared, .. Cage.Shared];

    public virtual void Dispose()
    {
        Stack.Dispose();
        Cage.Dispose();
        contextPage.Dispose();
    }
}
