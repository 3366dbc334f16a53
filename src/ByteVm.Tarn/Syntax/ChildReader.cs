using Antlr4.Runtime;
using Antlr4.Runtime.Tree;

namespace ByteVm.Tarn.Syntax;

/// <summary>Reads the children of a parse-tree node left to right, the way the grammar rule is written. One pass, no searching.</summary>
internal struct ChildReader(ParserRuleContext context)
{
    private readonly IList<IParseTree> children = context.children;
    private int position;

    public readonly bool AtEnd => position >= children.Count;

    /// <summary>The type of the token that comes next; 0 when a rule or nothing comes next.</summary>
    public readonly int NextToken => !AtEnd && children[position] is ITerminalNode node ? node.Symbol.Type : 0;

    public IToken Token() => ((ITerminalNode)children[position++]).Symbol;

    public bool TryToken(int type)
    {
        bool found = NextToken == type;
        if (found)
            position++;
        return found;
    }

    public T Rule<T>() where T : ParserRuleContext => (T)children[position++];

    /// <summary>The next child if it is a <typeparamref name="T"/>, else null.</summary>
    public T? TryRule<T>() where T : ParserRuleContext
    {
        if (AtEnd || children[position] is not T rule)
            return null;
        position++;
        return rule;
    }

    public void Skip() => position++;
}
