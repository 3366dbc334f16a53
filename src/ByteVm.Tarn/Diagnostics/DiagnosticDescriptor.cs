namespace ByteVm.Tarn.Diagnostics;

/// <summary>How bad a diagnostic is: an error prevents a module, a warning does not.</summary>
public enum Severity
{
    /// <summary>The program is accepted.</summary>
    Warning,

    /// <summary>The program is refused.</summary>
    Error,
}

/// <summary>One kind of diagnostic: an entry of <see cref="DiagnosticCatalog"/>.</summary>
/// <param name="Code">The stable code, such as <c>TARN0101</c>.</param>
/// <param name="Severity">Whether it prevents a module.</param>
/// <param name="Message">A composite format string.</param>
/// <param name="Hint">What to do about it, as a composite format string over the same arguments; null when the message says it.</param>
public sealed record DiagnosticDescriptor(string Code, Severity Severity, string Message, string? Hint);
