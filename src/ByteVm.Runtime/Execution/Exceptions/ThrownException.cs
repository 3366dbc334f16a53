using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution.Exceptions;

/// <summary>The object of a <c>throw</c> at which a guest has stopped.</summary>
internal static unsafe class ThrownException
{
    private const int MaxMessageLength = 4096;

    public static uint Of(Instance instance)
    {
        CodeLocation location = instance.Trap.Location;
        return (uint)Instance.Slot(location.Function, instance.Trap.FramePointer, location.Function.InstructionAt(location.Word).A);
    }

    /// <exception cref="GuestLostException">It is no exception: checked code throws nothing else.</exception>
    public static LinkedType TypeOf(Instance instance)
    {
        LinkedType type = instance.TypeOf(Of(instance));
        return type.IsAssignableTo(instance.Program.Exceptions!.Root) ? type : throw new GuestLostException($"it threw a {type.Name}, which is no exception");
    }

    /// <summary>The message it carries; empty when it has none.</summary>
    public static string Message(Instance instance)
    {
        uint text = instance.Objects.ReferenceField(Of(instance), (int)instance.Program.Exceptions!.MessageOffset);
        string message = text == 0 ? "" : instance.Objects.String(text);
        return message.Length <= MaxMessageLength ? message : message[..MaxMessageLength] + "…";
    }
}
