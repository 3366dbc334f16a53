namespace ByteVm.Tarn.Syntax;

/// <summary>A half-open range of UTF-16 offsets in one source text.</summary>
public readonly record struct Span(int Start, int End)
{
    /// <summary>The smallest span that covers both.</summary>
    public Span To(Span other) => new(Start, Math.Max(End, other.End));
}
