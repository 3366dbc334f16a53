using ByteVm.Bytecode;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Linking;

/// <summary>
/// Calls and returns. A result of one slot is written to the destination by the return; one of several slots comes back in the
/// outgoing area and is moved from there. Between those moves and the call or return there is no safepoint.
/// </summary>
internal sealed partial class FunctionLinker
{
    private void LinkCall(in Instruction call)
    {
        MoveToOutgoing(call.List!);
        buffer.EmitWord(LinkedOpcode.CallDirect, ResultWord(call), (int)Target(call).EntryOffset);
        MoveResult(call);
    }

    private void LinkCallVirtual(in Instruction call)
    {
        MethodReference reference = program.Module.MethodRefs[call.B];
        int slot = Resolve(reference.Type).Methods.OwnSlot(reference.Method);
        if (slot > short.MaxValue)
            throw new LinkException($"{program.Module.Name}: class '{Resolve(reference.Type).Name}' has more than {short.MaxValue:N0} virtual methods");
        MoveToOutgoing(call.List!);
        buffer.Emit(LinkedOpcode.CallVtable, ResultWord(call), frame.Word(call.List![0]), slot);
        MoveResult(call);
    }

    private void LinkCallInterface(in Instruction call)
    {
        MethodReference reference = program.Module.MethodRefs[call.B];
        MoveToOutgoing(call.List!);
        EmitInterfaceCall(call, Resolve(reference.Type), frame.Word(call.List![0]));
        MoveResult(call);
    }

    /// <summary>
    /// The receiver's type is known now: a value class calls its own method directly, with the value, or is boxed for a method that an
    /// interface has a body for; a reference is dispatched.
    /// </summary>
    private void LinkCallConstrained(in Instruction call)
    {
        MethodReference reference = program.Module.MethodRefs[call.B];
        LinkedType @interface = Resolve(reference.Type);
        LinkedType receiver = frame.TypeOf(call.List![0]);
        if (receiver.Kind == LinkedTypeKind.Value && receiver.Supertypes.Contains(@interface))
            CallValueMethod(call, @interface, receiver);
        else if (receiver.IsReference)
            CallOnReference(call, @interface, receiver);
        else
            EmitFailingCast(@interface);
    }

    private void CallValueMethod(in Instruction call, LinkedType @interface, LinkedType receiver)
    {
        LinkedMethod promised = @interface.Methods.Slots[@interface.Methods.OwnSlot(program.Module.MethodRefs[call.B].Method)];
        if (receiver.Methods.Find(promised.Key) is { } method)
        {
            MoveToOutgoing(call.List!);
            buffer.EmitWord(LinkedOpcode.CallDirect, ResultWord(call), (int)program.Function(method.Definition.Function, receiver.Arguments).EntryOffset);
        }
        else
        {
            EmitBox(frame.BoxWord, call.List![0]);
            MoveWord(function.OutgoingWord(0), frame.BoxWord);
            MoveToOutgoing(call.List.AsSpan(1), 1);
            EmitInterfaceCall(call, @interface, frame.BoxWord);
        }

        MoveResult(call);
    }

    private void CallOnReference(in Instruction call, LinkedType @interface, LinkedType receiver)
    {
        if (!receiver.IsAssignableTo(@interface))
            EmitCastCheck(frame.Word(call.List![0]), @interface);
        MoveToOutgoing(call.List!);
        EmitInterfaceCall(call, @interface, frame.Word(call.List![0]));
        MoveResult(call);
    }

    private void EmitInterfaceCall(in Instruction call, LinkedType @interface, int receiverWord)
    {
        int selector = program.Types.Selector(@interface, program.Module.MethodRefs[call.B].Method);
        buffer.EmitExtended(LinkedOpcode.CallItable, ResultWord(call), receiverWord, (ulong)selector);
    }

    private void LinkTrap(in Instruction call)
    {
        MoveToOutgoing(call.List!);
        buffer.EmitWord(LinkedOpcode.CallImport, ResultWord(call), call.B);
        MoveResult(call);
    }

    private void LinkReturnValue(in Instruction instruction)
    {
        int slots = frame.TypeOf(instruction.A).Slots.Count;
        if (slots == 1)
        {
            buffer.Emit(LinkedOpcode.ReturnSlot, frame.Word(instruction.A));
            return;
        }

        // Ascending, as the value may itself be a parameter and then lies at the same words or higher ones.
        for (int slot = 0; slot < slots; slot++)
            MoveWord(FrameLayout.ParameterWord(slot), frame.Word(instruction.A, slot));
        buffer.Emit(LinkedOpcode.ReturnVoid);
    }

    /// <summary>Where the return writes a result of one slot; 0 when there is none or it has several.</summary>
    private int ResultWord(in Instruction call) =>
        call.A != Instruction.NoRegister && frame.TypeOf(call.A).Slots.Count == 1 ? frame.Word(call.A) : 0;

    private void MoveResult(in Instruction call)
    {
        if (call.A == Instruction.NoRegister || frame.TypeOf(call.A).Slots.Count == 1)
            return;
        for (int slot = 0; slot < frame.TypeOf(call.A).Slots.Count; slot++)
            MoveWord(frame.Word(call.A, slot), function.OutgoingWord(slot));
    }

    private LinkedFunction Target(in Instruction call)
    {
        if (function.Unboxed is { } target)
            return target;
        FunctionReference reference = program.Module.FunctionRefs[call.B];
        return program.Function(reference.Function, program.Types.ResolveAll(reference.TypeArguments, typeArguments));
    }

    /// <summary>What a call returns, also when the caller ignores it; null for other instructions.</summary>
    private LinkedType? ResultType(in Instruction call) => call.Opcode switch
    {
        Opcode.Call => Target(call).ResultType,
        Opcode.CallVirtual or Opcode.CallInterface or Opcode.CallConstrained => MethodResult(program.Module.MethodRefs[call.B]),
        Opcode.Trap => program.Imports[call.B].ResultType,
        _ => null,
    };

    private LinkedType? MethodResult(MethodReference reference)
    {
        LinkedType owner = Resolve(reference.Type);
        return program.Types.ResolveOrNone(owner.Definition!.Methods[reference.Method].Result, owner.Arguments);
    }
}
