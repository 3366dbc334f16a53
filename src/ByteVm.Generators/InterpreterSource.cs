using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace ByteVm.Generators;

/// <summary>
/// The interpreter's dispatch table, and the handlers of instructions that only compute: they read slots, apply the function of the
/// same name in Operations, and write a slot, fault or branch. Services have no handler: the table sends them to the monitor.
/// </summary>
internal static class InterpreterSource
{
    private const string Signature = "(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)";
    private const string BranchPrefix = "br.";

    public static string Table(IEnumerable<OpcodeRow> rows)
    {
        var text = new StringBuilder("using ByteVm.Memory.Layout;\n\nnamespace ByteVm.Runtime.Interpretation;\n\ninternal static unsafe partial class HandlerTable\n{\n" +
            "    private static void Fill(nint* table)\n    {\n");
        int index = 0;
        foreach (OpcodeRow row in rows)
            text.Append($"        table[{index++}] = (nint)(delegate*<ulong*, long*, byte*, InstanceContext*, nint*, nint>)&{(LeavesToMonitor(row) ? "Exits.Service" : "Handlers." + row.Name)};\n");
        return text.Append("    }\n}\n").ToString();
    }

    public static string ComputingHandlers(IEnumerable<OpcodeRow> rows)
    {
        var text = new StringBuilder("using System.Runtime.CompilerServices;\nusing ByteVm.Memory.Layout;\n\nnamespace ByteVm.Runtime.Interpretation;\n\n" +
            "internal static unsafe partial class Handlers\n{\n");
        foreach (OpcodeRow row in rows.Where(r => !LeavesToMonitor(r)))
            text.Append(Handler(row));
        return text.Append("}\n").ToString();
    }

    private static bool LeavesToMonitor(OpcodeRow row) => row.Facts.Contains("service") || row.Facts.Contains("privileged");

    private static string Handler(OpcodeRow row)
    {
        if (Computes(row))
            return Compute(row) + Wrap(row, $"        Compute{row.Name}(ip, frame);\n" + Next("1"));
        if (MayFault(row))
            return TryCompute(row) + Wrap(row, FaultingBody(row));
        if (Branches(row))
            return Wrap(row, BranchBody(row));
        return "";
    }

    private static bool Computes(OpcodeRow row) => row.Facts.Length == 0 && IsDestination(row) && row.Operands.Skip(1).All(IsTypedUse);

    private static bool MayFault(OpcodeRow row) =>
        row.Facts.SequenceEqual(new[] { "fault" }) && IsDestination(row) && row.Operands.Skip(1).All(IsTypedUse);

    private static bool Branches(OpcodeRow row) =>
        row.Facts.SequenceEqual(new[] { "branch" }) && row.Operands.Last() == "label" && row.Operands.Take(row.Operands.Length - 1).All(IsTypedUse);

    private static bool IsDestination(OpcodeRow row) => row.Operands.Length > 1 && row.Operands[0].StartsWith("d:") && row.Operands[0] != "d:*";

    private static bool IsTypedUse(string operand) => operand.StartsWith("u:") && operand != "u:*";

    /// <summary>The work of the instruction alone, for its own handler and those of fused pairs.</summary>
    private static string Compute(OpcodeRow row) =>
        $"    [MethodImpl(MethodImplOptions.AggressiveInlining)]\n    private static void Compute{row.Name}(ulong* ip, long* frame) =>\n" +
        $"        Slot.Set(frame, A(ip), Operations.{row.Name}({Uses(row, "BC")}));\n\n";

    /// <summary>
    /// The same for an instruction that may fault, which then writes nothing. Never inlined: the result's address is taken, and a handler
    /// with a local whose address is taken does not tail-call.
    /// </summary>
    private static string TryCompute(OpcodeRow row) =>
        $"    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]\n    private static FaultKind TryCompute{row.Name}(ulong* ip, long* frame)\n    {{\n" +
        $"        FaultKind fault = Operations.{row.Name}({Uses(row, "BC")}, out var result);\n" +
        "        if (fault == FaultKind.None)\n            Slot.Set(frame, A(ip), result);\n        return fault;\n    }\n\n";

    private static string FaultingBody(OpcodeRow row) =>
        $"        FaultKind fault = TryCompute{row.Name}(ip, frame);\n" +
        $"        if (fault == FaultKind.None)\n    {Next("1")}\n" +
        "        return Fault(fault, ip, frame, cage, context, table);\n";

    private static string BranchBody(OpcodeRow row)
    {
        string condition = OpcodeRow.NameOf(row.Mnemonic.Substring(BranchPrefix.Length));
        string distance = row.Operands.Length == 2 ? "B(ip)" : "C(ip)";
        return $"        if (Operations.{condition}({Uses(row, "AB")}))\n            return Next(ip + {distance}, frame, cage, context, table);\n" + Next("1");
    }

    private static string Uses(OpcodeRow row, string operands) =>
        string.Join(", ", row.Operands.Where(IsTypedUse).Select((use, i) => $"Slot.{Accessor(use)}(frame, {operands[i]}(ip))"));

    private static string Accessor(string use) => use.Substring(2) switch
    {
        "i32" => "I32",
        "i64" => "I64",
        "f32" => "F32",
        "f64" => "F64",
        _ => "Reference",
    };

    private static string Next(string words) => $"        return Next(ip + {words}, frame, cage, context, table);\n";

    private static string Wrap(OpcodeRow row, string body) =>
        $"    [MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    public static nint {row.Name}{Signature}\n    {{\n{body}    }}\n\n";
}
