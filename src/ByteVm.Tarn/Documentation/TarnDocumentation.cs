using System.Text;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Documentation;

/// <summary>
/// Pages of documentation, as Markdown, from the <c>///</c> comments of a module: what it declares for others, in the order of the source. Private
/// declarations are left out; of overriding ones those that have a comment of their own are shown.
/// </summary>
public static class TarnDocumentation
{
    /// <summary>The page of a module.</summary>
    /// <exception cref="FormatException">The source does not parse; the message shows why.</exception>
    public static string Page(SourceModule module)
    {
        ModuleSyntax syntax = Parse(module.Source);
        var page = new StringBuilder();
        page.Append("# ").Append(module.Name).Append("\n\n");
        AppendText(page, syntax.Documentation, "");
        foreach (DeclarationSyntax declaration in syntax.Declarations.Where(IsShown))
            AppendTopLevel(page, declaration, syntax.Source);
        return page.ToString().TrimEnd() + "\n";
    }

    /// <summary>A list of modules, linked to <c>NAME.md</c>, with the first sentence of each and those of the others that it imports.</summary>
    /// <exception cref="FormatException">A source does not parse.</exception>
    public static string Index(string title, IReadOnlyList<SourceModule> modules)
    {
        var page = new StringBuilder($"# {title}\n\n");
        HashSet<string> names = [.. modules.Select(m => m.Name)];
        if (modules.Any(m => names.Any(name => m.Name.StartsWith(name + ".", StringComparison.Ordinal))))
            page.Append("A module whose name goes on after another's, as `a.b` after `a`, is a part of that one: begin with the shorter name. What a module stands on is in the last column.\n\n");
        page.Append("| module | | imports |\n|---|---|---|\n");
        foreach (SourceModule module in modules)
        {
            ModuleSyntax syntax = Parse(module.Source);
            string imports = string.Join(", ", ImportsOf(syntax, names).Select(name => $"[{name}]({name}.md)"));
            page.Append($"| [{module.Name}]({module.Name}.md) | {FirstSentence(syntax.Documentation)} | {imports} |\n");
        }

        return page.ToString();
    }

    private static IEnumerable<string> ImportsOf(ModuleSyntax module, HashSet<string> names) =>
        module.Imports.Select(i => names.Contains(i.ModuleName) ? i.ModuleName : i.MemberModuleName ?? "").Where(names.Contains).Distinct().Order(StringComparer.Ordinal);

    private static ModuleSyntax Parse(SourceText source)
    {
        var diagnostics = new DiagnosticBag();
        return ModuleParser.Parse(source, diagnostics) ?? throw new FormatException(string.Concat(diagnostics.InSourceOrder().Select(d => d.Render())));
    }

    private static bool IsShown(DeclarationSyntax declaration) =>
        declaration is not (TestSyntax or InitializerSyntax) && !declaration.Modifiers.HasFlag(Modifiers.Private)
        && (!declaration.Modifiers.HasFlag(Modifiers.Override) || declaration.Documentation is not null);

    private static void AppendTopLevel(StringBuilder page, DeclarationSyntax declaration, SourceText source)
    {
        page.Append("## ").Append(Signature.TitleOf(declaration)).Append("\n\n```tarn\n").Append(Signature.Of(declaration, source)).Append("\n```\n\n");
        AppendText(page, declaration.Documentation, "");
        DeclarationSyntax[] members = [.. MembersOf(declaration).Where(IsShown)];
        foreach (DeclarationSyntax member in members)
            AppendMember(page, member, source);
        if (members.Length > 0)
            page.Append('\n');
    }

    private static IEnumerable<DeclarationSyntax> MembersOf(DeclarationSyntax declaration) => declaration is ClassSyntax type ? type.Members : [];

    private static void AppendMember(StringBuilder page, DeclarationSyntax member, SourceText source)
    {
        page.Append("- `").Append(Signature.OneLine(Signature.Of(member, source))).Append('`');
        if (member.Documentation is null)
            page.Append('\n');
        else
            AppendText(page.Append("  \n"), member.Documentation, "  ");
    }

    private static void AppendText(StringBuilder page, string? text, string indent)
    {
        if (text is null)
            return;
        foreach (string line in text.Split('\n'))
            page.Append(line.Length == 0 ? "" : indent + line).Append('\n');
        if (indent.Length == 0)
            page.Append('\n');
    }

    private static string FirstSentence(string? text)
    {
        string line = (text ?? "").ReplaceLineEndings(" ");
        int end = line.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? line : line[..(end + 1)];
    }
}
