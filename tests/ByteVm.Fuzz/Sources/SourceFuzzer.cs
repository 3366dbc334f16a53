using ByteVm.Bytecode;
using ByteVm.Tarn;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Formatting;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Fuzz.Sources;

/// <summary>
/// The compiler and the formatter on changed sources of the library, the examples and the conformance programs. No exception comes out of either; what
/// is refused has a diagnostic with a place within its source; what is compiled is accepted by the verifier; what is formatted keeps its tokens (the formatter
/// checks that) and is formatted to itself.
/// </summary>
internal sealed class SourceFuzzer : ICaseFuzzer
{
    private sealed record Original(string ModuleName, string Folder, string Text);

    private readonly Original[] originals;
    private int compiled;
    private int parsed;
    private int refused;

    public SourceFuzzer()
    {
        string root = RootFolder();
        originals =
        [
            .. TarnCompiler.LibraryModules.Select(m => new Original(m.Name, root, m.Source.Text)),
            .. new[] { "examples", "tests/programs" }.SelectMany(f => Directory.EnumerateFiles(Path.Combine(root, f), "*.tarn", SearchOption.AllDirectories))
                .Order(StringComparer.Ordinal).Select(f => new Original(Path.GetFileNameWithoutExtension(f), Path.GetDirectoryName(f)!, File.ReadAllText(f))),
        ];
    }

    public string Summary => $"{compiled} compiled, {parsed} parsed, {refused} refused";

    public string? Run(Random random, out string input)
    {
        Original original = originals[random.Next(originals.Length)];
        input = SourceMutator.Mutate(original.Text, originals[random.Next(originals.Length)].Text, random);
        var source = new SourceText(original.ModuleName + ".tarn", input);
        return ProblemOfFormatting(source) ?? ProblemOfCompiling(original, source);
    }

    public void Dispose()
    {
    }

    private string? ProblemOfFormatting(SourceText source)
    {
        FormatResult result = TarnFormatter.Format(source);
        if (result.Text is null)
            return result.Diagnostics.Select(ProblemOf).FirstOrDefault(p => p is not null) ?? (result.Diagnostics.IsEmpty ? "it does not parse, and nothing says why" : null);
        parsed++;
        return TarnFormatter.Format(new SourceText(source.Name, result.Text)).Text == result.Text ? null : "formatted twice it is not what it is formatted once";
    }

    /// <summary>What the library alone may write: instructions with the types of their operands, in which it is trusted.</summary>
    private static IEnumerable<string> Instructions(string text) => text.Split('\n').Where(line => line.Contains("= \"op ", StringComparison.Ordinal));

    private string? ProblemOfCompiling(Original original, SourceText source)
    {
        (Module? module, IReadOnlyList<Diagnostic> diagnostics) = Compile(original, source);
        if (module is null)
        {
            refused++;
            return diagnostics.Select(ProblemOf).FirstOrDefault(p => p is not null) ?? (diagnostics.Count == 0 ? "there is neither a module nor a diagnostic" : null);
        }

        compiled++;
        if (!Instructions(original.Text).SequenceEqual(Instructions(source.Text)))
            return null;
        return Verifier.Check(module) is [var first, ..] ? $"the verifier refuses what was compiled: {first}" : null;
    }

    // Modules of the library name instructions, which is their privilege; only their tests are compiled.
    private static (Module? Module, IReadOnlyList<Diagnostic> Diagnostics) Compile(Original original, SourceText source)
    {
        var sources = new DirectorySources(original.Folder);
        if (original.ModuleName.StartsWith("std.", StringComparison.Ordinal))
        {
            TestCompilationResult tests = TarnCompiler.CompileTests("fuzz", [new SourceModule(original.ModuleName, source)], sources);
            return (tests.Module, tests.Diagnostics);
        }

        CompilationResult result = TarnCompiler.Compile(original.ModuleName, source, sources, new CompilerOptions { RequireMain = false });
        return (result.Module, result.Diagnostics);
    }

    private static string? ProblemOf(Diagnostic diagnostic)
    {
        string shown = diagnostic.Render();
        if (diagnostic.Source is null)
            return $"a diagnostic without a place: {shown}";
        bool isWithin = diagnostic.Span.Start >= 0 && diagnostic.Span.End >= diagnostic.Span.Start && diagnostic.Span.End <= diagnostic.Source.Text.Length;
        return isWithin ? null : $"a diagnostic outside of its source, {diagnostic.Span}: {shown}";
    }

    private static string RootFolder()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "ByteVm.sln")))
                return folder;
        }

        throw new InvalidOperationException("The fuzzer must run from inside the repository.");
    }
}
