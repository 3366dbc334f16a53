using ByteVm.Memory;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution.Faults;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution.Exceptions;

/// <summary>
/// Sends what a guest throws, and its faults, to the handlers of its functions. Everything is found in the canonical frames: the stack is
/// walked outward until a function has a handler around the call in progress that takes the exception's class; the object is put into the handler's
/// slot and the guest goes on there. A fault becomes an object only when a handler was found, so where nothing is caught nothing is made.
/// </summary>
internal sealed unsafe class ExceptionDispatcher(Instance instance)
{
    private readonly ExceptionTypes? types = instance.Program.CanCatch ? instance.Program.Exceptions : null;

    private readonly record struct Landing(nint FrameAddress, LinkedFunction Function, LinkedHandler Handler)
    {
        public long* Frame => (long*)FrameAddress;
    }

    /// <summary>Whether the fault can be caught at all in this program.</summary>
    public bool IsCatchable(FaultKind kind) => types is not null && (kind == FaultKind.UncaughtException || types.ClassOf(kind) is not null);

    /// <summary>Makes the guest go on at the handler of the fault that its last trap ended in.</summary>
    /// <returns>False when there is none, or no memory to tell it.</returns>
    public bool TryCatch(FaultKind kind)
    {
        if (!IsCatchable(kind) || !TryFindHandler(ClassOf(kind), out Landing landing))
            return false;
        int handle = instance.Handles.Count;
        instance.Handles.Add(0);
        try
        {
            bool isMade = TryMake(kind, handle);
            if (isMade)
                Land(kind, in landing, instance.Handles[handle]);
            return isMade;
        }
        catch (OutOfNativeMemoryException)
        {
            return false;
        }
        finally
        {
            instance.Handles.RemoveAt(handle);
        }
    }

    private LinkedType ClassOf(FaultKind kind) => kind == FaultKind.UncaughtException ? ThrownException.TypeOf(instance) : types!.ClassOf(kind)!;

    private bool TryFindHandler(LinkedType type, out Landing landing)
    {
        var walker = new FrameWalker(instance);
        while (walker.MoveNext())
        {
            LinkedFunction function = walker.Location.Function;
            if (function.Handlers.Length > 0 && TryFindHandler(walker.Location, type, out LinkedHandler handler))
            {
                landing = new Landing((nint)walker.Frame, function, handler);
                return true;
            }
        }

        landing = default;
        return false;
    }

    private static bool TryFindHandler(CodeLocation location, LinkedType type, out LinkedHandler found)
    {
        int pc = location.Function.ModulePc[location.Word];
        foreach (LinkedHandler handler in location.Function.Handlers)
        {
            if (handler.Covers(pc) && type.IsAssignableTo(handler.Type))
            {
                found = handler;
                return true;
            }
        }

        found = default;
        return false;
    }

    /// <summary>Puts the exception into a handle, with its trace.</summary>
    private bool TryMake(FaultKind kind, int handle)
    {
        if (kind == FaultKind.UncaughtException)
            instance.Handles[handle] = ThrownException.Of(instance);
        else if (!TryMakeFault(kind, handle))
            return false;
        StackTraces.Note(instance, handle, kind);
        return true;
    }

    private bool TryMakeFault(FaultKind kind, int handle)
    {
        string message = FaultMessage.Of(instance, kind);
        uint descriptor = types!.ClassOf(kind)!.DescriptorOffset;
        instance.Handles[handle] = instance.AllocateEvenIfFull(descriptor, 0, instance.Program.Metadata.At<TypeDescriptor>(descriptor).Size);
        if (instance.Handles[handle] == 0)
            return false;
        instance.FaultDetail = null;
        instance.HostException = null;
        uint text = instance.NewStringEvenIfFull(message);
        instance.Objects.SetReferenceField((uint)instance.Handles[handle], (int)types.MessageOffset, text);
        return true;
    }

    private void Land(FaultKind kind, in Landing landing, ulong exception)
    {
        if (landing.Handler.Slot != 0)
            landing.Frame[landing.Handler.Slot] = (long)exception;
        if (kind == FaultKind.StackOverflow)
            instance.RearmStack((byte*)landing.Frame - landing.Function.FrameBytes);
        instance.Processor.GoTo(instance, landing.Frame, new CodeLocation(landing.Function, landing.Handler.TargetWord));
    }
}
