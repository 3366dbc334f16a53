using ByteVm.Bytecode;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution.Faults;

/// <summary>
/// Says what happened, with the values that show why. Engines report no more than a fault's kind; index, length and types are read here
/// from the operands of the instruction that faulted, whose slots are intact because a fault changes nothing.
/// </summary>
internal static unsafe class FaultMessage
{
    public static string Of(Instance instance, FaultKind kind)
    {
        string? detail = instance.FaultDetail ?? Detail(instance, kind);
        return detail is null ? NameOf(kind) : $"{NameOf(kind)}: {PlainText.Of(detail)}";
    }

    public static string NameOf(FaultKind kind) => kind switch
    {
        FaultKind.None => throw new ArgumentOutOfRangeException(nameof(kind)),
        FaultKind.NullReference => "null reference",
        FaultKind.IndexOutOfBounds => "index out of bounds",
        FaultKind.DivisionByZero => "division by zero",
        FaultKind.InvalidCast => "invalid cast",
        FaultKind.ArithmeticOverflow => "arithmetic overflow",
        FaultKind.MalformedText => "malformed text",
        FaultKind.NegativeArrayLength => "negative array length",
        FaultKind.StackOverflow => "stack overflow",
        FaultKind.OutOfMemory => "out of memory",
        FaultKind.UncaughtException => "uncaught exception",
        FaultKind.HostError => "host error",
        FaultKind.Denied => "denied",
        FaultKind.OutOfFuel => "out of fuel",
        FaultKind.Interrupted => "interrupted",
        FaultKind.LimitExceeded => "limit exceeded",
        FaultKind.WorkerDied => "worker died",
    };

    private static string? Detail(Instance instance, FaultKind kind) => kind switch
    {
        FaultKind.IndexOutOfBounds => IndexAndLength(instance),
        FaultKind.NegativeArrayLength => NegativeLength(instance),
        FaultKind.InvalidCast => CastTypes(instance),
        FaultKind.NullReference => WhatWasNull(instance),
        FaultKind.StackOverflow => $"calls nest too deep for the stack of {SizeText.Of(instance.Options.StackBytes)}",
        FaultKind.OutOfMemory => $"live objects exceed the limit of {SizeText.Of(instance.Options.MemoryBytes)}",
        FaultKind.OutOfFuel when instance.Options.Fuel is { } fuel => $"the limit of {fuel:N0} units is used up",
        _ => null,
    };

    private static string? NegativeLength(Instance instance)
    {
        LinkedInstruction instruction = Instruction(instance);
        return instruction.Opcode == LinkedOpcode.NewElements ? $"{(int)Slot(instance, instruction.B)}" : null;
    }

    /// <summary>An access to an element has array and index as neighbours, after the destination if there is one.</summary>
    private static string? IndexAndLength(Instance instance)
    {
        LinkedInstruction instruction = Instruction(instance);
        IReadOnlyList<OperandInfo> operands = instruction.Opcode.Info().Operands;
        bool hasDestination = operands[0].Kind == OperandKind.Destination;
        uint array = (uint)Slot(instance, hasDestination ? instruction.B : instruction.A);
        int index = (int)Slot(instance, hasDestination ? instruction.C : instruction.B);
        return array == 0 ? null : $"index {index}, length {instance.Objects.Length(array)}";
    }

    private static string? CastTypes(Instance instance)
    {
        LinkedInstruction instruction = Instruction(instance);
        Program program = instance.Program;
        LinkedType? target = instruction.Opcode switch
        {
            LinkedOpcode.CastClass or LinkedOpcode.CastExact => program.TypeOf((uint)instruction.Extension),
            LinkedOpcode.CastType or LinkedOpcode.CastFail => program.TypeAt((int)instruction.Extension),
            _ => null,
        };
        return target is null ? null : $"{SourceTypeNames.Of(TypeToCast(instance, instruction))} is not {SourceTypeNames.Of(target)}";
    }

    /// <summary>The object's type; for a value of a type variable what the variable stands for.</summary>
    private static LinkedType TypeToCast(Instance instance, LinkedInstruction instruction)
    {
        if (instruction.Opcode != LinkedOpcode.CastFail)
            return instance.TypeOf((uint)Slot(instance, instruction.A));
        LinkedFunction function = instance.Trap.Location.Function;
        Instruction cast = SourceMap.ModuleInstruction(instance.Trap.Location);
        int register = cast.Opcode == Opcode.CallConstrained ? cast.List![0] : cast.B;
        return instance.Program.Types.Resolve(function.Source.Registers[register], function.TypeArguments);
    }

    private static string? WhatWasNull(Instance instance)
    {
        Instruction instruction = SourceMap.ModuleInstruction(instance.Trap.Location);
        Module module = instance.Program.Module;
        string? action = instruction.Opcode switch
        {
            Opcode.LoadField => $"reading field '{FieldName(module, instruction.C)}'",
            Opcode.StoreField => $"writing field '{FieldName(module, instruction.B)}'",
            Opcode.CallVirtual or Opcode.CallInterface or Opcode.CallConstrained => $"calling '{MethodName(module, instruction.B)}'",
            Opcode.LoadElement => "reading an element",
            Opcode.StoreElement => "writing an element",
            Opcode.ArrayLength => "taking the length",
            Opcode.Cast => "taking the value out",
            _ => null,
        };
        string? local = ReceiverRegister(instruction) is { } register ? SourceMap.LocalName(instance.Trap.Location, register) : null;
        return (action, local) switch
        {
            (null, null) => null,
            (null, _) => $"'{local}' is null",
            (_, null) => $"{action} of null",
            _ => $"{action} of '{local}', which is null",
        };
    }

    /// <summary>The register whose null is the fault, where it is always the same operand.</summary>
    private static int? ReceiverRegister(in Instruction instruction) => instruction.Opcode switch
    {
        Opcode.LoadField or Opcode.LoadElement or Opcode.ArrayLength => instruction.B,
        Opcode.StoreField or Opcode.StoreElement or Opcode.NullCheck => instruction.A,
        Opcode.CallVirtual or Opcode.CallInterface or Opcode.CallConstrained => instruction.List is [int receiver, ..] ? receiver : null,
        _ => null,
    };

    private static string FieldName(Module module, int fieldRef)
    {
        FieldReference reference = module.FieldRefs[fieldRef];
        return Definition(module, reference.Type).Fields[reference.Field].Name;
    }

    private static string MethodName(Module module, int methodRef)
    {
        MethodReference reference = module.MethodRefs[methodRef];
        return Definition(module, reference.Type).Methods[reference.Method].Name;
    }

    private static TypeDefinition Definition(Module module, TypeRef type) =>
        module.TypeDefinitions[module.Types[type.Index - TypeRef.PrimitiveCount].Definition];

    private static long Slot(Instance instance, int word) => Instance.Slot(instance.Trap.Location.Function, instance.Trap.FramePointer, word);

    private static LinkedInstruction Instruction(Instance instance) => instance.Trap.Location.Function.InstructionAt(instance.Trap.Location.Word);
}
