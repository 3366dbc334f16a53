using System.Text;

namespace ByteVm.Runtime.Linking;

/// <summary>
/// Types as Tarn writes them, for messages and traces: <c>int[]</c> and not <c>i32[]</c>, <c>(int, string)?</c> and not the prelude's classes that stand for it.
/// </summary>
internal static class SourceTypeNames
{
    private const string Prelude = "std.prelude.";

    public static string Of(LinkedType type)
    {
        var name = new StringBuilder();
        Append(name, type);
        return Shortened(name);
    }

    /// <summary>A name with type arguments.</summary>
    public static string WithArguments(string name, IReadOnlyList<LinkedType> arguments)
    {
        if (arguments.Count == 0)
            return name;
        var text = new StringBuilder(name);
        AppendList(text, '<', arguments, '>');
        return Shortened(text);
    }

    // Types are shared, so their full names can grow exponentially: nothing is appended to what is too long already.
    private static void Append(StringBuilder name, LinkedType type)
    {
        if (name.Length > TypeTable.MaxNameLength)
            return;
        switch (type.Kind)
        {
            case LinkedTypeKind.I32: name.Append("int"); break;
            case LinkedTypeKind.I64: name.Append("long"); break;
            case LinkedTypeKind.F32: name.Append("float"); break;
            case LinkedTypeKind.F64: name.Append("double"); break;
            case LinkedTypeKind.U8: name.Append("byte"); break;
            case LinkedTypeKind.I16: name.Append("short"); break;
            case LinkedTypeKind.Array: AppendSuffixed(name, type.Element!, "[]"); break;
            case LinkedTypeKind.Class or LinkedTypeKind.Interface or LinkedTypeKind.Value: AppendDefined(name, type); break;
            default: name.Append(type.Name); break;
        }
    }

    private static void AppendDefined(StringBuilder name, LinkedType type)
    {
        string declared = type.Definition!.Name;
        string own = declared.StartsWith(Prelude, StringComparison.Ordinal) ? declared[Prelude.Length..].TrimEnd("0123456789".ToCharArray()) : "";
        switch (own)
        {
            case "Optional" when type.Arguments.Count == 1: AppendSuffixed(name, type.Arguments[0], "?"); break;
            case "Tuple": AppendList(name, '(', type.Arguments, ')'); break;
            case "Function" when type.Arguments.Count > 0: AppendFunction(name, type); break;
            case "Action": AppendFunction(name, type); break;
            default:
                name.Append(declared);
                if (type.Arguments.Count > 0)
                    AppendList(name, '<', type.Arguments, '>');
                break;
        }
    }

    private static void AppendFunction(StringBuilder name, LinkedType type)
    {
        bool isVoid = !type.Definition!.Name.StartsWith(Prelude + "Function", StringComparison.Ordinal);
        AppendList(name.Append("fn"), '(', isVoid ? type.Arguments : [.. type.Arguments.SkipLast(1)], ')');
        name.Append(": ");
        if (isVoid)
            name.Append("void");
        else
            Append(name, type.Arguments[^1]);
    }

    /// <summary>A suffix behind a function type would belong to its result.</summary>
    private static void AppendSuffixed(StringBuilder name, LinkedType type, string suffix)
    {
        int start = name.Length;
        Append(name, type);
        if (name.Length >= start + 3 && name.ToString(start, 3) == "fn(" && type.Definition is not null)
            name.Insert(start, '(').Append(')');
        name.Append(suffix);
    }

    private static void AppendList(StringBuilder name, char opener, IReadOnlyList<LinkedType> types, char closer)
    {
        name.Append(opener);
        for (int i = 0; i < types.Count; i++)
        {
            if (i > 0)
                name.Append(", ");
            Append(name, types[i]);
        }

        name.Append(closer);
    }

    private static string Shortened(StringBuilder name) => name.Length <= TypeTable.MaxNameLength ? name.ToString() : name.ToString(0, TypeTable.MaxNameLength) + "…";
}
