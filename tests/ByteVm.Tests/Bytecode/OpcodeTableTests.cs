using System.Globalization;
using ByteVm.Bytecode;

namespace ByteVm.Tests.Bytecode;

public sealed class OpcodeTableTests
{
    private static readonly Opcode[] all = [.. Enumerable.Range(0, OpcodeTable.Count).Select(i => (Opcode)i)];

    /// <summary>
    /// The encoding of the format. An opcode inserted in the middle would renumber those after it and make every module
    /// that exists another program: new opcodes are appended.
    /// </summary>
    [Fact]
    public void NumbersOfOpcodesNeverChange() => GoldenFile.Check(
        Path.Combine(Repository.Root, "tests", "files", "bytecode", "opcodes.txt"),
        string.Concat(all.Select(o => string.Create(CultureInfo.InvariantCulture, $"{(int)o} {o.Info().Mnemonic}\n"))));

    /// <summary>Strictly virtualizable: what is privileged traps, and nothing else reaches outside.</summary>
    [Fact]
    public void OnlyTrapIsPrivileged() => Assert.Equal([Opcode.Trap], all.Where(o => o.Info().Has(OpcodeFacts.Privileged)));

    [Fact]
    public void OnlyTrapNamesAnImport() => Assert.Equal([Opcode.Trap], all.Where(o => o.Info().Operands.Any(p => p.Kind == OperandKind.Import)));

    [Fact]
    public void BranchesAreTheOpcodesWithLabels() => Assert.Equal(
        all.Where(o => o.Info().Operands.Any(p => p.Kind is OperandKind.Label or OperandKind.Labels)), all.Where(o => o.Info().Has(OpcodeFacts.Branch)));

    [Fact]
    public void EveryOpcodeCostsFuelAndSaysWhatItDoes() => Assert.All(all, o => Assert.True(o.Info() is { Fuel: > 0, Description.Length: > 5 }, o.ToString()));

    [Fact]
    public void AnInstructionHoldsAllOperands() => Assert.All(all, o => Assert.All(o.Info().Operands, p =>
    {
        Assert.NotEqual(OperandSlot.None, p.Slot);
        Assert.Single(o.Info().Operands, other => other.Slot == p.Slot);
    }));

    [Fact]
    public void MnemonicsFindTheirOpcode() => Assert.All(all, o =>
    {
        Assert.True(OpcodeTable.TryFind(o.Info().Mnemonic, out Opcode found));
        Assert.Equal(o, found);
    });
}
