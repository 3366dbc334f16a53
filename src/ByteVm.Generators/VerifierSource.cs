using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace ByteVm.Generators;

/// <summary>The verifier's call of each opcode's own rule: an opcode that needs one and has none does not compile.</summary>
internal static class VerifierSource
{
    public static string Emit(IEnumerable<OpcodeRow> rows)
    {
        var text = new StringBuilder("namespace ByteVm.Bytecode;\n\ninternal sealed partial class InstructionChecker\n{\n" +
            "    private void CheckOwnRule(in Instruction instruction)\n    {\n        switch (instruction.Opcode)\n        {\n");
        foreach (OpcodeRow row in rows.Where(NeedsRule))
            text.Append($"            case Opcode.{row.Name}: Check{row.Name}(in instruction); break;\n");
        return text.Append("        }\n    }\n}\n").ToString();
    }

    // Its operands do not say all: some have any type, or name a type; or it has none and its meaning is the function's.
    private static bool NeedsRule(OpcodeRow row) =>
        row.Operands.Length == 0 || row.Operands.Any(o => o.EndsWith(":*") || o == "args" || o == "type");
}
