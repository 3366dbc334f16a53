using System.Runtime.CompilerServices;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution.Services;

/// <summary>
/// One instruction that the monitor executes: its operands read from and its result written to the slots of the frame. The same for
/// every engine, because the frame is. References are read again from their slots after anything that allocates: the
/// collector moves objects and updates slots, not C# locals.
/// </summary>
internal readonly unsafe ref struct ServiceCall(Instance instance, in Trap trap)
{
    /// <summary>Bytes that a unit of fuel pays for in services whose work grows with a length.</summary>
    public const int BytesPerFuelUnit = 64;

    private readonly LinkedFunction function = trap.Location.Function;
    private readonly long* frame = trap.FramePointer;

    public Instance Instance => instance;

    public LinkedInstruction Instruction { get; } = trap.Location.Function.InstructionAt(trap.Location.Word);

    /// <summary>The slot that operand A names: the destination, in services that have one.</summary>
    public long A => frame[Instruction.A];

    public long B => frame[Instruction.B];

    public long C => frame[Instruction.C];

    /// <summary>Argument word <paramref name="index"/> of an instruction with an argument list.</summary>
    public long Argument(int index) => Instance.Slot(function, frame, function.OutgoingWord(index));

    /// <summary>The bytes of a string that is not null; valid until the next allocation.</summary>
    public ReadOnlySpan<byte> Text(long reference) => instance.Objects.StringBytes((uint)reference);

    public FaultKind Return(uint value)
    {
        frame[Instruction.A] = value;
        return FaultKind.None;
    }

    public FaultKind Return(int value) => Return((uint)value);

    /// <summary>Returns a slot as it shall stand: an i64, or a 32-bit value with the upper half zero.</summary>
    public FaultKind Return(long raw)
    {
        frame[Instruction.A] = raw;
        return FaultKind.None;
    }

    public FaultKind Return(double value)
    {
        frame[Instruction.A] = BitConverter.DoubleToInt64Bits(value);
        return FaultKind.None;
    }

    /// <summary>Returns a reference that an allocation gave; zero means that the memory limit was met.</summary>
    public FaultKind ReturnNew(uint reference) => reference == 0 ? FaultKind.OutOfMemory : Return(reference);

    /// <summary>Ends the instruction with a fault that carries more than the frame shows.</summary>
    public FaultKind Fault(FaultKind kind, string detail)
    {
        instance.FaultDetail = detail;
        return kind;
    }

    /// <summary>
    /// Pays for work that grows with a length, before anything is done: the instruction happens wholly or, when there is too little fuel,
    /// not at all. Units depend on lengths alone, so every engine charges the same.
    /// </summary>
    public bool TryCharge(long bytes)
    {
        long units = bytes / BytesPerFuelUnit;
        if (units == 0 || !instance.Program.Options.Metered)
            return true;
        InstanceContext* context = instance.Context;
        if (context->Fuel < units)
            return false;
        context->Fuel -= units;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool InRange(int from, int count, int length) => (from | count) >= 0 && (long)from + count <= length;
}
