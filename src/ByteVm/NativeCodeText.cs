using ByteVm.Host;
using ByteVm.Host.Native;
using ByteVm.Jit.X64.Baseline;
using ByteVm.Runtime.Linking;

namespace ByteVm;

/// <summary>The machine code of a program's functions as text, beside their bytecode.</summary>
public static class NativeCodeText
{
    /// <summary>Place of the lines before the first instruction.</summary>
    public const int Prologue = -1;

    /// <summary>Place of the lines behind the last one: exits, faults and jump tables.</summary>
    public const int Epilogue = int.MaxValue;

    /// <summary>The lines of a function without type parameters, by the module instruction they were made from.</summary>
    /// <exception cref="PlatformNotSupportedException">The program does not run on machine code.</exception>
    public static ILookup<int, string> Of(GuestProgram program, int function)
    {
        if (!DirectExecution.IsSupported || program.ProcessorFor(InstanceOptions.Default) is not NativeProcessor native)
            throw new PlatformNotSupportedException(DirectExecution.UnsupportedReason ?? "The program does not run on machine code.");
        LinkedFunction linked = program.Linked.Function(function);
        IReadOnlyList<NativeLine> lines = NativeListing.Of(linked, native.Code.Compile(linked), entry => program.Linked.FunctionAt(entry).Name);
        return lines.ToLookup(PlaceOf, line => line.Label.Length == 0 ? $"  {line.Text}" : $"{line.Label}:\n  {line.Text}");
    }

    private static int PlaceOf(NativeLine line) => line.Part switch
    {
        NativePart.Prologue => Prologue,
        NativePart.Body => line.ModulePc,
        _ => Epilogue,
    };
}
