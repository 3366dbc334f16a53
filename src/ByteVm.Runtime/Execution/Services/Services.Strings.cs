using System.Buffers;
using System.Text;
using System.Text.Unicode;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Execution.Services;

internal static unsafe partial class Services
{
    private static FaultKind StringEqual(in ServiceCall call)
    {
        long a = call.B, b = call.C;
        if (a == b)
            return call.Return(1);
        if (a == 0 || b == 0)
            return call.Return(0);
        ReadOnlySpan<byte> first = call.Text(a), second = call.Text(b);
        if (first.Length != second.Length || HashesDiffer(call.Instance.Objects.HashCell((uint)a), call.Instance.Objects.HashCell((uint)b)))
            return call.Return(0);
        return call.TryCharge(first.Length) ? call.Return(first.SequenceEqual(second) ? 1 : 0) : FaultKind.OutOfFuel;
    }

    private static bool HashesDiffer(uint a, uint b) => a != 0 && b != 0 && a != b;

    private static FaultKind StringCompare(in ServiceCall call)
    {
        if (call.B == 0 || call.C == 0)
            return FaultKind.NullReference;
        ReadOnlySpan<byte> a = call.Text(call.B), b = call.Text(call.C);
        return call.TryCharge(Math.Min(a.Length, b.Length)) ? call.Return(Math.Sign(a.SequenceCompareTo(b))) : FaultKind.OutOfFuel;
    }

    private static FaultKind StringHash(in ServiceCall call)
    {
        uint reference = (uint)call.B;
        if (reference == 0)
            return FaultKind.NullReference;
        ref uint cell = ref call.Instance.Objects.HashCell(reference);
        uint hash = cell;
        if (hash != 0)
            return call.Return(hash);
        ReadOnlySpan<byte> text = call.Text(reference);
        if (!call.TryCharge(text.Length))
            return FaultKind.OutOfFuel;
        cell = hash = TextHash.Of(text);
        return call.Return(hash);
    }

    private static FaultKind StringConcat(in ServiceCall call)
    {
        long length = ConcatLength(call, call.B) + ConcatLength(call, call.C);
        if (!call.TryCharge(length))
            return FaultKind.OutOfFuel;
        uint result = call.Instance.AllocateString(length);
        if (result == 0)
            return FaultKind.OutOfMemory;
        Span<byte> target = call.Instance.StringBuffer(result, length);
        target = AppendText(call, call.B, target);
        AppendText(call, call.C, target);
        return call.Return(result);
    }

    private static FaultKind StringConcatList(in ServiceCall call)
    {
        int count = call.Instruction.B;
        long length = 0;
        for (int i = 0; i < count; i++)
            length += ConcatLength(call, call.Argument(i));
        if (!call.TryCharge(length))
            return FaultKind.OutOfFuel;
        uint result = call.Instance.AllocateString(length);
        if (result == 0)
            return FaultKind.OutOfMemory;
        Span<byte> target = call.Instance.StringBuffer(result, length);
        for (int i = 0; i < count; i++)
            target = AppendText(call, call.Argument(i), target);
        return call.Return(result);
    }

    private static FaultKind StringSlice(in ServiceCall call)
    {
        if (call.Argument(0) == 0)
            return FaultKind.NullReference;
        ReadOnlySpan<byte> text = call.Text(call.Argument(0));
        int from = (int)call.Argument(1), to = (int)call.Argument(2);
        if (from < 0 || to < from || to > text.Length)
            return call.Fault(FaultKind.IndexOutOfBounds, $"slice {from} to {to}, length {text.Length}");
        if (!IsBoundary(text, from) || !IsBoundary(text, to))
            return call.Fault(FaultKind.MalformedText, $"byte {(IsBoundary(text, from) ? to : from)} lies inside a character");
        if (!call.TryCharge(to - from))
            return FaultKind.OutOfFuel;
        uint result = call.Instance.AllocateString(to - from);
        if (result == 0)
            return FaultKind.OutOfMemory;
        call.Text(call.Argument(0))[from..to].CopyTo(call.Instance.StringBuffer(result, to - from));
        return call.Return(result);
    }

