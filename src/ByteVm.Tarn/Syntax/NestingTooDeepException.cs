using Antlr4.Runtime;

namespace ByteVm.Tarn.Syntax;

/// <summary>Leaves the generated parser where a source nests deeper than the compiler follows.</summary>
internal sealed class NestingTooDeepException(IToken token) : Exception
{
    public IToken Token { get; } = token;
}
