using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace ByteVm.Generators;

/// <summary>The emit methods of FunctionBuilder: one per module opcode, named after it, with typed parameters in operand order.</summary>
internal static class BuilderSource
{
    public static string Emit(IEnumerable<OpcodeRow> rows)
    {
        var text = new StringBuilder("namespace ByteVm.Bytecode;\n\npublic sealed partial class FunctionBuilder\n{\n");
        foreach (OpcodeRow row in rows)
            text.Append(Method(row));
        return text.Append("}\n").ToString();
    }

    private static string Method(OpcodeRow row)
    {
        List<Parameter> parameters = Parameters(row);
        string declared = string.Join(", ", parameters.Select(p => $"{p.Type} {p.Name}"));
        string positional = string.Concat(parameters.Where(p => p.Slot == Slot.Positional).Select((p, i) => $", {"abc"[i]}: {p.Value}"));
        string immediate = string.Concat(parameters.Where(p => p.Slot == Slot.Immediate).Select(p => $", immediate: {p.Value}"));
        string list = string.Concat(parameters.Where(p => p.Slot == Slot.List).Select(p => $", list: {p.Value}"));
        return $"    /// <summary>{OpcodeGenerator.Escape(row.Description)}</summary>\n" +
            $"    public void {row.Name}({declared}) => Append(Opcode.{row.Name}{positional}{immediate}{list});\n\n";
    }

    private enum Slot
    {
        Positional,
        Immediate,
        List,
    }

    private sealed class Parameter
    {
        public string Type { get; set; } = "";
        public string Name { get; set; } = "";
        public string Value { get; set; } = "";
        public Slot Slot { get; set; }
    }

    private static List<Parameter> Parameters(OpcodeRow row)
    {
        var parameters = new List<Parameter>();
        int uses = 0;
        foreach (string operand in row.Operands)
            parameters.Add(Of(operand, ref uses));
        return parameters;
    }

    private static Parameter Of(string operand, ref int uses)
    {
        string kind = operand.Split(':')[0];
        switch (kind)
        {
            case "d": return new Parameter { Type = "Register", Name = "destination", Value = "destination.Index" };
            case "d?": return new Parameter { Type = "Register?", Name = "destination", Value = "IndexOf(destination)" };
            case "u": return Use("abc"[uses++].ToString());
            case "label": return new Parameter { Type = "Label", Name = "target", Value = "Reference(target)" };
            case "labels": return new Parameter { Type = "ReadOnlySpan<Label>", Name = "targets", Value = "References(targets)", Slot = Slot.List };
            case "args": return new Parameter { Type = "ReadOnlySpan<Register>", Name = "arguments", Value = "Indices(arguments)", Slot = Slot.List };
            case "imm": return Immediate(operand.Split(':')[1]);
            case "string": return new Parameter { Type = "string", Name = "text", Value = "Intern(text)" };
            case "type": return new Parameter { Type = "TypeRef", Name = "type", Value = "type.Index" };
            default: return new Parameter { Type = char.ToUpperInvariant(kind[0]) + kind.Substring(1) + "Ref", Name = "@" + kind, Value = "@" + kind + ".Index" };
        }
    }

    private static Parameter Use(string name) => new() { Type = "Register", Name = name, Value = name + ".Index" };

    private static Parameter Immediate(string type)
    {
        string value = type switch
        {
            "f32" => "BitConverter.SingleToInt32Bits(value)",
            "f64" => "BitConverter.DoubleToInt64Bits(value)",
            _ => "value",
        };
        string declared = type switch { "i32" => "int", "i64" => "long", "f32" => "float", _ => "double" };
        return new Parameter { Type = declared, Name = "value", Value = value, Slot = Slot.Immediate };
    }
}
