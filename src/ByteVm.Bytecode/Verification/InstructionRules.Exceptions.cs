namespace ByteVm.Bytecode;

/// <summary>The rules of what throws and catches.</summary>
internal sealed partial class InstructionChecker
{
    /// <summary>Checks a handler of the function entered; its registers are known.</summary>
    public void CheckHandler(in ExceptionHandler handler, int codeLength)
    {
        bool isInside = handler.Start >= 0 && handler.Start < handler.End && handler.End <= codeLength && (uint)handler.Target < (uint)codeLength;
        if (!isInside)
            report(VerifierRules.HandlerRange, $"a range and a target below {codeLength}", $"{handler.Start} to {handler.End}, target {handler.Target}");
        else if (typeUses.CheckRegister(handler.Type, scope))
            CheckHandlerType(in handler);
    }

    private void CheckHandlerType(in ExceptionHandler handler)
    {
        TypeRef type = types.Canonical(handler.Type);
        if (!IsException(type))
            report(VerifierRules.HandlerType, ExceptionName(), types.Name(type));
        else if (handler.Register != Instruction.NoRegister && CheckRegister(handler.Register) && !types.IsAssignable(type, registers[handler.Register], scope))
            report(VerifierRules.HandlerRegister, $"a register for {types.Name(type)}", Describe(handler.Register));
    }

    private void CheckThrow(in Instruction instruction) => ConsumeException(instruction.A);

    private void CheckExceptionTrace(in Instruction instruction)
    {
        ConsumeException(instruction.B);
        CheckDestination(instruction.A, OperandType.String);
    }

    private void ConsumeException(int register)
    {
        if (!IsException(registers[register]))
            report(VerifierRules.ThrownType, ExceptionName(), Describe(register));
    }

    private bool IsException(TypeRef type) =>
        tables.Exceptions is { } classes && types.IsAssignable(type, types.Canonical(classes.Root), scope);

    private string ExceptionName() =>
        tables.Exceptions is { } classes ? types.Name(types.Canonical(classes.Root)) : "a module that declares a class of exceptions";
}
