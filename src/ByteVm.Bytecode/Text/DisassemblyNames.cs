using System.Globalization;
using System.Text;

namespace ByteVm.Bytecode;

/// <summary>
/// How the disassembler refers to things: by name where the assembler will find exactly that entry by it, by number elsewhere.
/// </summary>
internal sealed class DisassemblyNames
{
    /// <summary>Types longer than this are written by number.</summary>
    private const int TypeNameLimit = 120;

    private static readonly HashSet<string> reserved = [.. TypeRef.PrimitiveNames, .. Assembler.Keywords, "none", "optional", "needs", "implements", "version"];

    private readonly Module module;
    private readonly string?[] types;
    private readonly HashSet<string> uniqueDefinitions;
    private readonly HashSet<string> uniqueFunctions;
    private readonly HashSet<string> uniqueGlobals;
    private readonly HashSet<string> uniqueImports;

    public DisassemblyNames(Module module)
    {
        this.module = module;
        uniqueDefinitions = Unique(module.TypeDefinitions.Select(d => d.Name));
        uniqueFunctions = Unique(module.Functions.Select(f => f.Name));
        uniqueGlobals = Unique(module.Globals.Select(g => g.Name));
        uniqueImports = Unique(module.Imports.Select(i => i.Name));
        types = new string?[module.Types.Count];
        NameTypes();
    }

    public string Type(TypeRef type)
    {
        if (type == TypeRef.None)
            return "none";
        if (type.IsPrimitive)
            return TypeRef.PrimitiveNames[type.Index];
        int entry = type.Index - TypeRef.PrimitiveCount;
        return (uint)entry < (uint)types.Length && types[entry] is { } name ? name : $"#{type.Index}";
    }

    /// <summary>An entry of the type table, its parts by number.</summary>
    public string TypeEntry(TypeNode entry) => Write(entry, part => part.IsPrimitive || part.IsNone ? Type(part) : $"#{part.Index}");

    public string Definition(int index) => Named(index, module.TypeDefinitions, d => d.Name, uniqueDefinitions);

    public string Function(int index) => Named(index, module.Functions, f => f.Name, uniqueFunctions);

    public string Global(int index) => Named(index, module.Globals, g => g.Name, uniqueGlobals);

    public string Import(int index) => Named(index, module.Imports, i => i.Name, uniqueImports);

    public string Field(FieldReference reference) =>
        $"{Type(reference.Type)}::{Member(reference.Type, reference.Field, d => d.Fields.Select(f => f.Name))}";

    public string Method(MethodReference reference) =>
        $"{Type(reference.Type)}::{Member(reference.Type, reference.Method, d => d.Methods.Select(m => m.Name))}";

    public string FunctionReference(FunctionReference reference) =>
        Function(reference.Function) + (reference.TypeArguments.Count == 0 ? "" : $"<{Types(reference.TypeArguments)}>");

    public string Types(IEnumerable<TypeRef> list) => string.Join(", ", list.Select(Type));

    /// <summary>A name as it stands in the text: quoted when it could be read as something else.</summary>
    public static string Name(string name)
    {
        bool plain = name.Length > 0 && Lexer.IsWordStart(name[0]) && name.All(Lexer.IsWordPart) && !reserved.Contains(name);
        return plain ? name : Quote(name, '\'');
    }

    public static string String(string text) => Quote(text, '"');

    private static HashSet<string> Unique(IEnumerable<string> names) =>
        [.. names.GroupBy(n => n).Where(g => g.Count() == 1).Select(g => g.Key)];

    private static string Named<T>(int index, IReadOnlyList<T> entries, Func<T, string> name, HashSet<string> unique) =>
        (uint)index < (uint)entries.Count && unique.Contains(name(entries[index])) ? Name(name(entries[index])) : $"@{index}";

    // A name stands for the first entry that is equal, so every other entry goes by its number.
    private void NameTypes()
    {
        var first = new HashSet<TypeNode>();
        for (int i = 0; i < types.Length; i++)
        {
            TypeNode entry = module.Types[i];
            int limit = TypeRef.PrimitiveCount + i;
            bool isFirst = first.Add(entry) && Enum.IsDefined(entry.Form) && entry.Element.Index < limit && entry.Arguments.All(a => a.Index < limit);
            string name = isFirst ? Write(entry, Type) : "";
            if (isFirst && name.Length <= TypeNameLimit)
                types[i] = name;
        }
    }

    private string Write(TypeNode entry, Func<TypeRef, string> part) => entry.Form switch
    {
        TypeForm.Array => ArrayOf(entry.Element, part),
        TypeForm.Variable => $"${entry.Definition}",
        TypeForm.Optional => $"optional {Definition(entry.Definition)}<{part(entry.Element)}>",
        TypeForm.Function => $"fn({string.Join(", ", entry.Arguments.Select(part))})" + (entry.Element.IsNone ? "" : $": {part(entry.Element)}"),
        TypeForm.Named => Definition(entry.Definition) + (entry.Arguments.Count == 0 ? "" : $"<{string.Join(", ", entry.Arguments.Select(part))}>"),
        _ => throw new ArgumentException($"Type form {(int)entry.Form} has no text form."),
    };

    // "fn(): i32[]" would be a function that returns an array.
    private string ArrayOf(TypeRef element, Func<TypeRef, string> part)
    {
        string text = part(element);
        return text.StartsWith("fn(", StringComparison.Ordinal) ? $"#{element.Index}[]" : text + "[]";
    }

    private string Member(TypeRef type, int index, Func<TypeDefinition, IEnumerable<string>> names)
    {
        int entry = type.Index - TypeRef.PrimitiveCount;
        if ((uint)entry < (uint)types.Length && module.Types[entry] is { Form: TypeForm.Named } named
            && (uint)named.Definition < (uint)module.TypeDefinitions.Count)
        {
            List<string> members = [.. names(module.TypeDefinitions[named.Definition])];
            if ((uint)index < (uint)members.Count && members.Count(m => m == members[index]) == 1)
                return Name(members[index]);
        }

        return $"@{index}";
    }

    /// <summary>In quotes and with escapes, so that it is one line and does nothing to a terminal.</summary>
    public static string Quote(string text, char quote)
    {
        var quoted = new StringBuilder().Append(quote);
        foreach (char c in text)
        {
            quoted.Append(c switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\\' => "\\\\",
                _ when c == quote => "\\" + c,
                _ when char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
                _ => c.ToString(),
            });
        }

        return quoted.Append(quote).ToString();
    }
}
