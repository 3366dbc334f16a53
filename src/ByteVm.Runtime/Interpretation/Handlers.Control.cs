using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Interpretation;

/// <summary>Constants, moves, jumps, fuel, polls, calls and returns.</summary>
internal static unsafe partial class Handlers
{
    /// <summary>
    /// A return address is the address of the call instruction, with its size in words in the lowest bits: so the return finds
    /// both the destination of the result and where to go on. Zero is the sentinel of the entry frame.
    /// </summary>
    public const ulong CallSizeMask = 7;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint ConstI32(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        ComputeConstI32(ip, frame);
        return Next(ip + 1, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint ConstI64(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        Slot.Set(frame, A(ip), (long)ip[1]);
        return Next(ip + 2, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Move(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        ComputeMove(ip, frame);
        return Next(ip + 1, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ComputeConstI32(ulong* ip, long* frame) => Slot.Set(frame, A(ip), Word(ip));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ComputeMove(ulong* ip, long* frame) => frame[A(ip)] = frame[B(ip)];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Jump(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) =>
        Next(ip + Word(ip), frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Switch(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        uint index = (uint)Slot.I32(frame, A(ip));
        uint last = (uint)ip[1] - 1;
        long distance = (long)ip[2 + Math.Min(index, last)];
        return Next(ip + distance, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Charge(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        long left = context->Fuel - Word(ip);
        if (left >= 0)
        {
            context->Fuel = left;
            return Next(ip + 1, frame, cage, context, table);
        }

        return Exits.OutOfFuel(ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Poll(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        if (context->Interrupt == 0)
            return Next(ip + 1, frame, cage, context, table);
        return Exits.Interrupt(ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint CallDirect(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        var entry = (FunctionEntry*)(context->MetadataBase + (uint)Word(ip));
        return Enter(entry, 1, ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint CallVtable(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        uint receiver = Slot.Reference(frame, B(ip));
        if (receiver != 0)
        {
            byte* metadata = (byte*)context->MetadataBase;
            uint* virtualTable = (uint*)(metadata + *(uint*)(cage + receiver) + sizeof(TypeDescriptor));
            return Enter((FunctionEntry*)(metadata + virtualTable[C(ip)]), 1, ip, frame, cage, context, table);
        }

        return Exits.NullReference(ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint CallItable(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        uint receiver = Slot.Reference(frame, B(ip));
        if (receiver != 0)
        {
            byte* metadata = (byte*)context->MetadataBase;
            var descriptor = (TypeDescriptor*)(metadata + *(uint*)(cage + receiver));
            uint* interfaceTable = (uint*)((byte*)descriptor + descriptor->InterfaceTableOffset);
            uint entry = interfaceTable[(uint)ip[1] & descriptor->InterfaceMask];
            return Enter((FunctionEntry*)(metadata + entry), 2, ip, frame, cage, context, table);
        }

        return Exits.NullReference(ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint ReturnVoid(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        ulong address = (ulong)frame[FrameLayout.ReturnAddressWord];
        if (address != 0)
        {
            context->GuestRsp = (ulong)(frame + FrameLayout.FirstParameterWord);
            return Next(AfterCall(address), (long*)frame[0], cage, context, table);
        }

        return Exits.Returned(ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint ReturnSlot(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        ulong address = (ulong)frame[FrameLayout.ReturnAddressWord];
        if (address != 0)
        {
            long* caller = (long*)frame[0];
            int destination = A(CallAt(address));
            if (destination != 0)
                caller[destination] = frame[A(ip)];
            context->GuestRsp = (ulong)(frame + FrameLayout.FirstParameterWord);
            return Next(AfterCall(address), caller, cage, context, table);
        }

        context->ResultInteger = (ulong)frame[A(ip)];
        return Exits.Returned(ip, frame, cage, context, table);
    }

    /// <summary>The call instruction of a return address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong* CallAt(ulong returnAddress) => (ulong*)(returnAddress & ~CallSizeMask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong* AfterCall(ulong returnAddress) => CallAt(returnAddress) + (returnAddress & CallSizeMask);

    /// <summary>Pushes the callee's frame below the running one and goes on in its code. Linked code has its frame's size in the word before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Enter(FunctionEntry* entry, uint callWords, ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        ulong* code = (ulong*)entry->LinkedCode;
        if (code != null)
        {
            ulong shape = code[-1];
            long* callee = (long*)((byte*)context->GuestRsp + FrameLayout.CalleeFramePointerFromStackPointer);
            ulong lowest = (ulong)callee - (uint)shape;
            if (lowest >= context->StackLimit)
            {
                callee[0] = (long)frame;
                callee[FrameLayout.ReturnAddressWord] = (long)((ulong)ip | callWords);
                context->GuestRsp = lowest;
                ClearLocals(callee, (uint)(shape >> 32));
                return Next(code, callee, cage, context, table);
            }

            return Exits.StackOverflow(ip, frame, cage, context, table);
        }

        context->TrapArgument = entry->FunctionIndex;
        return Exits.Link(ip, frame, cage, context, table);
    }

    // In pairs: frames are rounded up to pairs of words, and where the count is odd the next word belongs to the outgoing area.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ClearLocals(long* frame, uint count)
    {
        long* end = frame - count;
        for (long* word = frame; word > end; word -= 2)
            Vector128.Store(Vector128<long>.Zero, word - 2);
    }
}
