using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// Brings what a module's imports name into its scope. What is missing, or was refused, is reported once and comes into scope as a
/// <see cref="MissingSymbol"/>.
/// </summary>
internal sealed class ImportBinder(Compilation compilation, ModuleSymbol module)
{
    public void Bind()
    {
        foreach (ImportSyntax import in module.Syntax.Imports)
        {
            if (compilation.Modules.TryGetValue(import.ModuleName, out ModuleSymbol? imported))
                BindModule(import, imported);
            else
                BindMember(import, compilation.Modules[import.MemberModuleName!]);
        }
    }

    private void BindModule(ImportSyntax import, ModuleSymbol? imported)
    {
        if (import.Names.IsDefault)
        {
            Identifier name = import.Alias ?? import.Path[^1];
            Add(name, imported ?? (Symbol)new MissingSymbol(name.Text));
            return;
        }

        foreach (Identifier name in import.Names)
            Add(name, Find(imported, name));
    }

    private void BindMember(ImportSyntax import, ModuleSymbol? container) => Add(import.Alias ?? import.Path[^1], Find(container, import.Path[^1]));

    private Symbol? Find(ModuleSymbol? imported, Identifier name)
    {
        if (imported is null)
            return new MissingSymbol(name.Text);
        bool isExtension = ImportExtensions(imported, name);
        if (!imported.Members.TryGetValue(name.Text, out Symbol? symbol))
        {
            if (isExtension)
                return null;
            compilation.Diagnostics.Report(module.Source, name.Span, DiagnosticCatalog.UnknownModuleMember, imported.Name, name.Text);
        }
        else if (symbol is MemberSymbol { IsPrivate: true })
        {
            compilation.Diagnostics.Report(module.Source, name.Span, DiagnosticCatalog.PrivateToModule, name.Text, imported.Name);
        }

        return symbol ?? new MissingSymbol(name.Text);
    }

    /// <summary>Brings the functions of this name that extend types into scope.</summary>
    /// <returns>Whether there are any.</returns>
    private bool ImportExtensions(ModuleSymbol imported, Identifier name)
    {
        if (!imported.Extensions.TryGetValue(name.Text, out List<FunctionSymbol>? extensions) || extensions.All(e => e.IsPrivate))
            return false;
        if (!module.ImportedExtensions.TryGetValue(name.Text, out List<FunctionSymbol>? known))
            module.ImportedExtensions.Add(name.Text, known = []);
        known.AddRange(extensions.Where(e => !e.IsPrivate));
        return true;
    }

    private void Add(Identifier name, Symbol? symbol)
    {
        if (symbol is not null && (module.Members.ContainsKey(name.Text) || !module.Imported.TryAdd(name.Text, symbol)))
            compilation.Diagnostics.Report(module.Source, name.Span, DiagnosticCatalog.AlreadyDeclared, name.Text);
    }
}
