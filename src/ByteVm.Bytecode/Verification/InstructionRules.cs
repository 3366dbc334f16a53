namespace ByteVm.Bytecode;

/// <summary>
/// The rules of the opcodes whose operands the table alone does not describe. CheckOwnRule, which calls them, is generated from
/// the table: an opcode that needs a rule and has none here does not compile. Registers and indices are within their tables when
/// a rule is called.
/// </summary>
internal sealed partial class InstructionChecker
{
    private void CheckMove(in Instruction move) => Produce(move.A, registers[move.B]);

    private void CheckCall(in Instruction call)
    {
        if (CheckTypeArguments(call.B) && references.Function(call.B) is { } target)
            CheckCall(in call, target);
    }

    private void CheckCallVirtual(in Instruction call) => CheckMethodCall(in call, ofInterface: false);

    private void CheckCallInterface(in Instruction call) => CheckMethodCall(in call, ofInterface: true);

    // The receiver may be of any type: whether it has the method is known when the code is linked.
    private void CheckCallConstrained(in Instruction call)
    {
        if (!typeUses.CheckRegister(tables.MethodRefs[call.B].Type, scope) || references.Method(call.B) is not { } target)
            return;
        if (!target.IsOfInterface)
            report(VerifierRules.CallKind, "a method of an interface", $"a method of {types.Name(target.Parameters[0])}");
        else if (call.List!.Length > 0)
            CheckCall(in call, target with { Parameters = [registers[call.List[0]], .. target.Parameters.AsSpan(1)] });
        else
            CheckArgumentCount(call.List, target.Parameters.Length);
    }

    private void CheckTrap(in Instruction trap) => CheckCall(in trap, references.Import(trap.B));

    private void CheckReturn(in Instruction leave)
    {
        if (!result.IsNone)
            report(VerifierRules.Return, $"return.value of {types.Name(result)}", "return");
    }

    private void CheckReturnValue(in Instruction leave)
    {
        if (result.IsNone)
            report(VerifierRules.Return, "return", $"return.value of {Describe(leave.A)}");
        else
            Consume(leave.A, result);
    }

    private void CheckNew(in Instruction create)
    {
        TypeRef type = TypeOperand(create.B);
        if (types.Node(type)?.Form == TypeForm.Named && types.DefinitionOf(type) is null or { Kind: TypeDefinitionKind.Class, IsAbstract: false })
            Produce(create.A, type);
        else
            report(VerifierRules.New, "a class that is not abstract", types.Name(type));
    }

    private void CheckNewValue(in Instruction create)
    {
        TypeRef type = TypeOperand(create.B);
        if (!types.IsVariable(type) && types.Node(type)?.Form == TypeForm.Named && types.DefinitionOf(type) is null or { Kind: TypeDefinitionKind.Value })
            CheckFieldsOfValue(in create, type);
        else
            report(VerifierRules.NewValue, "a value class", types.Name(type));
    }

    private void CheckFieldsOfValue(in Instruction create, TypeRef type)
    {
        Produce(create.A, type);
        if (types.DefinitionOf(type) is not { } definition || !CheckArgumentCount(create.List!, definition.Fields.Count))
            return;
        IReadOnlyList<TypeRef> arguments = types.Node(type)!.Arguments;
        for (int i = 0; i < definition.Fields.Count; i++)
            Consume(create.List![i], types.Substitute(types.Canonical(definition.Fields[i].Type), arguments).InRegister);
    }

    private void CheckBox(in Instruction box)
    {
        TypeRef value = registers[box.B];
        if (types.Node(value) is { Form: TypeForm.Named } && types.DefinitionOf(value) is null)
            return;
        if (!types.IsValue(value))
            report(VerifierRules.Box, "a value class", Describe(box.B));
        else if (!types.IsBoxAssignable(value, registers[box.A]))
            report(VerifierRules.Box, $"a register for object or an interface of {types.Name(value)}", Describe(box.A));
    }

    private void CheckOptionalNone(in Instruction none) => IsOptional(none.A);

    private void CheckOptionalSome(in Instruction some)
    {
        if (IsOptional(some.A))
            Consume(some.B, types.InsideOptional(registers[some.A]).InRegister);
    }

    private void CheckOptionalHas(in Instruction has) => IsOptional(has.B);

    private void CheckOptionalGet(in Instruction get)
    {
        if (IsOptional(get.B))
            Produce(get.A, types.InsideOptional(registers[get.B]).InRegister);
    }

    private bool IsOptional(int register)
    {
        bool holds = !types.InsideOptional(registers[register]).IsNone;
        if (!holds)
            report(VerifierRules.Optional, "a register of an optional type", Describe(register));
        return holds;
    }

    private void CheckLoadField(in Instruction load)
    {
        if (FieldOf(load.C) is not { } field)
            return;
        Consume(load.B, field.Owner);
        Produce(load.A, field.Type);
    }

    private void CheckStoreField(in Instruction store)
    {
        if (FieldOf(store.B) is not { } field)
            return;
        if (field.IsOfValue)
            report(VerifierRules.ValueField, "a field of a class", $"a field of value class {types.Name(field.Owner)}");
        Consume(store.A, field.Owner);
        Consume(store.C, field.Type);
    }

    private void CheckLoadGlobal(in Instruction load) => Produce(load.A, types.Canonical(tables.Globals[load.B].Type).InRegister);

    private void CheckStoreGlobal(in Instruction store) => Consume(store.B, types.Canonical(tables.Globals[store.A].Type).InRegister);

    private void CheckIs(in Instruction test) => CheckTest(test.B, TypeOperand(test.C));

