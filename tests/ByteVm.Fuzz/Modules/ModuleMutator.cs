using ByteVm.Bytecode;

namespace ByteVm.Fuzz.Modules;

/// <summary>
/// Changes one thing in a valid module. Structural: numbers become anything, tables lose or repeat entries, so that indices and
/// counts are wrong. Semantic: every number stays in range, so that only types and rules are wrong.
/// </summary>
internal sealed class ModuleMutator
{
    private readonly Random random;
    private readonly bool structural;
    private readonly Action<ModuleDraft>[] mutations;

    public ModuleMutator(Random random, bool structural)
    {
        this.random = random;
        this.structural = structural;
        mutations =
        [
            MutateInstruction, MutateInstruction, MutateInstruction, MutateInstruction, MutateCode, MutateCode, MutateRegister, MutateRegister, MutateHeader,
            MutateDebugInfo, MutateHandler, MutateHandler, MutateExceptions, MutateType, MutateDefinition, MutateDefinition, MutateMember, MutateMember, MutateReference, MutateReference, MutateEntry,
        ];
    }

    public Module Mutate(Module module)
    {
        var draft = new ModuleDraft(module);
        for (int i = 1 + random.Next(structural ? 3 : 2); i > 0; i--)
            Any(mutations)(draft);
        return draft.ToModule();
    }

    private void MutateInstruction(ModuleDraft module) => Replace(module.Functions, f =>
    {
        if (f.Code.Count == 0)
            return f;
        Instruction[] code = [.. f.Code];
        ref Instruction instruction = ref code[random.Next(code.Length)];
        instruction = random.Next(4) == 0 ? WithOtherOpcode(instruction) : WithOtherOperand(instruction, module, f);
        return f.With(code: code);
    });

    // Prefers an opcode with the same operands, which leaves only types to be wrong.
    private Instruction WithOtherOpcode(Instruction instruction)
    {
        if (!OpcodeTable.IsDefined((int)instruction.Opcode))
            return instruction;
        OperandKind[] kinds = Kinds(instruction.Opcode);
        for (int i = 0; i < 20; i++)
        {
            var other = (Opcode)random.Next(OpcodeTable.Count);
            if (Kinds(other).SequenceEqual(kinds))
                return instruction with { Opcode = other };
        }

        return structural ? instruction with { Opcode = (Opcode)random.Next(OpcodeTable.Count + 1) } : instruction;
    }

    private static OperandKind[] Kinds(Opcode opcode) => [.. opcode.Info().Operands.Select(o => o.Kind)];

    private Instruction WithOtherOperand(Instruction instruction, ModuleDraft module, Function function)
    {
        IReadOnlyList<OperandInfo> operands = OpcodeTable.IsDefined((int)instruction.Opcode) ? instruction.Opcode.Info().Operands : [];
        if (operands.Count == 0)
            return instruction;
        OperandInfo operand = operands[random.Next(operands.Count)];
        return operand.Slot switch
        {
            OperandSlot.Immediate => instruction with { Immediate = structural ? random.NextInt64() : random.Next() },
            OperandSlot.List => instruction with { List = OtherList(instruction.List ?? [], operand, module, function) },
            _ => instruction.WithOperand((int)operand.Slot, Number(Count(operand.Kind, module, function))),
        };
    }

    private int[] OtherList(int[] list, OperandInfo operand, ModuleDraft module, Function function)
    {
        List<int> changed = [.. list];
        int count = Count(operand.Kind, module, function);
        if (changed.Count == 0 || random.Next(4) == 0)
            changed.Add(Number(count));
        else if (random.Next(3) == 0)
            changed.RemoveAt(random.Next(changed.Count));
        else
            changed[random.Next(changed.Count)] = Number(count);
        return [.. changed];
    }

    private static int Count(OperandKind kind, ModuleDraft module, Function function) => kind switch
    {
        OperandKind.Label or OperandKind.Labels => function.Code.Count,
        OperandKind.String => module.Strings.Count,
        OperandKind.Type => TypeRef.PrimitiveCount + module.Types.Count,
        OperandKind.Field => module.FieldRefs.Count,
        OperandKind.Method => module.MethodRefs.Count,
        OperandKind.Function => module.FunctionRefs.Count,
        OperandKind.Global => module.Globals.Count,
        OperandKind.Import => module.Imports.Count,
        _ => function.Registers.Count,
    };

