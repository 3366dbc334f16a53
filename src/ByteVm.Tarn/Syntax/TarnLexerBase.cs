using Antlr4.Runtime;

namespace ByteVm.Tarn.Generated;

/// <summary>What the generated lexer cannot say: a '}' too many is the parser's business, not an empty-stack exception.</summary>
internal abstract class TarnLexerBase(ICharStream input, TextWriter output, TextWriter errorOutput) : Lexer(input, output, errorOutput)
{
    public override int PopMode() => ModeStack.Count == 0 ? CurrentMode : base.PopMode();
}
