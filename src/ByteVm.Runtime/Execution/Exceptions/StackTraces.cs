using System.Text;
using ByteVm.Memory;
using ByteVm.Runtime.Execution.Faults;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution.Exceptions;

/// <summary>
/// Where an exception was first thrown: an array of the guest's, after a word for its kind one per frame, with the function's number above and the word of linked code
/// below, turned into text only when somebody reads it. The verifier keeps code away from it, but not a worker that broke out of its code: what is read
/// is checked.
/// </summary>
internal static unsafe class StackTraces
{
    /// <summary>Frames beyond these are not noted, so that a throw costs the same at any depth.</summary>
    private const int MaxFrames = 64;

    private const long More = -1;

    /// <summary>Of a fault that became an exception the first word is this less its kind.</summary>
    private const long Fault = -2;

    /// <summary>Notes the stack of the trapped guest in the exception of a handle, unless it has been thrown before. Without memory it stays without.</summary>
    /// <param name="kind">The fault that the exception was made for, or else <see cref="FaultKind.UncaughtException"/>.</param>
    public static void Note(Instance instance, int handle, FaultKind kind = FaultKind.UncaughtException)
    {
        ExceptionTypes types = instance.Program.Exceptions!;
        if (Field(instance, (uint)instance.Handles[handle]) != 0)
            return;
        Span<long> words = stackalloc long[MaxFrames + 2];
        words[0] = Fault - (long)kind;
        words = words[..(1 + Walk(instance, words[1..]))];
        uint array = instance.AllocateArrayEvenIfFull(types.TraceArray.DescriptorOffset, words.Length);
        if (array == 0)
            return;
        words.CopyTo(instance.Objects.Elements<long>(array));
        instance.Objects.SetReferenceField((uint)instance.Handles[handle], (int)types.TraceOffset, array);
    }

    /// <summary>The fault that an exception was made for; <see cref="FaultKind.UncaughtException"/> of one that the guest made.</summary>
    public static FaultKind KindOf(Instance instance, uint exception)
    {
        uint array = Field(instance, exception);
        if (array == 0 || instance.Objects.Elements<long>(array) is not [long first, ..])
            return FaultKind.UncaughtException;
        var kind = (FaultKind)(Fault - first);
        return instance.Program.Exceptions!.ClassOf(kind) is null ? FaultKind.UncaughtException : kind;
    }

    /// <summary>The frames of an exception that was thrown before, innermost first; empty for one that was not.</summary>
    public static List<GuestStackFrame> Read(Instance instance, uint exception)
    {
        var frames = new List<GuestStackFrame>();
        uint array = Field(instance, exception);
        if (array == 0)
            return frames;
        // A worker may have put an array of any length there.
        Span<long> words = instance.Objects.Elements<long>(array);
        foreach (long frame in words[..Math.Min(words.Length, MaxFrames + 2)])
        {
            if (TryLocate(instance.Program, frame, out CodeLocation location))
                frames.AddRange(FaultReport.Describe(instance.Program.Module, location));
        }

        return frames;
    }

    /// <summary>A line per frame, as the command prints it.</summary>
    public static string Text(Instance instance, uint exception)
    {
        var text = new StringBuilder();
        foreach (GuestStackFrame frame in Read(instance, exception))
            text.Append(text.Length == 0 ? "" : "\n").Append(frame);
        return text.ToString();
    }

    private static uint Field(Instance instance, uint exception) =>
        instance.Objects.ReferenceField(exception, (int)instance.Program.Exceptions!.TraceOffset);

    private static int Walk(Instance instance, Span<long> frames)
    {
        int count = 0;
        var walker = new FrameWalker(instance);
        while (walker.MoveNext())
        {
            if (count == MaxFrames)
            {
                frames[count++] = More;
                break;
            }

            frames[count++] = (long)walker.Location.Function.Index << 32 | (uint)walker.Location.Word;
        }

        return count;
    }

    private static bool TryLocate(Program program, long frame, out CodeLocation location)
    {
        int index = (int)(frame >> 32);
        int word = (int)frame;
        bool isPlace = (uint)index < (uint)program.Functions.Count && program.Functions[index].IsLinked
            && (uint)word < (uint)program.Functions[index].ModulePc.Length;
        location = isPlace ? new CodeLocation(program.Functions[index], word) : default;
        return isPlace;
    }
}
