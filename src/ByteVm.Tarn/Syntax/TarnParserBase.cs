using Antlr4.Runtime;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Generated;

/// <summary>
/// Bounds the recursion of the generated parser, and with it that of everything after, which recurses over the same tree:
/// no source can overflow the compiler's own stack.
/// </summary>
internal abstract class TarnParserBase(ITokenStream input, TextWriter output, TextWriter errorOutput) : Parser(input, output, errorOutput)
{
    /// <summary>Rule invocations, of which one nested expression takes about two and one nested statement four.</summary>
    private const int MaximumDepth = 1200;

    private int depth;

    public override void EnterRule(ParserRuleContext context, int state, int ruleIndex)
    {
        if (++depth > MaximumDepth)
            throw new NestingTooDeepException(CurrentToken);
        base.EnterRule(context, state, ruleIndex);
    }

    public override void ExitRule()
    {
        depth--;
        base.ExitRule();
    }
}
