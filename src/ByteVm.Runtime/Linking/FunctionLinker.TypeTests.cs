using ByteVm.Bytecode;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Linking;

/// <summary>
/// Type tests. A class within the display is found there (Cohen, "Type-extension type tests can be performed in constant time",
/// 1991); arrays, strings and final classes have one descriptor to compare with; interfaces and deeper classes are left to the monitor.
/// </summary>
internal sealed partial class FunctionLinker
{
    private void LinkIs(in Instruction test)
    {
        LinkedType type = Resolve(test.C);
        LinkedType tested = frame.TypeOf(test.B);
        if (Outcome(test) is { } outcome)
        {
            Constant32(test.A, outcome ? 1 : 0);
            return;
        }

        if (type.Kind == LinkedTypeKind.Object)
        {
            LinkIsNotNull(test);
            return;
        }

        (TypeTestForm form, ulong extension) = TestOf(type);
        LinkedOpcode opcode = form switch
        {
            TypeTestForm.Class => LinkedOpcode.IsClass,
            TypeTestForm.Exact => LinkedOpcode.IsExact,
            TypeTestForm.Service => LinkedOpcode.IsType,
        };
        buffer.EmitExtended(opcode, frame.Word(test.A), frame.Word(test.B), extension);
    }

    /// <summary>What a type test gives whatever the value is; null when that depends on the value.</summary>
    private bool? Outcome(Instruction test)
    {
        LinkedType type = Resolve(test.C);
        LinkedType tested = frame.TypeOf(test.B);
        return tested.IsReference && (type.IsReference || type.Kind == LinkedTypeKind.Value) ? CanBe(tested, type) ? null : false : IsOf(tested, type);
    }

    /// <summary>A string, an array or an object of a final class is of no type but its own and those above; other references may be anything.</summary>
    private static bool CanBe(LinkedType tested, LinkedType type) => tested.Kind switch
    {
        LinkedTypeKind.String or LinkedTypeKind.Array => tested.IsAssignableTo(type),
        LinkedTypeKind.Class when tested.Definition!.IsFinal => tested.IsAssignableTo(type),
        LinkedTypeKind.Class => type.Kind is LinkedTypeKind.Class or LinkedTypeKind.Interface or LinkedTypeKind.Object,
        _ => true,
    };

    /// <summary>What a value of a type variable is: its very type, or an interface that its value class implements.</summary>
    private static bool IsOf(LinkedType tested, LinkedType type) =>
        tested == type || (tested.Kind == LinkedTypeKind.Value && type.Kind == LinkedTypeKind.Interface && tested.Supertypes.Contains(type));

    /// <summary>Every reference but null is an object.</summary>
    private void LinkIsNotNull(in Instruction test)
    {
        const int overConstant = 2;
        Constant32(test.A, 1);
        buffer.Emit(LinkedOpcode.BrNonnull, frame.Word(test.B), overConstant);
        Constant32(test.A, 0);
    }

    private void LinkCast(in Instruction cast)
    {
        LinkedType type = Resolve(cast.C);
        LinkedType tested = frame.TypeOf(cast.B);
        if (tested.IsReference && (type.IsReference || type.Kind == LinkedTypeKind.Value))
            LinkCastOfReference(cast, type);
        else if (tested == type)
            Move(cast.A, cast.B);
        else if (IsOf(tested, type))
            EmitBox(frame.Word(cast.A), cast.B);
        else
            EmitFailingCast(type);
    }

    private void LinkCastOfReference(in Instruction cast, LinkedType type)
    {
        int word = frame.Word(cast.B);
        if (type.Kind != LinkedTypeKind.Object)
            EmitCastCheck(word, type);
        if (type.IsReference)
        {
            MoveWord(frame.Word(cast.A), word);
            return;
        }

        if (type.Storage.Leaves.Count == 0)
            buffer.Emit(LinkedOpcode.NullCheck, word);
        LoadLeaves(cast.A, word, ObjectLayout.HeaderBytes, type.Storage);
    }

    private void EmitCastCheck(int word, LinkedType type)
    {
        (TypeTestForm form, ulong extension) = TestOf(type);
        LinkedOpcode opcode = form switch
        {
            TypeTestForm.Class => LinkedOpcode.CastClass,
            TypeTestForm.Exact => LinkedOpcode.CastExact,
            TypeTestForm.Service => LinkedOpcode.CastType,
        };
        buffer.EmitExtended(opcode, word, 0, extension);
    }

    /// <summary>What the type variable stands for is known not to be of the type.</summary>
    private void EmitFailingCast(LinkedType type) => buffer.EmitExtended(LinkedOpcode.CastFail, 0, 0, (ulong)type.Index);

    private enum TypeTestForm
    {
        Class,
        Exact,
        Service,
    }

    private static (TypeTestForm Form, ulong Extension) TestOf(LinkedType type) => type.Kind switch
    {
        LinkedTypeKind.Array or LinkedTypeKind.String or LinkedTypeKind.Value => (TypeTestForm.Exact, type.DescriptorOffset),
        LinkedTypeKind.Class when type.Definition!.IsFinal => (TypeTestForm.Exact, type.DescriptorOffset),
        LinkedTypeKind.Class when type.ClassDepth < TypeDescriptor.DisplayLength =>
            (TypeTestForm.Class, type.DescriptorOffset | (ulong)type.ClassDepth << 32),
        _ => (TypeTestForm.Service, (ulong)type.Index),
    };
}
