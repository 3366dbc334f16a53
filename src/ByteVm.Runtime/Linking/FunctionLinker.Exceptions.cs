using ByteVm.Bytecode;

namespace ByteVm.Runtime.Linking;

/// <summary>
/// Handlers, and throws that need no search. The handlers around a throw are asked in their order: one whose class is the thrown register's, or
/// above it, takes whatever is there, so the throw is a jump; one whose class is neither above nor below takes nothing; at any other only the
/// object decides, and the monitor searches. A jump notes the stack trace only when the function reads the register of its handler.
/// </summary>
internal sealed partial class FunctionLinker
{
    private HashSet<int>? readRegisters;

    private LinkedHandler[] LinkHandlers() => [.. source.Handlers.Select(h =>
        new LinkedHandler(h.Start, h.End, buffer.WordOf(h.Target), Resolve(h.Type), h.Register == Instruction.NoRegister ? 0 : frame.Word(h.Register)))];

    private void LinkThrow(int pc, in Instruction instruction)
    {
        int slot = frame.Word(instruction.A);
        if (LocalHandler(pc, frame.TypeOf(instruction.A)) is not { } handler)
        {
            buffer.Emit(LinkedOpcode.Throw, slot);
            return;
        }

        bool isRead = handler.Register != Instruction.NoRegister && IsRead(handler.Register);
        buffer.Emit(isRead ? LinkedOpcode.ThrowLocal : LinkedOpcode.NullCheck, slot);
        if (isRead)
            Move(handler.Register, instruction.A);
        buffer.EmitJump(handler.Target);
    }

    /// <summary>The handler that takes whatever a register of this type holds when it is thrown here; null when that depends on the object.</summary>
    private ExceptionHandler? LocalHandler(int pc, LinkedType thrown)
    {
        foreach (ExceptionHandler handler in source.Handlers)
        {
            if (pc < handler.Start || pc >= handler.End)
                continue;
            LinkedType type = Resolve(handler.Type);
            if (thrown.IsAssignableTo(type))
                return handler;
            if (type.IsAssignableTo(thrown))
                return null;
        }

        return null;
    }

    private bool IsRead(int register)
    {
        readRegisters ??= [.. source.Code.SelectMany(ReadRegisters)];
        return readRegisters.Contains(register);
    }

    private static IEnumerable<int> ReadRegisters(Instruction instruction) => instruction.Opcode.Info().Operands.SelectMany(operand => operand.Kind switch
    {
        OperandKind.Use => [instruction.Operand((int)operand.Slot)],
        OperandKind.Arguments => instruction.List!,
        _ => Array.Empty<int>(),
    });
}
