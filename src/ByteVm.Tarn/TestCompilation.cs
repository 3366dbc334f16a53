using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn;

/// <summary>A module as source: its name as in an import, and its text.</summary>
public sealed record SourceModule(string Name, SourceText Source);

/// <summary>A <c>test</c> block.</summary>
/// <param name="Module">The module it stands in.</param>
/// <param name="Name">What its author called it.</param>
/// <param name="Export">The function to call: it takes and gives nothing, and returns when the test has passed.</param>
/// <param name="File">Its source, as diagnostics and traces name it.</param>
/// <param name="Line">Where it begins, from 1.</param>
public sealed record TestCase(string Module, string Name, string Export, string File, int Line)
{
    internal static TestCase Of(FunctionSymbol test) =>
        new(test.Module.Name, test.Name["test \"".Length..^1], test.QualifiedName, test.Module.Source.Name, test.Module.Source.LineOf(test.NameSpan.Start));
}

/// <summary>What a compilation of tests gave: a module that exports them, unless there are errors.</summary>
/// <param name="Module">The tests and what they need, or null when there are errors.</param>
/// <param name="Diagnostics">The findings, by file and place.</param>
/// <param name="Tests">The tests by module, in the order of their declarations.</param>
/// <param name="Sources">All sources that were read, for showing the lines that a trace names.</param>
public sealed record TestCompilationResult(
    Module? Module, IReadOnlyList<Diagnostic> Diagnostics, IReadOnlyList<TestCase> Tests, IReadOnlyList<SourceText> Sources)
{
    /// <summary>All findings as shown to the user.</summary>
    public string RenderDiagnostics() => string.Concat(Diagnostics.Select(d => d.Render()));
}
