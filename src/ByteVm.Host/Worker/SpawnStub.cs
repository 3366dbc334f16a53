using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ByteVm.Memory;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Host.Worker;

/// <summary>
/// Starts a process as vfork and exec do, in machine code, because C# must not run between the two. The child shares this process's memory and its
/// caller's stack until it becomes the worker, so it touches neither; the calling thread waits meanwhile. All signals are blocked
/// across it, since the child would run this process's handlers.
/// Unlike posix_spawn this takes namespace flags and gives a process descriptor.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class SpawnStub
{
    private const int CodeBytes = 4096;
    private const int SignalMask = 14, Duplicate = 33, Clone = 56, Exit = 60, ExecuteAt = 322;
    private const int BlockAll = 2;

    private static readonly AssemblerRegister64[] CalleeSaved = [rbx, r12];

    private readonly delegate* unmanaged<Arguments*, nint> code;
    private Label child;

    public SpawnStub()
    {
        Assembler c = new(64);
        child = c.CreateLabel();
        EmitParent(c);
        EmitChild(c);

        CodeBlock block = new CodeRegion(CodeBytes).Allocate(CodeBytes);
        using MemoryStream stream = new();
        c.Assemble(new StreamCodeWriter(stream), block.Address);
        stream.ToArray().CopyTo(block.Writable);
        code = (delegate* unmanaged<Arguments*, nint>)block.Address;
    }

    /// <summary>Starts the program in <paramref name="file"/>, without arguments and environment, its descriptor 3 being <paramref name="socket"/>.</summary>
    /// <param name="flags">CLONE_NEW* flags.</param>
    /// <param name="processDescriptor">Of the new process.</param>
    /// <param name="executeError">errno when the program could not be executed; then the process has ended.</param>
    /// <returns>Its number, or minus errno.</returns>
    public int Start(int file, int socket, ulong flags, out int processDescriptor, out int executeError)
    {
        const ulong sharedUntilExec = 0x100 | 0x4000 | 0x1000, childSignal = 17;
        Arguments* arguments = stackalloc Arguments[1];
        *arguments = new() { Flags = sharedUntilExec | childSignal | flags, File = file, Socket = socket, AllSignals = ulong.MaxValue, ProcessDescriptor = -1 };
        nint process = code(arguments);
        processDescriptor = arguments->ProcessDescriptor;
        executeError = arguments->ExecuteError;
        return (int)process;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Arguments
    {
        public ulong Flags;
        public ulong AllSignals;
        public ulong PreviousSignals;

        /// <summary>Zero: no arguments, no environment, and an empty path.</summary>
        public ulong Empty;
        public int File;
        public int Socket;
        public int ProcessDescriptor;
        public int ExecuteError;
    }

    private static int Field(string name) => (int)Marshal.OffsetOf<Arguments>(name);

    private void EmitParent(Assembler c)
    {
        foreach (AssemblerRegister64 register in CalleeSaved)
            c.push(register);
        c.mov(rbx, rdi);
        EmitSignalMask(c, nameof(Arguments.AllSignals), nameof(Arguments.PreviousSignals));
        c.mov(rdi, __qword_ptr[rbx + Field(nameof(Arguments.Flags))]);
        c.xor(esi, esi); // The caller's stack.
        c.lea(rdx, __qword_ptr[rbx + Field(nameof(Arguments.ProcessDescriptor))]);
        c.xor(r10d, r10d);
        c.xor(r8d, r8d);
        EmitSystemCall(c, Clone);
        c.test(rax, rax);
        c.je(child);
        c.mov(r12, rax);
        EmitSignalMask(c, nameof(Arguments.PreviousSignals), null);
        c.mov(rax, r12);
        foreach (AssemblerRegister64 register in CalleeSaved.Reverse())
            c.pop(register);
        c.ret();
    }

    private void EmitChild(Assembler c)
    {
        const int emptyPath = 0x1000, failed = 127;

        c.Label(ref child);
        c.mov(edi, __dword_ptr[rbx + Field(nameof(Arguments.Socket))]);
        c.mov(esi, WorkerLayout.Socket);
        EmitSystemCall(c, Duplicate);
        c.mov(edi, __dword_ptr[rbx + Field(nameof(Arguments.File))]);
        c.lea(rsi, __qword_ptr[rbx + Field(nameof(Arguments.Empty))]);
        c.mov(rdx, rsi);
        c.mov(r10, rsi);
        c.mov(r8d, emptyPath);
        EmitSystemCall(c, ExecuteAt);
        c.neg(eax);
        c.mov(__dword_ptr[rbx + Field(nameof(Arguments.ExecuteError))], eax);
        c.mov(edi, failed);
        EmitSystemCall(c, Exit);
    }

    private static void EmitSignalMask(Assembler c, string set, string? previous)
    {
        c.mov(edi, BlockAll);
        c.lea(rsi, __qword_ptr[rbx + Field(set)]);
        if (previous is null)
            c.xor(edx, edx);
        else
            c.lea(rdx, __qword_ptr[rbx + Field(previous)]);
        c.mov(r10d, sizeof(ulong));
        EmitSystemCall(c, SignalMask);
    }

    private static void EmitSystemCall(Assembler c, int number)
    {
        c.mov(eax, number);
        c.syscall();
    }
}