    private void MutateCode(ModuleDraft module) => Replace(module.Functions, f =>
    {
        List<Instruction> code = [.. f.Code];
        MutateList(code);
        return f.With(code: code);
    });

    private void MutateRegister(ModuleDraft module) => Replace(module.Functions, f =>
    {
        List<TypeRef> registers = [.. f.Registers];
        if (structural && random.Next(3) == 0)
            MutateList(registers);
        else if (registers.Count > 0)
            registers[random.Next(registers.Count)] = Type(module);
        return f.With(registers: registers);
    });

    private void MutateHeader(ModuleDraft module) => Replace(module.Functions, f => random.Next(3) switch
    {
        0 => f.With(parameterCount: Number(f.Registers.Count + 1)),
        1 => f.With(result: Type(module)),
        _ => f.With(typeParameters: [.. f.TypeParameters, new TypeParameter("U", random.Next(2) == 0 ? TypeRef.None : Type(module))]),
    });

    private void MutateDebugInfo(ModuleDraft module) => Replace(module.Functions, f =>
    {
        int limit = f.Code.Count + 1;
        return random.Next(3) switch
        {
            0 => f.With(positions: [.. f.Positions, new SourcePosition(Number(limit), Number(2), Number(9), Number(9), Number(2) - 1)]),
            1 => f.With(inlinedCalls: [.. f.InlinedCalls, new InlinedCall("callee", Number(2), Number(9), Number(9), Number(2) - 1)]),
            _ => f.With(localNames: [.. f.LocalNames, new LocalName(Number(f.Registers.Count), "name", Number(limit), Number(limit))]),
        };
    });

    private void MutateHandler(ModuleDraft module) => Replace(module.Functions, f =>
    {
        List<ExceptionHandler> handlers = [.. f.Handlers];
        if (handlers.Count == 0 || random.Next(3) == 0)
        {
            MutateList(handlers);
            handlers.Add(new ExceptionHandler(Number(f.Code.Count), Number(f.Code.Count + 1), Number(f.Code.Count), Type(module), Number(f.Registers.Count)));
            return f.With(handlers: handlers);
        }

        int index = random.Next(handlers.Count);
        ExceptionHandler handler = handlers[index];
        handlers[index] = random.Next(5) switch
        {
            0 => handler with { Start = Number(f.Code.Count) },
            1 => handler with { End = Number(f.Code.Count + 1) },
            2 => handler with { Target = Number(f.Code.Count) },
            3 => handler with { Type = Type(module) },
            _ => handler with { Register = Number(f.Registers.Count) },
        };
        return f.With(handlers: handlers);
    });

    private void MutateExceptions(ModuleDraft module)
    {
        if (module.Exceptions is not { } exceptions)
            return;
        List<FaultClass> faults = [.. exceptions.Faults];
        faults.Add(new FaultClass((CatchableFault)random.Next(14), Type(module)));
        module.Exceptions = random.Next(5) switch
        {
            0 => exceptions with { Root = Type(module) },
            1 => exceptions with { MessageField = Number(3) },
            2 => exceptions with { TraceField = Number(3) },
            3 => exceptions with { Faults = faults },
            _ => structural ? null : exceptions with { Faults = [] },
        };
    }

    private void MutateType(ModuleDraft module)
    {
        if (module.Types.Count == 0 || structural)
        {
            MutateList(module.Types);
            return;
        }

        int index = random.Next(module.Types.Count);
        module.Types[index] = random.Next(5) switch
        {
            0 => TypeNode.ArrayOf(Type(module)),
            1 => TypeNode.Named(Number(module.TypeDefinitions.Count), module.Types[index].Arguments),
            2 => TypeNode.Named(Number(module.TypeDefinitions.Count), [Type(module)]),
            3 => TypeNode.Variable(Number(3)),
            _ => TypeNode.Function([Type(module)], Type(module)),
        };
    }

