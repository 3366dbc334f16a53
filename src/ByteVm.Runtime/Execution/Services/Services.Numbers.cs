namespace ByteVm.Runtime.Execution.Services;

internal static unsafe partial class Services
{
    private static FaultKind RemF64(in ServiceCall call) =>
        call.Return(BitConverter.Int64BitsToDouble(call.B) % BitConverter.Int64BitsToDouble(call.C));

    private static FaultKind FormatI32(in ServiceCall call) => FormatInteger(call, (int)call.B);

    private static FaultKind FormatI64(in ServiceCall call) => FormatInteger(call, call.B);

    private static FaultKind FormatF32(in ServiceCall call)
    {
        Span<byte> text = stackalloc byte[NumberText.MaxBytes];
        return call.ReturnNew(call.Instance.NewString(NumberText.Format(BitConverter.Int32BitsToSingle((int)call.B), text)));
    }

    private static FaultKind FormatF64(in ServiceCall call)
    {
        Span<byte> text = stackalloc byte[NumberText.MaxBytes];
        return call.ReturnNew(call.Instance.NewString(NumberText.Format(BitConverter.Int64BitsToDouble(call.B), text)));
    }

    private static FaultKind ParseF64(in ServiceCall call)
    {
        if (call.B == 0)
            return FaultKind.NullReference;
        ReadOnlySpan<byte> text = call.Text(call.B);
        return call.TryCharge(text.Length) ? call.Return(NumberText.Parse(text)) : FaultKind.OutOfFuel;
    }

    private static FaultKind FormatInteger(in ServiceCall call, long value)
    {
        Span<byte> text = stackalloc byte[NumberText.MaxBytes];
        return call.ReturnNew(call.Instance.NewString(NumberText.Format(value, text)));
    }
}
