using ByteVm.Memory.Layout;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Attack;

/// <summary>Pieces of hostile machine code.</summary>
internal static class GuestCode
{
    public static AssemblerMemoryOperand Context(string field) => __qword_ptr[r14 + InstanceContext.OffsetOf(field)];

    /// <summary>Leaves with the value of rax as the trap's argument; the guest goes on behind it.</summary>
    public static void Trap(this Assembler c, TrapKind kind = TrapKind.Service)
    {
        Label resume = c.CreateLabel();
        c.mov(Context(nameof(InstanceContext.TrapArgument)), rax);
        c.mov(__dword_ptr[r14 + InstanceContext.OffsetOf(nameof(InstanceContext.Trap))], (int)kind);
        c.lea(rax, __[resume]);
        c.jmp(Context(nameof(InstanceContext.TrapStub)));
        c.Label(ref resume);
        c.nop();
    }

    /// <summary>A system call with these arguments, then a trap with its result, to show that one came.</summary>
    public static void SystemCall(this Assembler c, long number, params ReadOnlySpan<long> arguments)
    {
        AssemblerRegister64[] registers = [rdi, rsi, rdx, r10, r8, r9];
        for (int i = 0; i < arguments.Length; i++)
            c.mov(registers[i], arguments[i]);
        c.mov(rax, number);
        c.syscall();
        c.Trap();
    }
}