    private void MutateDefinition(ModuleDraft module)
    {
        if (module.TypeDefinitions.Count == 0)
            return;
        int index = random.Next(module.TypeDefinitions.Count);
        TypeDefinition d = module.TypeDefinitions[index];
        module.TypeDefinitions[index] = random.Next(6) switch
        {
            0 => d with { Base = Type(module) },
            1 => d with { Interfaces = [.. d.Interfaces, Type(module)] },
            2 => d with { Kind = (TypeDefinitionKind)random.Next(3) },
            3 => d with { IsAbstract = !d.IsAbstract },
            4 => d with { IsFinal = !d.IsFinal },
            _ => d with { TypeParameters = [.. d.TypeParameters, new TypeParameter("U", random.Next(2) == 0 ? TypeRef.None : Type(module))] },
        };
        if (structural && random.Next(8) == 0)
            MutateList(module.TypeDefinitions);
    }

    private void MutateMember(ModuleDraft module)
    {
        if (module.TypeDefinitions.Count == 0)
            return;
        int index = random.Next(module.TypeDefinitions.Count);
        TypeDefinition d = module.TypeDefinitions[index];
        List<FieldDefinition> fields = [.. d.Fields];
        List<MethodDefinition> methods = [.. d.Methods];
        switch (random.Next(6))
        {
            case 0: MutateList(fields); break;
            case 1: MutateList(methods); break;
            case 2: fields.Add(new FieldDefinition("added", Type(module), random.Next(2) == 0)); break;
            case 3: methods.Add(new MethodDefinition("area", [Type(module)], Type(module), random.Next(2) == 0 ? -1 : Number(module.Functions.Count))); break;
            case 4 when methods.Count > 0: methods[^1] = methods[^1] with { Result = Type(module) }; break;
            case 5 when methods.Count > 0: methods[^1] = methods[^1] with { Function = Number(module.Functions.Count) }; break;
        }

        module.TypeDefinitions[index] = d with { Fields = fields, Methods = methods };
    }

    private void MutateReference(ModuleDraft module)
    {
        switch (random.Next(5))
        {
            case 0: Replace(module.FieldRefs, r => random.Next(2) == 0 ? r with { Type = Type(module) } : r with { Field = Number(3) }); break;
            case 1: Replace(module.MethodRefs, r => random.Next(2) == 0 ? r with { Type = Type(module) } : r with { Method = Number(3) }); break;
            case 2: Replace(module.FunctionRefs, r => random.Next(2) == 0 ? r with { Function = Number(module.Functions.Count) } : r with { TypeArguments = [.. r.TypeArguments, Type(module)] }); break;
            case 3: Replace(module.Globals, g => g with { Type = Type(module) }); break;
            default: Replace(module.Imports, i => random.Next(2) == 0 ? i with { Result = Type(module) } : i with { Parameters = [.. i.Parameters, Type(module)] }); break;
        }
    }

    private void MutateEntry(ModuleDraft module)
    {
        switch (random.Next(4))
        {
            case 0: Replace(module.Exports, e => e with { Function = Number(module.Functions.Count) }); break;
            case 1: MutateList(module.Exports); break;
            case 2: module.Initializer = Number(module.Functions.Count); break;
            default: MutateList(module.Functions); break;
        }
    }

    private void Replace<T>(List<T> list, Func<T, T> change)
    {
        if (list.Count == 0)
            return;
        int index = random.Next(list.Count);
        list[index] = change(list[index]);
    }

    // Removes, repeats or swaps entries.
    private void MutateList<T>(List<T> list)
    {
        if (list.Count == 0)
            return;
        int at = random.Next(list.Count);
        int other = random.Next(list.Count);
        switch (random.Next(3))
        {
            case 0: list.RemoveAt(at); break;
            case 1: list.Insert(at, list[other]); break;
            default: (list[at], list[other]) = (list[other], list[at]); break;
        }
    }

    private TypeRef Type(ModuleDraft module) => new(Number(TypeRef.PrimitiveCount + module.Types.Count));

    private int Number(int count)
    {
        if (!structural)
            return count <= 0 ? 0 : random.Next(count);
        int[] wild = [0, 1, -1, count - 1, count, count + 1, 255, 256, 65535, 65536, 1 << 20, (1 << 20) + 1, int.MaxValue];
        return random.Next(2) == 0 ? Any(wild) : random.Next(Math.Max(count, 1));
    }

    private T Any<T>(T[] items) => items[random.Next(items.Length)];
}
