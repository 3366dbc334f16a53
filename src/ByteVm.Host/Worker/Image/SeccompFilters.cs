namespace ByteVm.Host.Worker.Image;

/// <summary>
/// The two seccomp filters of a worker, as classic BPF. Of all filters' verdicts the strictest counts, so together they leave: the trap call goes to
/// the host, every other system call kills the process. No call is ever executed by the kernel, whoever makes it and from wherever:
/// there is nothing to gain from jumping to the worker's own syscall instruction.
/// The first is installed while the worker still has to send the host its listener; the second is its last act.
/// </summary>
internal static class SeccompFilters
{
    private const ushort LoadWord = 0x20, JumpIfEqual = 0x15, Return = 0x06;
    private const uint NumberOffset = 0, ArchitectureOffset = 4;

    /// <summary>Excludes the 32-bit entry (int 0x80); x32 has the same value but numbers from 0x4000_0000, none of which is the trap call.</summary>
    private const uint ArchitectureX64 = 0xC000_003E;
    private const uint KillProcess = 0x8000_0000, UserNotification = 0x7FC0_0000, Allow = 0x7FFF_0000;

    public static ulong[] Listener => Filter(trap: UserNotification, other: Allow);

    public static ulong[] Final => Filter(trap: Allow, other: KillProcess);

    private static ulong[] Filter(uint trap, uint other) =>
    [
        Instruction(LoadWord, 0, 0, ArchitectureOffset),
        Instruction(JumpIfEqual, 1, 0, ArchitectureX64),
        Instruction(Return, 0, 0, KillProcess),
        Instruction(LoadWord, 0, 0, NumberOffset),
        Instruction(JumpIfEqual, 0, 1, WorkerLayout.TrapCall),
        Instruction(Return, 0, 0, trap),
        Instruction(Return, 0, 0, other),
    ];

    /// <summary>struct sock_filter.</summary>
    private static ulong Instruction(ushort code, byte ifTrue, byte ifFalse, uint operand) =>
        code | (ulong)ifTrue << 16 | (ulong)ifFalse << 24 | (ulong)operand << 32;
}
