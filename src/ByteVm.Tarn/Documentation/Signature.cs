using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Documentation;

/// <summary>The head of a declaration as its source has it: everything but bodies, values and private parts of a constructor.</summary>
internal static partial class Signature
{
    /// <summary>What its heading says.</summary>
    public static string TitleOf(DeclarationSyntax declaration) => declaration switch
    {
        FunctionSyntax { Extended: { } type } function => $"{TextOf(type)}.{function.Name.Text}",
        ClassSyntax { TypeParameters.IsEmpty: false } type => $"{type.Name.Text}\\<{string.Join(", ", type.TypeParameters.Select(p => p.Name.Text))}>",
        _ => declaration.Name.Text,
    };

    public static string Of(DeclarationSyntax declaration, SourceText source)
    {
        string text = source.Text[declaration.Span.Start..HeadEnd(declaration, source.Text)].TrimEnd();
        if (declaration is EnumSyntax type)
            return text + Cases(type, source);
        return declaration is FunctionSyntax { ExpressionBody: not null } ? text.TrimEnd('=').TrimEnd() : text;
    }

    /// <summary>In one line, or as they stand in the source when comments describe them there.</summary>
    private static string Cases(EnumSyntax type, SourceText source)
    {
        if (type.Cases.IsEmpty)
            return " { }";
        string written = source.Text[HeadEnd(type, source.Text)..type.Cases[^1].Span.End];
        return written.Contains("///", StringComparison.Ordinal)
            ? $" {written.TrimStart()}\n}}"
            : $" {{ {string.Join(", ", type.Cases.Select(c => source.Text[c.Span.Start..c.Span.End]))} }}";
    }

    /// <summary>Without line breaks.</summary>
    public static string OneLine(string signature) => Blanks().Replace(signature, " ");

    private static int HeadEnd(DeclarationSyntax declaration, string text) => declaration switch
    {
        FunctionSyntax { Body: { } body } => body.Span.Start,
        FunctionSyntax { ExpressionBody: { } body } => body.Span.Start,
        VariableSyntax { Type: { } type } => type.Span.End,
        ClassSyntax type => PastBrackets(text, LastOf(type)),
        _ => declaration.Span.End,
    };

    private static int LastOf(ClassSyntax type)
    {
        ImmutableArray<int> ends =
        [
            type.Name.Span.End, .. type.TypeParameters.Select(p => p.Span.End), .. type.Parameters.Select(p => p.Span.End), .. type.SuperTypes.Select(s => s.Span.End),
        ];
        return ends.Max();
    }

    /// <summary>Past the brackets that end a list.</summary>
    private static int PastBrackets(string text, int end)
    {
        while (end < text.Length && (text[end] is '>' or ')' or ',' or '(' || char.IsWhiteSpace(text[end])))
            end++;
        return end;
    }

    private static string TextOf(TypeSyntax type) => type is NamedTypeSyntax named ? string.Join('.', named.Path.Select(p => p.Text)) : "type";

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
