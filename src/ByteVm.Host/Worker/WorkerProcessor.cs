using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ByteVm.Host.Faults;
using ByteVm.Host.Native;
using ByteVm.Memory;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;

namespace ByteVm.Host.Worker;

/// <summary>
/// Direct execution in worker processes: the machine code of the program's <see cref="NativeProcessor"/>, run where it can do nothing but trap.
/// All addresses are the same there, so code, references, return addresses and frames mean the same on both sides.
/// <para>
/// What the context holds after a trap is the word of a process that may be hostile. Each value is read once, checked, and only then used;
/// what fails a check ends the instance with <see cref="GuestLostException"/>. A guest that lies within the checks only
/// claims to be at another trap of its own program, in a frame inside of its own stack: it gains nothing it could not have been compiled to do.
/// </para>
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class WorkerProcessor(Program program, NativeProcessor native) : IProcessor, IDisposable
{
    private readonly ProcessIsolation isolation = ProcessIsolation.Instance;
    private readonly SharedRange[] shared = [program.Metadata.Shared, native.Code.Shared];
    private readonly WorkerPool pool = new(program, [program.Metadata.Shared, native.Code.Shared]);

    public string Name => native.Name;

    /// <summary>Keeps this many workers ready, with all their memory, for instances with such options.</summary>
    /// <exception cref="IsolationException">No worker is to be had.</exception>
    public void KeepReady(int count, InstanceOptions options) => pool.Keep(count, WorkerShape.Of(options));

    public InstanceMemory TakeMemory(Program _, InstanceOptions options) =>
        pool.TryTake(WorkerShape.Of(options)) ?? new InstanceMemory(program, options.StackBytes, shared: true);

    public void Dispose() => pool.Dispose();

    /// <exception cref="LinkException">The function cannot be linked.</exception>
    /// <exception cref="IsolationException">No worker is to be had.</exception>
    public void Enter(Instance instance, LinkedFunction function, ReadOnlySpan<long> arguments)
    {
        instance.ProcessorState ??= new WorkerSession(TakeWorker(instance), instance);
        WorkerSession session = (WorkerSession)instance.ProcessorState;
        session.EntryFunction = function;
        ulong code = native.Code.AddressOf(function);
        int resultWords = function.ResultSlots > 1 ? function.ResultSlots : 0;
        session.EntryFits = FrameLayout.BytesBelowFramePointer(0, Math.Max(arguments.Length, resultWords)) < instance.Stack.Top - instance.Stack.Limit;
        if (session.EntryFits)
            WorldSwitch.PrepareEntry(instance.Context, (ulong)instance.Stack.Top, code, MemoryMarshal.Cast<long, ulong>(arguments), resultWords, isolation.Image.Returned);
    }

    /// <exception cref="LinkException">A function that the guest called cannot be linked.</exception>
    /// <exception cref="GuestLostException">The worker has died, or what it left is no state of a guest.</exception>
    public Trap Run(Instance instance)
    {
        WorkerSession session = (WorkerSession)instance.ProcessorState!;
        if (!session.EntryFits)
            return EntryOverflow(session);
        InstanceContext* context = instance.Context;
        TrapKind kind = session.Run();
        while (kind == TrapKind.Compile)
        {
            session.CountCompilation(program.Functions.Count);
            LinkedFunction function = FunctionToCompile((uint)context->TrapArgument);
            try
            {
                context->GuestRip = native.Code.AddressOf(function);
            }
            catch (OutOfNativeMemoryException e)
            {
                instance.FaultDetail = e.Message;
                return AtCall(instance, session, TrapKind.Fault, FaultKind.LimitExceeded);
            }

            kind = session.Run();
        }

        return kind switch
        {
            TrapKind.Returned => new Trap { Kind = kind, Result = (long)context->ResultInteger },
            TrapKind.StackOverflow => AtCall(instance, session, kind, FaultKind.None),
            TrapKind.HardwareFault => HardwareFaultOf(instance),
            TrapKind.Fault => TrapAtSite(instance, kind, FaultAt(context->TrapArgument)),
            TrapKind.Service or TrapKind.Interrupt or TrapKind.OutOfFuel => TrapAtSite(instance, kind, FaultKind.None),
            _ => throw new GuestLostException($"it reported a trap {(uint)kind}, which does not exist"),
        };
    }

    /// <summary>The frame has been checked by who walked the stack.</summary>
    public void GoTo(Instance instance, long* frame, CodeLocation location) => native.GoTo(instance, frame, location);

    public bool TryLocateReturn(Instance instance, ulong returnAddress, out CodeLocation call) => native.TryLocateReturn(instance, returnAddress, out call);

    private AttachedWorker TakeWorker(Instance instance) =>
        (instance.Memory as ReadyMemory)?.TakeWorker() ?? new AttachedWorker(isolation, instance.Memory, shared, instance.Options.TimestampCounter);

    private LinkedFunction FunctionToCompile(uint entryOffset)
    {
        uint used = program.Metadata.Used;
        if (entryOffset < used && used - entryOffset >= sizeof(FunctionEntry))
        {
            uint index = program.Metadata.At<FunctionEntry>(entryOffset).FunctionIndex;
            if (index < (uint)program.Functions.Count && program.Functions[(int)index].EntryOffset == entryOffset)
                return program.Functions[(int)index];
        }

        throw new GuestLostException($"it asked for the code of a function at metadata offset 0x{entryOffset:x}, where none is");
    }

    private static FaultKind FaultAt(ulong argument) =>
        argument is > 0 and < (ulong)FaultKind.HostError ? (FaultKind)argument : throw new GuestLostException($"it reported a fault {argument}, which no code reports");

    private Trap TrapAtSite(Instance instance, TrapKind kind, FaultKind fault)
    {
        uint site = instance.Context->TrapSite;
        if (site >= (uint)program.TrapSiteCount)
            throw new GuestLostException($"it reported a trap at site {site} of {program.TrapSiteCount}");
        CodeLocation location = program.TrapSite((int)site);
        return new Trap { Kind = kind, Location = location, FramePointer = FrameOf(instance, location), Fault = fault };
    }

    private static long* FrameOf(Instance instance, CodeLocation location)
    {
        long* frame = (long*)instance.Context->GuestRbp;
        return instance.IsFrame(location.Function, frame) ? frame : throw new GuestLostException($"its frame pointer 0x{(ulong)frame:x} is not inside of its stack");
    }

    /// <summary>
    /// A callee got no frame, because it has undone its prologue or has no code: rbp is the caller's, and the return address lies on top. The caller's frame may end at the
    /// limit, and then the return address lies one word beyond, in the room that every stack has below it.
    /// </summary>
    private Trap AtCall(Instance instance, WorkerSession session, TrapKind kind, FaultKind fault)
    {
        ulong* top = (ulong*)instance.Context->GuestRsp;
        if (((ulong)top & (sizeof(ulong) - 1)) != 0 || top + 1 < instance.Stack.Limit || top >= instance.Stack.Top)
            throw new GuestLostException($"its stack pointer 0x{(ulong)top:x} is not inside of its stack");
        return TryLocateReturn(instance, *top, out CodeLocation call)
            ? new Trap { Kind = kind, Location = call, FramePointer = FrameOf(instance, call), Fault = fault }
            : EntryOverflow(session);
    }

    /// <summary>The entry frame itself did not fit, so there is no frame at all.</summary>
    private static Trap EntryOverflow(WorkerSession session) => new()
    {
        Kind = TrapKind.StackOverflow,
        Location = new CodeLocation(session.EntryFunction!, 0),
    };

    /// <summary>An access through null at a place where the compiler left the test to the hardware; any other fault ends the guest, and only that.</summary>
    private Trap HardwareFaultOf(Instance instance)
    {
        CodeLocation site = default;
        FaultVerdict verdict = HardwareFault.Judge(instance.Context, instance.Cage, instance.Stack, address => native.TryLocateFault(address, out site));
        return verdict == FaultVerdict.NullAccess
            ? new Trap { Kind = TrapKind.Fault, Location = site, FramePointer = FrameOf(instance, site), Fault = FaultKind.NullReference }
            : throw new GuestLostException($"its code faulted: {HardwareFault.Describe(instance.Context, instance.Cage, instance.Stack)}");
    }
}
