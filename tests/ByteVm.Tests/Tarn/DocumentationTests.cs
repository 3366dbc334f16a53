using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tests.Tarn;

public sealed class DocumentationTests
{
    [Fact]
    public void CommentsBelongToTheDeclarationsTheyStandDirectlyBefore()
    {
        ModuleSyntax module = Parse(
            """
            /// The module.
            /// It has two lines.

            /// Adds.
            ///
            ///   indented
            private fn add() { }

            /// Stands alone.

            let a = 1
            // no documentation
            let b = 2
            /// A class.
            class C {
                /// A field.
                let field = 1

                //// a ruler
                fn method() { }
            }
            """);
        Assert.Equal("The module.\nIt has two lines.", module.Documentation);
        Assert.Equal(["Adds.\n\n  indented", null, null, "A class."], module.Declarations.Select(d => d.Documentation));
        Assert.Equal(["A field.", null], ((ClassSyntax)module.Declarations[3]).Members.Select(d => d.Documentation));
    }

    [Fact]
    public void ACommentBeforeTheImportsIsTheModules()
    {
        ModuleSyntax module = Parse("/// The module.\nimport a\n/// Nothing.\nimport b\n/// One.\nlet x = 1\n");
        Assert.Equal("The module.", module.Documentation);
        Assert.Equal("One.", Assert.Single(module.Declarations).Documentation);
    }

    private static ModuleSyntax Parse(string text)
    {
        var diagnostics = new DiagnosticBag();
        ModuleSyntax module = ModuleParser.Parse(new SourceText("a.tarn", text), diagnostics)!;
        Assert.False(diagnostics.HasErrors);
        return module;
    }
}
