using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;
using DeclarationHead = ByteVm.Tarn.Documentation.Signature;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// The compiler names declarations of the prelude and relies on their types. Where a prelude is given to it as a source, that may have other bodies and tests than
/// its own, but must declare the same.
/// </summary>
internal static class PreludeContract
{
    /// <returns>Whether the compiler can work with it; else the first difference is reported.</returns>
    public static bool Holds(ModuleSyntax given, DiagnosticBag diagnostics)
    {
        SourceText own = StandardLibrary.Find(StandardLibrary.Prelude)!;
        if (given.Source.Text == own.Text)
            return true;
        Head[] expected = [.. HeadsOf(ModuleParser.Parse(own, diagnostics)!)];
        Head[] found = [.. HeadsOf(given)];
        int same = expected.Zip(found).TakeWhile(pair => pair.First.Text == pair.Second.Text).Count();
        if (same == expected.Length && same == found.Length)
            return true;
        Span place = same < found.Length ? found[same].Name : new Span(given.Source.Text.Length, given.Source.Text.Length);
        diagnostics.Report(given.Source, place, DiagnosticCatalog.PreludeDiffers, same < expected.Length ? expected[same].Text : "nothing more");
        return false;
    }

    private readonly record struct Head(string Text, Span Name);

    private static IEnumerable<Head> HeadsOf(ModuleSyntax module) =>
        module.Imports.Select(i => new Head($"import {i.ModuleName}", i.Span)).Concat(module.Declarations.SelectMany(d => HeadsOf(d, module.Source)));

    private static IEnumerable<Head> HeadsOf(DeclarationSyntax declaration, SourceText source)
    {
        if (declaration is TestSyntax)
            return [];
        string text = (declaration.Modifiers & Modifiers.Extern) == 0 ? DeclarationHead.Of(declaration, source) : source.Text[declaration.Span.Start..declaration.Span.End];
        IEnumerable<Head> members = declaration is ClassSyntax type ? type.Members.SelectMany(m => HeadsOf(m, source)) : [];
        return members.Prepend(new Head(DeclarationHead.OneLine(text), declaration.Name.Span));
    }
}
