using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace ByteVm.Generators;

/// <summary>What the engines get: a handler or emitter that is missing does not compile.</summary>
internal static class EngineSource
{
    public static string ModuleToLinked(IReadOnlyList<OpcodeRow> rows)
    {
        var text = new StringBuilder("using ByteVm.Bytecode;\n\nnamespace ByteVm.Runtime.Linking;\n\ninternal static partial class LinkedOpcodeTable\n{\n" +
            "    private const ushort None = ushort.MaxValue;\n\n    private static readonly ushort[] ofModule =\n    [\n");
        foreach (OpcodeRow row in rows.Where(r => r.InModule))
            text.Append(row.InLinked ? $"        (ushort)LinkedOpcode.{row.Name},\n" : $"        None, // {row.Mnemonic}\n");
        return text.Append("    ];\n}\n").ToString();
    }

    /// <summary>What the monitor executes: services, what inline paths leave to it, the slow path of allocation, and host operations.</summary>
    public static string ServiceTable(IEnumerable<OpcodeRow> rows)
    {
        var text = new StringBuilder("using ByteVm.Runtime.Linking;\n\nnamespace ByteVm.Runtime.Execution.Services;\n\ninternal static unsafe partial class Services\n{\n" +
            "    static partial void Fill(nint* table)\n    {\n");
        foreach (OpcodeRow row in rows.Where(r => r.Facts.Any(f => f is "service" or "assisted" or "alloc" or "privileged")))
            text.Append($"        table[(int)LinkedOpcode.{row.Name}] = (nint)(delegate*<in ServiceCall, FaultKind>)&{row.Name};\n");
        return text.Append("    }\n}\n").ToString();
    }

    public static string BaselineDispatch(IEnumerable<OpcodeRow> rows)
    {
        var text = new StringBuilder("using ByteVm.Runtime.Linking;\n\nnamespace ByteVm.Jit.X64.Baseline;\n\ninternal sealed partial class BaselineCompiler\n{\n" +
            "    private void Emit(in LinkedInstruction instruction)\n    {\n        switch (instruction.Opcode)\n        {\n");
        foreach (OpcodeRow row in rows)
            text.Append($"            case LinkedOpcode.{row.Name}: {Emission(row)}; break;\n");
        return text.Append("            default: throw new System.InvalidOperationException($\"No linked opcode {(ushort)instruction.Opcode}.\");\n        }\n    }\n}\n").ToString();
    }

    /// <summary>Services leave to the monitor; every other instruction has an emitter of its own.</summary>
    private static string Emission(OpcodeRow row)
    {
        if (!row.Facts.Contains("service"))
            return $"Emit{row.Name}(in instruction)";
        return row.Operands.Length > 0 && row.Operands[0].StartsWith("d:") ? "EmitService(instruction.A)" : "EmitService()";
    }
}
