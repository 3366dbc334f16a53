using System.Reflection;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn;

/// <summary>The standard library's sources, embedded in this assembly under their module names (<c>std.math.tarn</c>).</summary>
internal static class StandardLibrary
{
    public const string Prefix = "std.";

    /// <summary>The module whose declarations are in scope everywhere.</summary>
    public const string Prelude = "std.prelude";

    /// <summary>The module whose declarations are in scope in test blocks.</summary>
    public const string Testing = "std.testing";

    public static IEnumerable<string> ModuleNames =>
        Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(n => n.EndsWith(".tarn", StringComparison.Ordinal)).Select(n => n[..^".tarn".Length]);

    public static SourceText? Find(string moduleName)
    {
        using Stream? stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(moduleName + ".tarn");
        if (stream is null)
            return null;
        using var reader = new StreamReader(stream);
        return new SourceText(moduleName.Replace('.', '/') + ".tarn", reader.ReadToEnd());
    }
}