    private void CheckCast(in Instruction cast)
    {
        TypeRef type = TypeOperand(cast.C);
        if (CheckTest(cast.B, type))
            Produce(cast.A, type.InRegister);
    }

    private void CheckNewArray(in Instruction create)
    {
        TypeRef type = TypeOperand(create.C);
        if (types.IsArray(type))
            Produce(create.A, type);
        else
            report(VerifierRules.NewArray, "an array type", types.Name(type));
    }

    private void CheckLoadElement(in Instruction load)
    {
        if (CheckUse(load.B, OperandType.Array))
            Produce(load.A, types.ElementOf(registers[load.B]).InRegister);
    }

    private void CheckStoreElement(in Instruction store)
    {
        if (CheckUse(store.A, OperandType.Array))
            Consume(store.C, types.ElementOf(registers[store.A]).InRegister);
    }

    // (source, from, target, at, count)
    private void CheckArrayCopy(in Instruction copy)
    {
        if (!CheckFixedArguments(copy.List!, arrayCopyArguments))
            return;
        TypeRef source = types.ElementOf(registers[copy.List![0]]);
        TypeRef target = types.ElementOf(registers[copy.List[2]]);
        if (source != target && !(types.IsReference(source, scope) && types.IsAssignable(source, target, scope)))
            report(VerifierRules.CopiedElements, $"elements of {types.Name(target)}", types.Name(source));
    }

    // (array, from, to, value)
    private void CheckArrayFill(in Instruction fill)
    {
        if (CheckFixedArguments(fill.List!, arrayFillArguments))
            Consume(fill.List![3], types.ElementOf(registers[fill.List[0]]).InRegister);
    }

    private void CheckStringConcatList(in Instruction concat)
    {
        foreach (int argument in concat.List!)
            CheckUse(argument, OperandType.String);
    }

    private static readonly OperandType[] arrayCopyArguments =
        [OperandType.Array, OperandType.I32, OperandType.Array, OperandType.I32, OperandType.I32];

    private static readonly OperandType[] arrayFillArguments =
        [OperandType.Array, OperandType.I32, OperandType.I32, OperandType.Any];

    private void CheckMethodCall(in Instruction call, bool ofInterface)
    {
        if (!typeUses.CheckRegister(tables.MethodRefs[call.B].Type, scope) || references.Method(call.B) is not { } target)
            return;
        if (target.IsOfInterface != ofInterface)
        {
            report(VerifierRules.CallKind, ofInterface ? "a method of an interface" : "a method of a class", $"a method of {types.Name(target.Parameters[0])}");
            return;
        }

        CheckCall(in call, target);
    }

    private void CheckCall(in Instruction call, ResolvedCall target)
    {
        int[] arguments = call.List!;
        if (!CheckArgumentCount(arguments, target.Parameters.Length))
            return;
        for (int i = 0; i < arguments.Length; i++)
            Consume(arguments[i], target.Parameters[i]);
        if (call.A == Instruction.NoRegister)
            return;
        if (target.Result.IsNone)
            report(VerifierRules.NoResult, "no result register", $"r{call.A}");
        else
            Produce(call.A, target.Result);
    }

    // Type arguments are in the terms of the calling function, so they are checked once for each.
    private bool CheckTypeArguments(int functionRef)
    {
        FunctionReference reference = tables.FunctionRefs[functionRef];
        if (reference.TypeArguments.Count == 0 || (checkedArguments.TryGetValue(functionRef, out TypeScope? last) && last == scope))
            return true;
        foreach (TypeRef argument in reference.TypeArguments)
        {
            if (!typeUses.CheckStored(argument, scope))
                return false;
        }

        if ((uint)reference.Function < (uint)tables.FunctionCount && tables.Signature(reference.Function) is { } target
            && types.UnmetBound(types.Canonical(reference.TypeArguments), target.TypeParameters, scope) is { } unmet)
        {
            report(VerifierRules.BoundUnmet, $"a type assignable to {types.Name(unmet.Bound)}", types.Name(unmet.Argument));
            return false;
        }

        checkedArguments[functionRef] = scope;
        return true;
    }

    private ResolvedField? FieldOf(int fieldRef) =>
        typeUses.CheckRegister(tables.FieldRefs[fieldRef].Type, scope) ? references.Field(fieldRef) : null;

    /// <summary>
    /// A reference is tested for a reference type or a value class, of which it may be a box. A value of a type variable is tested for any
    /// type: what the variable stands for is known when the code is linked.
    /// </summary>
    private bool CheckTest(int register, TypeRef type)
    {
        TypeRef tested = registers[register];
        bool isVariable = types.IsVariable(tested);
        if (!isVariable && !types.IsReference(tested, scope))
        {
            report(VerifierRules.UseType, "a reference or a value of a type variable", Describe(register));
            return false;
        }

        bool valid = isVariable || types.IsReference(type, scope) || types.IsValue(type);
        if (!valid)
            report(VerifierRules.TestedType, "a reference type or a value class", types.Name(type));
        return valid;
    }

    private TypeRef TypeOperand(int operand) => types.Canonical(new TypeRef(operand));

    private void Consume(int register, TypeRef expected)
    {
        if (!types.IsAssignable(registers[register], expected, scope))
            report(VerifierRules.UseType, types.Name(expected), Describe(register));
    }

    private void Produce(int register, TypeRef produced)
    {
        if (!types.IsAssignable(produced, registers[register], scope))
            report(VerifierRules.DestinationType, $"a register for {types.Name(produced)}", Describe(register));
    }
}
