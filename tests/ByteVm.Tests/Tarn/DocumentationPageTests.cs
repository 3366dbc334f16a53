using ByteVm.Tarn;
using ByteVm.Tarn.Documentation;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tests.Tarn;

/// <summary>Pages made from <c>///</c> comments. Those of the standard library are kept in lang/doc; BLESS=1 writes them anew.</summary>
public sealed class DocumentationPageTests
{
    private static readonly string folder = Path.Combine(Repository.Root, "lang", "doc");

    public static IEnumerable<TheoryDataRow<string>> LibraryModules => TarnCompiler.LibraryModules.Select(m => new TheoryDataRow<string>(m.Name));

    [Theory]
    [MemberData(nameof(LibraryModules))]
    public void ThePageOfALibraryModuleIsFresh(string name) =>
        GoldenFile.Check(Path.Combine(folder, name + ".md"), TarnDocumentation.Page(TarnCompiler.LibraryModules.Single(m => m.Name == name)));

    [Fact]
    public void TheIndexOfTheLibraryIsFresh() => GoldenFile.Check(Path.Combine(folder, "index.md"), TarnDocumentation.Index("The standard library", TarnCompiler.LibraryModules));

    [Fact]
    public void APageHasWhatAModuleDeclaresForOthers()
    {
        const string source =
            """
            /// Shapes of all kinds. In two dimensions.

            /// A circle.
            class Circle<T: Comparable<T>>(let radius: double, private let tag: T) : Shape, Hashable {
                /// Its area,
                /// in squares.
                fn area(): double = radius * radius
                private fn hidden() { }
                override fn hash(): int = 1
                fn bare(a: int,
                    b: string = "{"): int { return a }
            }

            /// Twice a number.
            fn string.twice(): string = this + this
            let size: int = 3
            private fn helper() { }
            test "t" { }
            enum Kind : Hashable { Round(radius: double)
                Flat }
            """;
        Assert.Equal(
            """
            # shapes

            Shapes of all kinds. In two dimensions.

            ## Circle\<T>

            ```tarn
            class Circle<T: Comparable<T>>(let radius: double, private let tag: T) : Shape, Hashable
            ```

            A circle.

            - `fn area(): double`  
              Its area,
              in squares.
            - `fn bare(a: int, b: string = "{"): int`

            ## string.twice

            ```tarn
            fn string.twice(): string
            ```

            Twice a number.

            ## size

            ```tarn
            let size: int
            ```

            ## Kind

            ```tarn
            enum Kind : Hashable { Round(radius: double), Flat }
            ```

            """, TarnDocumentation.Page(new SourceModule("shapes", new SourceText("shapes.tarn", source))));
    }

    [Fact]
    public void AnIndexHasTheFirstSentences() =>
        Assert.Equal(
            "# All\n\nA module whose name goes on after another's, as `a.b` after `a`, is a part of that one: begin with the shorter name. What a module stands on is in the last column.\n\n| module | | imports |\n|---|---|---|\n| [a](a.md) | One. | [b](b.md), [b.c](b.c.md) |\n| [b](b.md) |  |  |\n| [b.c](b.c.md) |  |  |\n",
            TarnDocumentation.Index("All",
            [
                Module("a", "/// One. Two.\n\nimport b.c.{y}\nimport b.x\nimport std.math\nlet z: int = 1\n"), Module("b", "let x: int = 1\n"), Module("b.c", "let y: int = 1\n"),
            ]));

    private static SourceModule Module(string name, string text) => new(name, new SourceText(name + ".tarn", text));
}
