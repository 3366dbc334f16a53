namespace ByteVm.Bytecode;

/// <summary>Functions: their headers, on which callers rely; then every instruction, and what debuggers read.</summary>
internal sealed class FunctionChecks(Module module, TypeSystem types, TypeUses uses, InstructionChecker checker, ErrorCollector errors)
{
    public void CheckHeaders() => Each(CheckHeader);

    public void CheckBodies() => Each(CheckBody);

    private void Each(Action<Function> check)
    {
        for (int i = 0; i < module.Functions.Count && !errors.IsFull; i++)
        {
            errors.At("function", i, module.Functions[i].Name);
            check(module.Functions[i]);
        }
    }

    private void CheckHeader(Function function)
    {
        if ((uint)function.ParameterCount > (uint)function.Registers.Count)
            errors.Add(VerifierRules.ParameterCount, $"0 to {function.Registers.Count} parameters", $"{function.ParameterCount}");
        uses.CheckBounds(function.TypeParameters);
        if (errors.Any)
            return;
        TypeScope scope = types.ScopeOf(function.TypeParameters);
        uses.CheckResult(function.Result, scope);
        foreach (TypeRef register in function.Registers)
        {
            if (!uses.CheckRegister(register, scope))
                break;
        }
    }

    private void CheckBody(Function function)
    {
        CheckCode(function);
        CheckPositions(function);
        CheckLocalNames(function);
        CheckInlinedCalls(function);
    }

    private void CheckCode(Function function)
    {
        Instruction[] code = function.Code as Instruction[] ?? [.. function.Code];
        checker.EnterFunction(types.ScopeOf(function.TypeParameters), function.Result);
        checker.LabelLimit = code.Length;
        foreach (TypeRef register in function.Registers)
            checker.AddRegister(register);
        for (int i = 0; i < code.Length && !errors.IsFull; i++)
        {
            errors.Instruction = i;
            checker.Check(in code[i]);
        }

        errors.Instruction = -1;
        checker.CheckEnd(code);
        for (int i = 0; i < function.Handlers.Count && !errors.IsFull; i++)
            checker.CheckHandler(function.Handlers[i], code.Length);
    }

    private void CheckPositions(Function function)
    {
        int previous = -1;
        foreach (SourcePosition position in function.Positions)
        {
            bool valid = position.Start > previous && position.Start < function.Code.Count
                && IsPlace(position.File, position.Line, position.Column) && position.Inlined >= -1 && position.Inlined < function.InlinedCalls.Count;
            if (!valid)
            {
                errors.Add(VerifierRules.SourcePosition, $"a position between instructions {previous + 1} and {function.Code.Count - 1} in one of {module.SourceFiles.Count} files", $"{position}");
                return;
            }

            previous = position.Start;
        }
    }

    private bool IsPlace(int file, int line, int column) => (uint)file < (uint)module.SourceFiles.Count && line > 0 && column > 0;

    private void CheckInlinedCalls(Function function)
    {
        for (int i = 0; i < function.InlinedCalls.Count; i++)
        {
            InlinedCall call = function.InlinedCalls[i];
            if (IsPlace(call.File, call.Line, call.Column) && call.Outer >= -1 && call.Outer < i)
                continue;
            errors.Add(VerifierRules.InlinedCall, $"a place in one of {module.SourceFiles.Count} files, inside of a call before number {i}", $"{call}");
            return;
        }
    }

    private void CheckLocalNames(Function function)
    {
        foreach (LocalName local in function.LocalNames)
        {
            bool valid = (uint)local.Register < (uint)function.Registers.Count
                && local.Start >= 0 && local.Start <= local.End && local.End <= function.Code.Count;
            if (!valid)
            {
                errors.Add(VerifierRules.LocalName, $"a register below {function.Registers.Count} and a range up to {function.Code.Count}", $"{local}");
                return;
            }
        }
    }
}
