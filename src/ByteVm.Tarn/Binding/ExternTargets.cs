using System.Diagnostics.CodeAnalysis;
using ByteVm.Bytecode;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// What an extern function stands for: a host operation, "name" or "name needs capability", which any module may declare because the
/// host checks it; or an instruction, "op mnemonic", which the standard library alone may, because nothing checks its types.
/// </summary>
internal static class ExternTargets
{
    private const string OpcodePrefix = "op ";

    public static bool IsOpcode([NotNullWhen(true)] string? target) => target is not null && target.StartsWith(OpcodePrefix, StringComparison.Ordinal);

    public static Opcode? OpcodeOf(string? target) =>
        IsOpcode(target) && OpcodeTable.TryFind(target[OpcodePrefix.Length..], out Opcode opcode) ? opcode : null;
}
