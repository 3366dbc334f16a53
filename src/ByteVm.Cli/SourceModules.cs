using ByteVm.Tarn;

namespace ByteVm.Cli;

/// <summary>The modules that a command line names: of a source, a folder, a package, or the standard library.</summary>
internal static class SourceModules
{
    public const string Library = "std";

    /// <param name="messages">Where errors of a manifest go.</param>
    /// <exception cref="CommandException">There is no such thing.</exception>
    public static IReadOnlyList<SourceModule> Find(string path, TextWriter messages)
    {
        if (IsLibrary(path))
            return OfLibrary(path);
        RequireSource(path);
        SourceListing listing = ModuleFiles.ReadFile(path, SourceListing.Of);
        messages.Write(listing.RenderDiagnostics());
        return listing.Modules ?? throw new CommandException(ExitCode.BadInput, $"{path} has errors");
    }

    /// <summary>Whether the standard library is meant, and no file of that name.</summary>
    public static bool IsLibrary(string path) => !Path.Exists(path) && (path == Library || path.StartsWith(Library + ".", StringComparison.Ordinal));

    /// <exception cref="CommandException">The path can be neither a source nor a folder.</exception>
    public static void RequireSource(string path)
    {
        if (!Directory.Exists(path) && Path.GetExtension(path) != ".tarn")
            throw new CommandException(ExitCode.Usage, $"'{path}' is neither a .tarn source nor a folder nor a module of {Library}");
    }

    /// <summary>Modules of the standard library: all of them, one, or one and those below it.</summary>
    public static IReadOnlyList<SourceModule> OfLibrary(string name)
    {
        SourceModule[] modules = [.. TarnCompiler.LibraryModules.Where(m => name == Library || m.Name == name || m.Name.StartsWith(name + ".", StringComparison.Ordinal))];
        return modules.Length > 0 ? modules : throw new CommandException(ExitCode.NoInput, $"the standard library has no module '{name}'");
    }
}
