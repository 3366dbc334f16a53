using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ByteVm.Host.Faults;
using ByteVm.Memory;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;

namespace ByteVm.Host.Native;

/// <summary>
/// Direct execution: guest code runs natively at user level, and the host sees it only when it traps. Frames are those of the
/// interpreter; what the context's rip and the return addresses hold are code addresses. One processor serves all instances of one
/// program, on any threads; dispose it after them.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class NativeProcessor : IProcessor, IDisposable
{
    private readonly DirectExecution direct = DirectExecution.Instance;
    private readonly Program program;

    /// <exception cref="PlatformNotSupportedException">This machine has no direct execution; see <see cref="DirectExecution.IsSupported"/>.</exception>
    public NativeProcessor(Program program, NativeOptions? options = null)
    {
        this.program = program;
        Code = new NativeCode(program, options ?? NativeOptions.Default);
    }

    public string Name => "baseline";

    public NativeCode Code { get; }

    /// <exception cref="LinkException">The function cannot be linked.</exception>
    public void Enter(Instance instance, LinkedFunction function, ReadOnlySpan<long> arguments)
    {
        if (instance.Program != program)
            throw new ArgumentException($"The instance belongs to another program than this processor, '{program.Module.Name}'.", nameof(instance));
        instance.ProcessorState ??= new Session(direct.Connect(instance.Context, instance.Stack));
        Session session = (Session)instance.ProcessorState;
        session.EntryFunction = function;
        ulong code = Code.AddressOf(function);
        int resultWords = function.ResultSlots > 1 ? function.ResultSlots : 0;
        session.EntryFits = FrameLayout.BytesBelowFramePointer(0, Math.Max(arguments.Length, resultWords)) < instance.Stack.Top - instance.Stack.Limit;
        if (session.EntryFits)
            direct.Switch.PrepareEntry(instance.Context, (ulong)instance.Stack.Top, code, MemoryMarshal.Cast<long, ulong>(arguments), resultWords);
    }

    /// <exception cref="LinkException">A function that the guest called cannot be linked.</exception>
    /// <exception cref="HeapCorruptionException">The guest's heap is corrupt; the instance cannot go on.</exception>
    public Trap Run(Instance instance)
    {
        Session session = (Session)instance.ProcessorState!;
        if (!session.EntryFits)
            return EntryOverflow(instance);
        ThreadSignalStack.Ensure(direct);
        InstanceContext* context = instance.Context;
        TrapKind kind = direct.Switch.Run(context);
        while (kind == TrapKind.Compile)
        {
            try
            {
                context->GuestRip = Code.AddressOf(program.FunctionAt((uint)context->TrapArgument));
            }
            catch (OutOfNativeMemoryException e)
            {
                instance.FaultDetail = e.Message;
                return AtCall(instance, TrapKind.Fault, FaultKind.LimitExceeded);
            }

            kind = direct.Switch.Run(context);
        }

        return kind switch
        {
            TrapKind.Returned => new Trap { Kind = kind, Result = session.EntryFunction!.ResultSlots == 1 ? (long)context->ResultInteger : 0 },
            TrapKind.StackOverflow => AtCall(instance, kind, FaultKind.None),
            TrapKind.HardwareFault => NullReference(instance),
            _ => new Trap
            {
                Kind = kind,
                Location = program.TrapSite((int)context->TrapSite),
                FramePointer = (long*)context->GuestRbp,
                Fault = kind == TrapKind.Fault ? (FaultKind)context->TrapArgument : FaultKind.None,
            },
        };
    }

    public void GoTo(Instance instance, long* frame, CodeLocation location)
    {
        InstanceContext* context = instance.Context;
        ulong address = Code.AddressOf(location.Function);
        context->GuestRip = address + (ulong)Code.Find(address)!.Compiled.WordOffsets[location.Word];
        context->GuestRbp = (ulong)frame;
        context->GuestRsp = (ulong)frame - (uint)location.Function.FrameBytes;
        context->Resume = ResumeKind.Light;
    }

    public bool TryLocateReturn(Instance instance, ulong returnAddress, out CodeLocation call)
    {
        if (Code.Find(returnAddress) is { } caller && caller.Compiled.TryFindCallSite((int)(returnAddress - caller.Address), out int word))
        {
            call = new CodeLocation(caller.Function, word);
            return true;
        }

        call = default;
        return false;
    }

    public void Dispose() => Code.Dispose();

    /// <summary>A callee got no frame, because it has undone its prologue or has no code: rbp is the caller's, and the return address lies on top.</summary>
    private Trap AtCall(Instance instance, TrapKind kind, FaultKind fault)
    {
        InstanceContext* context = instance.Context;
        ulong returnAddress = *(ulong*)context->GuestRsp;
        return TryLocateReturn(instance, returnAddress, out CodeLocation call)
            ? new Trap { Kind = kind, Location = call, FramePointer = (long*)context->GuestRbp, Fault = fault }
            : EntryOverflow(instance);
    }

    /// <summary>The entry frame itself did not fit, so there is no frame at all.</summary>
    private static Trap EntryOverflow(Instance instance) => new()
    {
        Kind = TrapKind.StackOverflow,
        Location = new CodeLocation(((Session)instance.ProcessorState!).EntryFunction!, 0),
    };

    /// <summary>An access through null at a place where the compiler left the test to the hardware; any other fault ends the instance or the process.</summary>
    private Trap NullReference(Instance instance)
    {
        InstanceContext* context = instance.Context;
        CodeLocation site = default;
        FaultVerdict verdict = HardwareFault.Judge(context, instance.Cage, instance.Stack, address => TryLocateFault(address, out site));
        switch (verdict)
        {
            case FaultVerdict.NullAccess:
                return new Trap { Kind = TrapKind.Fault, Location = site, FramePointer = (long*)context->GuestRbp, Fault = FaultKind.NullReference };
            case FaultVerdict.OutsideHeap:
                uint offset = (uint)(context->FaultAddress - context->CageBase);
                throw new HeapCorruptionException(offset, $"'{site.Function.Name}' went through a reference to unmapped memory");
            default:
                HardwareFault.Kill(context, instance.Cage, instance.Stack);
                return default;
        }
    }

    internal bool TryLocateFault(ulong address, out CodeLocation site)
    {
        site = default;
        if (Code.Find(address) is not { } function || !function.Compiled.TryFindFaultSite((int)(address - function.Address), out int word))
            return false;
        site = new CodeLocation(function.Function, word);
        return true;
    }

    /// <summary>What the processor keeps for an instance.</summary>
    private sealed class Session(IDisposable connection) : IDisposable
    {
        public LinkedFunction? EntryFunction { get; set; }

        /// <summary>Whether the arguments of the entry frame had room on the stack.</summary>
        public bool EntryFits { get; set; }

        public void Dispose() => connection.Dispose();
    }
}
