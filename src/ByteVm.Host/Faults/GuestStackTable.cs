using System.Runtime.InteropServices;
using ByteVm.Memory.Layout;

namespace ByteVm.Host.Faults;

/// <summary>
/// The guest stacks of the process, as the signal handler sees them: it finds by rsp whose guest has jumped out of all guest code.
/// The handler reads without a lock on any thread, so a slot counts only while its Bytes are not zero: they are written last and
/// cleared first. A block that became too small stays allocated, for a handler may be reading it; blocks double, so that is at most as much again.
/// </summary>
internal sealed unsafe class GuestStackTable
{
    private const int InitialCapacity = 64;

    private readonly Lock guard = new();
    private readonly FaultHandlerState* state;

    public GuestStackTable(FaultHandlerState* state)
    {
        this.state = state;
        state->Stacks = Allocate(InitialCapacity);
    }

    /// <summary>Header of an array of <see cref="Slot"/> that follows it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Block
    {
        public ulong Capacity;

        public static Slot* Slots(Block* block) => (Slot*)(block + 1);
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Slot
    {
        public ulong Start;
        public ulong Bytes;
        public InstanceContext* Context;
    }

    /// <summary>Makes [start, start + bytes), guards included, known as a stack of this context until <see cref="Remove"/>.</summary>
    public void Add(ulong start, ulong bytes, InstanceContext* context)
    {
        lock (guard)
        {
            Slot* slot = FreeSlot();
            slot->Start = start;
            slot->Context = context;
            Volatile.Write(ref slot->Bytes, bytes);
        }
    }

    public void Remove(ulong start)
    {
        lock (guard)
        {
            Span<Slot> slots = new(Block.Slots(state->Stacks), (int)state->Stacks->Capacity);
            foreach (ref Slot slot in slots)
            {
                if (slot.Start == start && slot.Bytes != 0)
                    Volatile.Write(ref slot.Bytes, 0);
            }
        }
    }

    private Slot* FreeSlot()
    {
        Block* block = state->Stacks;
        for (ulong i = 0; i < block->Capacity; i++)
        {
            if (Block.Slots(block)[i].Bytes == 0)
                return Block.Slots(block) + i;
        }

        return Block.Slots(Grow()) + block->Capacity;
    }

    private Block* Grow()
    {
        Block* old = state->Stacks;
        Block* larger = Allocate(old->Capacity * 2);
        NativeMemory.Copy(Block.Slots(old), Block.Slots(larger), (nuint)old->Capacity * (nuint)sizeof(Slot));
        Volatile.Write(ref *(nint*)&state->Stacks, (nint)larger);
        return larger;
    }

    private static Block* Allocate(ulong capacity)
    {
        Block* block = (Block*)NativeMemory.AllocZeroed((nuint)sizeof(Block) + (nuint)capacity * (nuint)sizeof(Slot));
        block->Capacity = capacity;
        return block;
    }
}
