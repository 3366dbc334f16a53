using System.Collections.Concurrent;
using ByteVm.Bytecode;
using ByteVm.Tarn;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Conformance.Running;

/// <summary>Compiles each program once, and prepares it once for each engine.</summary>
internal static class ProgramStore
{
    private static readonly ConcurrentDictionary<string, Lazy<Module>> modules = new();
    private static readonly ConcurrentDictionary<(string, EngineKind, bool), Lazy<GuestProgram>> programs = new();

    public static GuestProgram Get(string source, EngineKind engine, bool metered) =>
        programs.GetOrAdd((source, engine, metered), key => new Lazy<GuestProgram>(() => Prepare(source, engine, metered))).Value;

    /// <exception cref="InvalidOperationException">The source has errors.</exception>
    public static Module Compile(string source) => modules.GetOrAdd(source, path => new Lazy<Module>(() => CompileNow(path))).Value;

    private static GuestProgram Prepare(string source, EngineKind engine, bool metered)
    {
        GuestProgram program = GuestProgram.FromModule(Compile(source), new EngineOptions { Engine = engine, Metered = metered });
        if (!program.EngineName.Equals(engine.ToString(), StringComparison.OrdinalIgnoreCase))
            throw new InvalidOperationException($"The engine {engine} was asked for, but {program.EngineName} came.");
        return program;
    }

    // Sources are named relative to the entry's folder, so that traces are the same wherever the repository lies.
    private static Module CompileNow(string path)
    {
        string name = Path.GetFileName(path);
        var sources = new NamedSources(Path.GetDirectoryName(path)!);
        CompilationResult result = File.Exists(Path.Combine(Path.GetDirectoryName(path)!, "tarn.toml"))
            ? TarnCompiler.CompileFile(path)
            : TarnCompiler.Compile(Path.GetFileNameWithoutExtension(path), new SourceText(name, File.ReadAllText(path)), sources);
        return result.Module ?? throw new InvalidOperationException(result.RenderDiagnostics());
    }

    private sealed class NamedSources(string root) : ISourceProvider
    {
        public SourceText? Find(string moduleName)
        {
            string name = moduleName.Replace('.', '/') + ".tarn";
            string path = Path.Combine(root, name);
            return File.Exists(path) ? new SourceText(name, File.ReadAllText(path)) : null;
        }
    }
}
