using System.Text.RegularExpressions;

namespace ByteVm.Tarn.Binding;

/// <summary>Where a name is declared that is not in scope: what to write for it.</summary>
internal static class Elsewhere
{
    /// <summary>A hint; empty where nothing is known.</summary>
    public static string Find(ModuleSymbol module, string name)
    {
        foreach ((string alias, Symbol imported) in module.Imported)
        {
            if (imported is ModuleSymbol other && other.Members.TryGetValue(name, out Symbol? member) && member is not MemberSymbol { IsPrivate: true })
                return $"{other.Name} has it: write {alias}.{name}, or import {other.Name}.{name}";
        }

        var declaration = new Regex($@"^(?:(?:open|abstract|value|inline|extern) )*(?:class|interface|enum|fn|let|var) {Regex.Escape(name)}\b", RegexOptions.Multiline);
        string? library = StandardLibrary.ModuleNames.Order(StringComparer.Ordinal).FirstOrDefault(m => declaration.IsMatch(StandardLibrary.Find(m)!.Text));
        return library is null ? "" : $"{library} has it: import {library}.{name}";
    }
}