    private static FaultKind StringFromBytes(in ServiceCall call)
    {
        if (call.Argument(0) == 0)
            return FaultKind.NullReference;
        Span<byte> bytes = call.Instance.Objects.Elements<byte>((uint)call.Argument(0));
        int from = (int)call.Argument(1), to = (int)call.Argument(2);
        if (from < 0 || to < from || to > bytes.Length)
            return call.Fault(FaultKind.IndexOutOfBounds, $"bytes {from} to {to}, length {bytes.Length}");
        if (!call.TryCharge(to - from))
            return FaultKind.OutOfFuel;
        if (!IsUtf8(bytes[from..to], out int bad))
            return call.Fault(FaultKind.MalformedText, $"byte {from + bad} is not UTF-8");
        uint result = call.Instance.AllocateString(to - from);
        if (result == 0)
            return FaultKind.OutOfMemory;
        call.Instance.Objects.Elements<byte>((uint)call.Argument(0))[from..to].CopyTo(call.Instance.StringBuffer(result, to - from));
        return call.Return(result);
    }

    private static FaultKind StringToBytes(in ServiceCall call)
    {
        if (call.B == 0)
            return FaultKind.NullReference;
        int length = call.Text(call.B).Length;
        if (!call.TryCharge(length))
            return FaultKind.OutOfFuel;
        uint result = call.Instance.AllocateArray(call.Instance.Program.ByteArray.DescriptorOffset, length);
        if (result == 0)
            return FaultKind.OutOfMemory;
        call.Text(call.B).CopyTo(call.Instance.Objects.Elements<byte>(result));
        return call.Return(result);
    }

    private static FaultKind StringCopyBytes(in ServiceCall call)
    {
        if (call.Argument(0) == 0 || call.Argument(2) == 0)
            return FaultKind.NullReference;
        ReadOnlySpan<byte> text = call.Text(call.Argument(0));
        Span<byte> target = call.Instance.Objects.Elements<byte>((uint)call.Argument(2));
        int from = (int)call.Argument(1), at = (int)call.Argument(3), count = (int)call.Argument(4);
        if (!ServiceCall.InRange(from, count, text.Length))
            return call.Fault(FaultKind.IndexOutOfBounds, $"{count} bytes from {from}, length {text.Length}");
        if (!ServiceCall.InRange(at, count, target.Length))
            return call.Fault(FaultKind.IndexOutOfBounds, $"{count} bytes to {at}, length {target.Length}");
        if (!call.TryCharge(count))
            return FaultKind.OutOfFuel;
        text.Slice(from, count).CopyTo(target[at..]);
        return FaultKind.None;
    }

    private static FaultKind StringFromChar(in ServiceCall call)
    {
        int scalar = (int)call.B;
        if (!Rune.IsValid(scalar))
            return call.Fault(FaultKind.MalformedText, $"0x{scalar:X} is not a Unicode scalar");
        Span<byte> utf8 = stackalloc byte[4];
        int length = new Rune(scalar).EncodeToUtf8(utf8);
        return call.ReturnNew(call.Instance.NewString(utf8[..length]));
    }

    private static ReadOnlySpan<byte> NullText => "null"u8;

    private static long ConcatLength(in ServiceCall call, long reference) => reference == 0 ? NullText.Length : call.Text(reference).Length;

    /// <returns>What is left of the target.</returns>
    private static Span<byte> AppendText(scoped in ServiceCall call, long reference, Span<byte> target)
    {
        ReadOnlySpan<byte> text = reference == 0 ? NullText : call.Text(reference);
        text.CopyTo(target);
        return target[text.Length..];
    }

    private static bool IsBoundary(ReadOnlySpan<byte> text, int at) => at == text.Length || (text[at] & 0xC0) != 0x80;

    private static bool IsUtf8(ReadOnlySpan<byte> bytes, out int bad)
    {
        bad = 0;
        if (Utf8.IsValid(bytes))
            return true;
        while (Rune.DecodeFromUtf8(bytes[bad..], out _, out int consumed) == OperationStatus.Done)
            bad += consumed;
        return false;
    }
}
