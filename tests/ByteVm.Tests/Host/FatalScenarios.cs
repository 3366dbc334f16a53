using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ByteVm.Host.Faults;
using ByteVm.Memory.Layout;
using ByteVm.Memory;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Tests.Host;

/// <summary>What the children of <see cref="FatalFaultTests"/> do. Each lets a guest fault first.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class FatalScenarios
{
    public static readonly Dictionary<string, Action> All = new()
    {
        [nameof(StackOverflow)] = StackOverflow,
        [nameof(HostAccessViolation)] = HostAccessViolation,
        [nameof(UnhandledNullReference)] = UnhandledNullReference,
        [nameof(SignalFromAProcess)] = SignalFromAProcess,
        [nameof(UndefinedInstructionInHostCode)] = UndefinedInstructionInHostCode,
        [nameof(FaultOutsideOfEverything)] = FaultOutsideOfEverything,
    };

    private static void StackOverflow()
    {
        LetAGuestFault();
        Thread thread = new(() => Recurse(0), maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();
    }

    private static void HostAccessViolation()
    {
        LetAGuestFault();
        *(int*)0x7000_0000_0000 = 1;
    }

    private static void UnhandledNullReference()
    {
        LetAGuestFault();
        string? text = Environment.GetEnvironmentVariable("BYTEVM_NOT_SET");
        Console.WriteLine(text!.Length);
    }

    /// <summary>SIGSEGV sent to a thread that runs a guest is not the guest's fault. .NET lets the first one pass and dies of the second.</summary>
    private static void SignalFromAProcess()
    {
        LetAGuestFault();
        using TestGuest guest = new(c =>
        {
            Label loop = c.CreateLabel();
            c.Label(ref loop);
            c.mov(__dword_ptr[r14 + InstanceContext.OffsetOf(nameof(InstanceContext.TrapSite))], 1);
            c.jmp(loop);
        });
        nint context = (nint)guest.Context;
        int thread = NativeThreads.Current();
        new Thread(() =>
        {
            SpinWait.SpinUntil(() => ((InstanceContext*)context)->TrapSite == 1);
            while (true)
            {
                NativeThreads.Signal(thread, 11);
                Thread.Sleep(10);
            }
        })
        { IsBackground = true }.Start();
        guest.Run();
    }

    /// <summary>Native code of the host: not in the code space, on the host's stack.</summary>
    private static void UndefinedInstructionInHostCode()
    {
        LetAGuestFault();
        using CodeRegion region = new();
        CodeBlock block = region.Allocate(16);
        new byte[] { 0x0F, 0x0B }.CopyTo(block.Writable);
        nint hostCode = MapExecutable(region.Shared.Descriptor);
        ((delegate* unmanaged<void>)hostCode)();
    }

    private static void FaultOutsideOfEverything()
    {
        using TestGuest guest = new(c =>
        {
            c.mov(rax, 0x7000_0000_0000);
            c.mov(eax, __dword_ptr[rax]);
        });
        guest.Run();
        HardwareFault.Kill(guest.Context, guest.Cage, guest.Stack);
    }

    private static void LetAGuestFault()
    {
        using TestGuest guest = new(c => c.mov(eax, __dword_ptr[r15]));
        if (guest.Run() != TrapKind.HardwareFault)
            throw new InvalidOperationException("The guest should have faulted.");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Recurse(int depth) => depth < 0 ? depth : Recurse(depth + 1) + 1;

    private static nint MapExecutable(int file)
    {
        const int readExecute = 5, shared = 1;
        return Map(0, 4096, readExecute, shared, file, 0);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);
}
