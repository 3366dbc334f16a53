namespace ByteVm.Jit.X64.Checking;

/// <summary>Emitted code breaks a rule of guest code: a defect of the compiler. The code is not published.</summary>
internal sealed class RefusedCodeException(int offset, string rule, string? function = null)
    : Exception($"Machine code{(function is null ? "" : $" of '{function}'")} is refused at offset 0x{offset:x}: {rule}.")
{
    public int Offset => offset;

    /// <summary>What is wrong, without the place.</summary>
    public string Rule => rule;
}
