using System.Security.Cryptography;
using System.Text;
using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;

namespace ByteVm.Tarn.Packages;

/// <summary>What a module was made of: the packages whose sources are in it, the standard library among them, each with a hash of those sources.</summary>
internal static class DependencyList
{
    private const string Library = "std";

    private static readonly string libraryVersion = typeof(DependencyList).Assembly.GetName().Version!.ToString(3);

    /// <param name="versions">Of the packages by name.</param>
    public static IEnumerable<Dependency> Of(IEnumerable<ModuleSymbol> modules, Func<string, string?> versions) =>
        from module in modules
        group module by PackageOf(module.Name) into package
        orderby package.Key
        let version = package.Key == Library ? libraryVersion : versions(package.Key)
        where version is not null
        select new Dependency(package.Key, version, HashOf(package));

    private static string PackageOf(string module) => module.Split('.', 2)[0];

    private static string HashOf(IEnumerable<ModuleSymbol> modules)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ModuleSymbol module in modules.OrderBy(m => m.Name, StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes($"{module.Name}\n{module.Source.Text}\0"));
        return "sha256:" + Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
