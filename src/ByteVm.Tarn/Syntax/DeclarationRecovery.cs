using Antlr4.Runtime;
using Antlr4.Runtime.Misc;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Generated;
using static ByteVm.Tarn.Generated.TarnLexer;

namespace ByteVm.Tarn.Syntax;

/// <summary>
/// What can be used of a module with syntax errors: the top-level declarations without. After one that does not, braces say nothing any more, so the next begins where
/// a word that begins declarations stands at the head of a line, indented no more than the module's first declaration.
/// </summary>
internal sealed class DeclarationRecovery(IToken[] tokens, TarnLexer lexer, TreeBuilder builder, DiagnosticBag diagnostics)
{
    private static readonly HashSet<int> beginsDeclaration =
        [IMPORT, FN, LET, VAR, CLASS, INTERFACE, ENUM, OPEN, ABSTRACT, PRIVATE, EXTERN, VALUE, OPERATOR, TEST];

    private readonly HashSet<string> unparsed = new(StringComparer.Ordinal);
    private bool lacksImports;

    /// <summary>The module; null when an import does not parse, without which too many names are unknown.</summary>
    public ModuleSyntax? Run()
    {
        TarnParser parser = NewParser(0);
        int margin = tokens[0].Column;
        for (int at = Skip(0); at < tokens.Length - 1; at = Skip(at))
        {
            if (tokens[at].Column <= margin && TryAdd(parser))
            {
                at = parser.InputStream.Index;
                continue;
            }

            lacksImports |= tokens[at].Type == IMPORT;
            int next = NextDeclaration(at + 1, margin);
            unparsed.UnionWith(tokens[at..next].Where(t => t.Type == IDENT).Select(t => t.Text));
            at = next;
            parser = NewParser(at);
        }

        ModuleSyntax module = builder.ToModule() with { UnparsedNames = unparsed };
        return lacksImports ? null : module;
    }

    private TarnParser NewParser(int at)
    {
        TarnParser parser = ModuleParser.NewParser(tokens, lexer, new ModuleParser.GiveUpAtFirstError());
        parser.InputStream.Seek(at);
        return parser;
    }

    private bool TryAdd(TarnParser parser)
    {
        try
        {
            while (parser.InputStream.LA(1) is NEWLINE or SEMI)
                parser.InputStream.Consume();
            TarnParser.TopLevelContext declaration = parser.topLevel();
            if (parser.InputStream.LA(1) is not (NEWLINE or SEMI))
                return false;
            int before = diagnostics.Count;
            builder.Add(declaration);
            return diagnostics.Count == before;
        }
        catch (ParseCanceledException)
        {
            return false;
        }
    }

    private int Skip(int at)
    {
        while (tokens[at].Type is NEWLINE or SEMI)
            at++;
        return at;
    }

    private int NextDeclaration(int from, int margin)
    {
        int at = from;
        while (at < tokens.Length - 1 && !(beginsDeclaration.Contains(tokens[at].Type) && tokens[at].Column <= margin && tokens[at].Line > tokens[at - 1].Line))
            at++;
        return at;
    }
}
