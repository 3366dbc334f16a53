using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Interpretation;

/// <summary>Runs handlers from GuestRip until the guest leaves.</summary>
internal unsafe delegate void HandlerChain(InstanceContext* context);

/// <summary>
/// The interpreter: complete and portable, without signals or machine code. Frames are canonical and lie on the instance's guest
/// stack; everything else it knows of an instance is in the context: GuestRip is the linked instruction to go on with, GuestRbp the
/// frame pointer, GuestRsp the lowest byte of the frame. So one object serves all instances.
/// </summary>
internal sealed unsafe class InterpreterProcessor : IProcessor
{
    private static readonly HandlerChain wholeChain = HandlerTable.Run;

    public string Name => "interpreter";

    /// <exception cref="LinkException">The function cannot be linked.</exception>
    public void Enter(Instance instance, LinkedFunction function, ReadOnlySpan<long> arguments)
    {
        instance.Program.Link(function);
        InstanceContext* context = instance.Context;
        context->TrapArgument = function.EntryOffset;
        context->GuestRip = 0;
        long argumentBytes = (Math.Max(function.ParameterSlots, function.ResultSlots) + 1 & ~1) * FrameLayout.SlotBytes;
        long* callee = (long*)(instance.Stack.Top - argumentBytes + FrameLayout.CalleeFramePointerFromStackPointer);
        ulong lowest = (ulong)callee - (uint)function.FrameBytes;
        if (lowest < context->StackLimit)
            return;
        arguments.CopyTo(new Span<long>(callee + FrameLayout.FirstParameterWord, function.ParameterSlots));
        callee[0] = 0;
        callee[FrameLayout.ReturnAddressWord] = 0;
        Handlers.ClearLocals(callee, (uint)function.LocalSlots);
        context->GuestRsp = lowest;
        context->GuestRbp = (ulong)callee;
        context->GuestRip = (ulong)function.Code;
    }

    /// <exception cref="LinkException">A function that the guest called cannot be linked.</exception>
    public Trap Run(Instance instance) => Run(instance, wholeChain);

    internal Trap Run(Instance instance, HandlerChain chain)
    {
        InstanceContext* context = instance.Context;
        if (context->GuestRip == 0)
            return EntryOverflow(instance);
        chain(context);
        while (context->Trap == TrapKind.Compile)
        {
            Publish(instance.Program, instance.Program.Functions[(int)context->TrapArgument]);
            chain(context);
        }

        return context->Trap == TrapKind.Returned ? new Trap { Kind = TrapKind.Returned, Result = (long)context->ResultInteger } : TrapAt(instance);
    }

    public void GoTo(Instance instance, long* frame, CodeLocation location)
    {
        InstanceContext* context = instance.Context;
        context->GuestRip = (ulong)(location.Function.Code + location.Word);
        context->GuestRbp = (ulong)frame;
        context->GuestRsp = (ulong)frame - (uint)location.Function.FrameBytes;
    }

    public bool TryLocateReturn(Instance instance, ulong returnAddress, out CodeLocation call) =>
        instance.Program.TryFindCode(Handlers.CallAt(returnAddress), out call);

    /// <summary>Makes a function's code visible to its callers; only here, so that workers, which map the entries, learn no address of this process's memory.</summary>
    private static void Publish(Program program, LinkedFunction function)
    {
        program.Link(function);
        Volatile.Write(ref program.Metadata.At<FunctionEntry>(function.EntryOffset).LinkedCode, (ulong)function.Code);
    }

    /// <summary>The entry frame itself did not fit, so there is no frame at all.</summary>
    private static Trap EntryOverflow(Instance instance) => new()
    {
        Kind = TrapKind.StackOverflow,
        Location = new CodeLocation(instance.Program.FunctionAt((uint)instance.Context->TrapArgument), 0),
    };

    private static Trap TrapAt(Instance instance)
    {
        InstanceContext* context = instance.Context;
        ulong* address = (ulong*)context->GuestRip;
        if (!instance.Program.TryFindCode(address, out CodeLocation location))
            throw new InvalidOperationException($"The interpreter left at 0x{context->GuestRip:X}, which is no linked code.");
        if (context->Trap is TrapKind.Service or TrapKind.Interrupt)
            context->GuestRip = (ulong)(address + new LinkedInstruction(address).Size);
        return new Trap
        {
            Kind = context->Trap,
            Location = location,
            FramePointer = (long*)context->GuestRbp,
            Fault = context->Trap == TrapKind.Fault ? (FaultKind)context->TrapArgument : FaultKind.None,
        };
    }
}
