using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Brings what a module's imports name into its scope. A module that is missing or was refused says nothing here: it is reported already.</summary>
internal sealed class ImportBinder(Compilation compilation, ModuleSymbol module)
{
    public void Bind()
    {
        foreach (ImportSyntax import in module.Syntax.Imports)
        {
            string name = string.Join('.', import.Path.Select(p => p.Text));
            if (!compilation.Modules.TryGetValue(name, out ModuleSymbol? imported) || imported is null)
                continue;
            if (import.Names.IsDefault)
                Add(import.Alias ?? import.Path[^1], imported);
            else
                ImportNames(import, imported);
        }
    }

    private void ImportNames(ImportSyntax import, ModuleSymbol imported)
    {
        foreach (Identifier name in import.Names)
        {
            if (!imported.Members.TryGetValue(name.Text, out Symbol? symbol))
                compilation.Diagnostics.Report(module.Source, name.Span, DiagnosticCatalog.UnknownModuleMember, imported.Name, name.Text);
            else if (symbol is MemberSymbol { IsPrivate: true })
                compilation.Diagnostics.Report(module.Source, name.Span, DiagnosticCatalog.PrivateToModule, name.Text, imported.Name);
            else
                Add(name, symbol);
        }
    }

    private void Add(Identifier name, Symbol symbol)
    {
        if (module.Members.ContainsKey(name.Text) || !module.Imported.TryAdd(name.Text, symbol))
            compilation.Diagnostics.Report(module.Source, name.Span, DiagnosticCatalog.AlreadyDeclared, name.Text);
    }
}
