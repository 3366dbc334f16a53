namespace ByteVm.Tests.Tarn;

public sealed class GrammarTests
{
    /// <summary>ANTLR predicts at run time only where one token does not decide. Prediction is slow, and recurses without bound.</summary>
    [Fact]
    public void EveryDecisionOfTheParserIsMadeByOneToken()
    {
        string generated = File.ReadAllText(Path.Combine(Repository.Root, "src", "ByteVm.Tarn", "Generated", "TarnParser.cs"));
        Assert.Contains("public ExpressionContext expression()", generated);
        Assert.DoesNotContain("AdaptivePredict", generated);
    }
}
