using System.Runtime.InteropServices;
using ByteVm.Bytecode;
using ByteVm.Memory;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution;

/// <summary>
/// Every reference an instance has outside of its heap: global variables, what the host holds, and the frames. A frame's references are
/// those of its function's map; the callee's parameters lie in the caller's outgoing words and belong to the callee. So only the
/// instruction that trapped can have references in outgoing words that no frame's map names: its arguments.
/// </summary>
internal sealed unsafe class InstanceRoots(Instance instance) : IRootSource
{
    public void VisitRoots(RootVisitor visitor)
    {
        foreach (uint offset in instance.Program.Permanent.ReferenceGlobals)
            visitor.Visit((uint*)(instance.Cage.Base + offset));
        fixed (ulong* handles = CollectionsMarshal.AsSpan(instance.Handles))
        {
            for (int i = 0; i < instance.Handles.Count; i++)
                visitor.Visit(handles + i);
        }

        if (instance.Trap.FramePointer != null)
            VisitFrames(visitor);
    }

    private void VisitFrames(RootVisitor visitor)
    {
        if (instance.ArgumentsAreLive)
            VisitArguments(visitor);
        var walker = new FrameWalker(instance);
        while (walker.MoveNext())
        {
            visitor.EnterFrame(walker.Location.Function.Name);
            foreach (short word in walker.Location.Function.ReferenceWords)
                visitor.Visit((ulong*)(walker.Frame + word));
        }
    }

    private void VisitArguments(RootVisitor visitor)
    {
        LinkedFunction function = instance.Trap.Location.Function;
        LinkedInstruction instruction = function.InstructionAt(instance.Trap.Location.Word);
        int count = ArgumentCount(instruction);
        for (int i = 0; i < count; i++)
        {
            if (IsReference(instruction, i))
                visitor.Visit((ulong*)(instance.Trap.FramePointer + function.OutgoingWord(i)));
        }
    }

    private int ArgumentCount(LinkedInstruction instruction) => instruction.Opcode switch
    {
        LinkedOpcode.CallImport => instance.Imports[instruction.Word].ParameterTypes.Length,
        LinkedOpcode.StringConcatList => instruction.B,
        LinkedOpcode opcode => FixedArguments(opcode).Count,
    };

    private bool IsReference(LinkedInstruction instruction, int argument) => instruction.Opcode switch
    {
        LinkedOpcode.CallImport => instance.Imports[instruction.Word].ParameterTypes[argument].IsReference,
        LinkedOpcode.StringConcatList => true,
        LinkedOpcode opcode => FixedArguments(opcode)[argument] is not (OperandType.I32 or OperandType.I64 or OperandType.F32 or OperandType.F64),
    };

    /// <summary>
    /// Types of the arguments of an instruction that has a fixed list. <c>array.copy</c> and <c>array.fill</c> have none in the table, but
    /// allocate nothing, so no collection sees their arguments.
    /// </summary>
    private static IReadOnlyList<OperandType> FixedArguments(LinkedOpcode opcode)
    {
        foreach (OperandInfo operand in opcode.Info().Operands)
        {
            if (operand.Kind == OperandKind.Arguments)
                return operand.ArgumentTypes;
        }

        return [];
    }
}
