using System.Text.RegularExpressions;
using ByteVm.Tarn;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tests.Tarn;

/// <summary>What the standard library shows to others is described: each declaration, member, field and case, in words that its signature does not have.</summary>
public sealed partial class LibraryDocumentationTests
{
    private static readonly HashSet<string> fillers = ["a", "an", "and", "as", "at", "be", "by", "for", "from", "in", "is", "it", "its", "of", "on", "or", "that", "the", "this", "to", "with"];

    public static IEnumerable<TheoryDataRow<string>> Modules => TarnCompiler.LibraryModules.Select(m => new TheoryDataRow<string>(m.Name));

    [Theory]
    [MemberData(nameof(Modules))]
    public void EverythingThatOthersSeeIsDescribed(string name)
    {
        List<string> undescribed = Undescribed(Parse(TarnCompiler.LibraryModules.Single(m => m.Name == name).Source));
        Assert.True(undescribed.Count == 0, string.Join('\n', undescribed));
    }

    [Fact]
    public void WhatLacksADescriptionIsFound()
    {
        const string source =
            """
            /// Shapes.

            /// Something round.
            class Circle(let radius: int, private let tag: int) {
                /// The text.
                fn text(): string = ""
                private fn hidden() { }
                override fn hash(): int = 1
                fn bare() { }
            }

            /// Red or green.
            enum Color { Red, Blue }
            let size: int = 3
            test "t" { }
            """;
        Assert.Equal(["4: radius", "6: text", "9: bare", "13: Blue", "14: size"], Undescribed(Parse(new SourceText("shapes.tarn", source))));
    }

    private static List<string> Undescribed(ModuleSyntax module)
    {
        var found = new List<(int Start, string Name)>();
        if (module.Documentation is null)
            found.Add((0, "the module"));
        foreach (DeclarationSyntax declaration in module.Declarations.Where(IsShown))
            Check(declaration, module.Source, found);
        return [.. found.OrderBy(f => f.Start).Select(f => $"{module.Source.LineOf(f.Start)}: {f.Name}")];
    }

    private static bool IsShown(DeclarationSyntax declaration) =>
        declaration is not (TestSyntax or InitializerSyntax) && (declaration.Modifiers & (Modifiers.Private | Modifiers.Override)) == 0;

    private static void Check(DeclarationSyntax declaration, SourceText source, List<(int Start, string Name)> found)
    {
        if (!TellsSomething(declaration, source))
            found.Add((declaration.Name.Span.Start, declaration.Name.Text));
        if (declaration is not ClassSyntax type)
            return;
        foreach (DeclarationSyntax member in type.Members.Where(IsShown))
            Check(member, source, found);
        foreach (Identifier part in PartsOf(type).Where(p => !IsDescribed(p, type, source)))
            found.Add((part.Span.Start, part.Text));
    }

    /// <summary>What stands in the head of a class: fields that are parameters of the constructor, and cases.</summary>
    private static IEnumerable<Identifier> PartsOf(ClassSyntax type)
    {
        bool isValue = type.Modifiers.HasFlag(Modifiers.Value);
        IEnumerable<Identifier> fields = type.Parameters.Where(p => (isValue || p.Field != FieldKind.None) && !p.Modifiers.HasFlag(Modifiers.Private)).Select(p => p.Parameter.Name);
        return type is EnumSyntax { Cases: var cases } ? fields.Concat(cases.Select(c => c.Name)) : fields;
    }

    /// <summary>By a comment of its own on the line before it, or in the comment of its class, which names it.</summary>
    private static bool IsDescribed(Identifier part, ClassSyntax type, SourceText source)
    {
        string[] before = source.Text[type.Span.Start..part.Span.Start].Split('\n');
        bool hasOwn = before.Length > 1 && before[^2].TrimStart().StartsWith("///", StringComparison.Ordinal);
        return hasOwn || Words().Matches(type.Documentation ?? "").Any(m => string.Equals(m.Value, part.Text, StringComparison.OrdinalIgnoreCase));
    }

    private static bool TellsSomething(DeclarationSyntax declaration, SourceText source)
    {
        string signature = source.Text[declaration.Span.Start..declaration.Span.End].Split('\n')[0];
        var known = Words().Matches(CamelHumps().Replace(signature, " ")).Select(m => m.Value.ToLowerInvariant()).ToHashSet();
        return Words().Matches(declaration.Documentation ?? "").Select(m => m.Value.ToLowerInvariant()).Any(w => !fillers.Contains(w) && !known.Contains(w));
    }

    private static ModuleSyntax Parse(SourceText source)
    {
        var diagnostics = new DiagnosticBag();
        ModuleSyntax module = ModuleParser.Parse(source, diagnostics)!;
        Assert.False(diagnostics.HasErrors);
        return module;
    }

    [GeneratedRegex("[A-Za-z0-9]+")]
    private static partial Regex Words();

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])")]
    private static partial Regex CamelHumps();
}
