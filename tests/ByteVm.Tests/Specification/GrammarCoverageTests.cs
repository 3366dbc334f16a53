using Antlr4.Runtime;
using Antlr4.Runtime.Atn;
using Antlr4.Runtime.Tree;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Generated;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tests.Specification;

/// <summary>
/// The examples of the language reference use the whole grammar: each rule wherever another one names it, and each token wherever a rule has it. Only those that run count,
/// for they show that what is written is also right.
/// </summary>
public sealed class GrammarCoverageTests
{
    /// <summary>What the grammar accepts only for the sake of the message with which it is refused: an example that is refused uses it.</summary>
    private static readonly (string Rule, string Part)[] alwaysRefused =
    [
        ("classParameter", "OPEN"), ("classParameter", "ABSTRACT"), ("classParameter", "OVERRIDE"), ("classParameter", "STATIC"), ("classParameter", "EXTERN"),
        ("patternConstant", "DOUBLE"), ("patternConstant", "FLOAT"),
    ];

    [Fact]
    public void EveryPartOfEveryRuleIsUsedByAnExampleThatRuns()
    {
        HashSet<(string Rule, string Part)> used = PartsOf(ExamplePage.Tarn().Where(e => !e.Refusals.Any()));
        Assert.Equal("", Missing(PartsOfTheGrammar().Except(alwaysRefused), used));
    }

    [Fact]
    public void WhatIsAlwaysRefusedIsUsedByAnExampleThatIsRefused()
    {
        Assert.Equal("", Missing(alwaysRefused, PartsOf(ExamplePage.Tarn().Where(e => e.Refusals.Any()))));
        Assert.Empty(alwaysRefused.Except(PartsOfTheGrammar()));
    }

    private static string Missing(IEnumerable<(string Rule, string Part)> parts, HashSet<(string Rule, string Part)> used) =>
        string.Join('\n', parts.Where(part => !used.Contains(part)).Select(part => $"{part.Part} in {part.Rule}"));

    private static HashSet<(string Rule, string Part)> PartsOf(IEnumerable<Example> examples) =>
        [.. examples.SelectMany(e => e.Files).Where(f => f.Key.EndsWith(".tarn", StringComparison.Ordinal)).SelectMany(f => PartsOf(Parse(f.Value)))];

    private static IEnumerable<(string Rule, string Part)> PartsOfTheGrammar() =>
        from state in TarnParser._ATN.states
        from transition in state.TransitionsArray
        from part in transition is RuleTransition rule ? [TarnParser.ruleNames[rule.ruleIndex]] : transition.Label?.ToArray().Select(NameOf) ?? []
        select (TarnParser.ruleNames[state.ruleIndex], part);

    private static IEnumerable<(string Rule, string Part)> PartsOf(ParserRuleContext node)
    {
        foreach (IParseTree child in node.children ?? [])
        {
            yield return (RuleOf(node), child is ParserRuleContext rule ? RuleOf(rule) : NameOf(((ITerminalNode)child).Symbol.Type));
            if (child is ParserRuleContext below)
            {
                foreach ((string, string) part in PartsOf(below))
                    yield return part;
            }
        }
    }

    private static ParserRuleContext Parse(string text)
    {
        var source = new SourceText("example.tarn", text);
        var diagnostics = new DiagnosticBag();
        var lexer = new TarnLexer(new AntlrInputStream(text));
        IToken[] tokens = new StatementTerminators(source, diagnostics, new DocumentationComments(source)).Run(lexer)!;
        ParserRuleContext tree = new TarnParser(new TokenBuffer(tokens, lexer), TextWriter.Null, TextWriter.Null).module();
        return tree;
    }

    private static string RuleOf(ParserRuleContext node) => TarnParser.ruleNames[node.RuleIndex];

    private static string NameOf(int token) => TarnParser.DefaultVocabulary.GetSymbolicName(token);
}
