using System.Globalization;
using System.Reflection;
using System.Text;
using ByteVm.Bytecode;
using ByteVm.Tests.Specification;

namespace ByteVm.Tests.Bytecode;

/// <summary>The generated parts of lang/spec/bytecode.md are what the code says; BLESS=1 renews them.</summary>
public sealed class SpecificationTests
{
    private const string End = "<!-- end -->";

    private static string Page => Path.Combine(Repository.Root, "lang", "spec", "bytecode.md");

    [Fact]
    public void TheGeneratedPartsAreUpToDate()
    {
        string text = File.ReadAllText(Page);
        text = Replace(text, "limits", Limits());
        text = Replace(text, "rules", Rules());
        text = Replace(text, "instructions", Instructions());
        GoldenFile.Check(Page, text);
    }

    /// <summary>The examples use every section but that of custom data, which means nothing to the machine.</summary>
    [Fact]
    public void EverySectionIsInTheTableAndInAnExample()
    {
        string text = File.ReadAllText(Page);
        HashSet<int> used = [.. ExamplePage.Bytecode().SelectMany(e => SectionsOf(ModuleWriter.Write(Assembler.Assemble(e.Files[e.Entry], e.Entry))))];
        foreach (SectionId section in Enum.GetValues<SectionId>())
        {
            Assert.Contains($"| {(int)section} | {section} | ", text);
            Assert.True(used.Contains((int)section) || section == SectionId.Custom, $"no example has the section {section}");
        }
    }

    /// <summary>After a header of 8 bytes: the id, the length as LEB128, the content.</summary>
    private static IEnumerable<int> SectionsOf(byte[] module)
    {
        for (int at = 8; at < module.Length;)
        {
            yield return module[at++];
            int length = 0, shift = 0;
            for (; module[at] >= 0x80; shift += 7)
                length |= (module[at++] & 0x7F) << shift;
            length |= module[at++] << shift;
            at += length;
        }
    }

    private static string Replace(string text, string part, string content)
    {
        string begin = $"<!-- generated: {part} -->\n";
        int start = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        Assert.True(start >= begin.Length, $"the mark of {part} is missing");
        return text[..start] + content + text[text.IndexOf(End, start, StringComparison.Ordinal)..];
    }

    private static string Limits()
    {
        var table = new StringBuilder("| limit | value |\n|---|---|\n");
        foreach (FieldInfo limit in typeof(FormatLimits).GetFields(BindingFlags.Public | BindingFlags.Static))
            table.Append(CultureInfo.InvariantCulture, $"| {limit.Name} | {limit.GetRawConstantValue():N0} |\n");
        return table.ToString();
    }

    private static string Rules() =>
        "| rule | what must hold |\n|---|---|\n" + string.Concat(VerifierRules.All.Select(r => $"| {r.Id} | {r.Text} |\n"));

    // The groups are the headings of the opcode table itself.
    private static string Instructions()
    {
        const string heading = "# ---- ";
        var text = new StringBuilder();
        bool groupIsEmpty = true;
        string group = "";
        foreach (string line in File.ReadLines(Path.Combine(Repository.Root, "src", "ByteVm.Bytecode", "Opcodes.table")))
        {
            if (line.StartsWith(heading, StringComparison.Ordinal))
                (group, groupIsEmpty) = (line[heading.Length..], true);
            if (!OpcodeTable.TryFind(line.Split(' ')[0], out Opcode opcode))
                continue;
            if (groupIsEmpty)
                text.Append(CultureInfo.InvariantCulture, $"{(text.Length == 0 ? "" : "\n")}### {char.ToUpperInvariant(group[0])}{group[1..]}\n\n| number | instruction | operands | facts | fuel | meaning |\n|---|---|---|---|---|---|\n");
            groupIsEmpty = false;
            text.Append(Row(opcode));
        }

        return text.ToString();
    }

    private static string Row(Opcode opcode)
    {
        OpcodeInfo info = opcode.Info();
        string operands = string.Join(" ", info.Operands.Select(OperandText));
        string facts = info.Facts == OpcodeFacts.None ? "" : info.Facts.ToString().ToLowerInvariant();
        return string.Create(CultureInfo.InvariantCulture,
            $"| {(int)opcode} | `{info.Mnemonic}` | {(operands.Length == 0 ? "" : $"`{operands}`")} | {facts} | {info.Fuel} | {info.Description.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
    }

    private static string OperandText(OperandInfo operand)
    {
        string kind = operand.Kind switch
        {
            OperandKind.Destination => "d",
            OperandKind.OptionalDestination => "d?",
            OperandKind.Use => "u",
            OperandKind.Arguments => "args",
            OperandKind.Immediate => "imm",
            var other => other.ToString().ToLowerInvariant(),
        };
        bool isTyped = operand.Kind is OperandKind.Destination or OperandKind.OptionalDestination or OperandKind.Use or OperandKind.Immediate;
        return kind + (isTyped ? ":" + TypeText(operand.Type) : operand.ArgumentTypes.Count > 0 ? ":" + string.Join(",", operand.ArgumentTypes.Select(TypeText)) : "");
    }

    private static string TypeText(OperandType type) => type switch
    {
        OperandType.Any => "*",
        OperandType.Reference => "ref",
        var other => other.ToString().ToLowerInvariant(),
    };
}
