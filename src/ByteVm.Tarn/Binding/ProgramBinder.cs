using ByteVm.Tarn.Diagnostics;

namespace ByteVm.Tarn.Binding;

/// <summary>The order of checking: each phase needs what the one before found out about all modules.</summary>
internal sealed class ProgramBinder(Compilation compilation, IReadOnlyList<ModuleSymbol> modules)
{
    public void Bind()
    {
        foreach (ModuleSymbol module in modules)
            new DeclarationBinder(module, compilation.Diagnostics).Declare();
        foreach (ModuleSymbol module in modules)
            new ImportBinder(compilation, module).Bind();
        BindHeaders();
        foreach (ModuleSymbol module in modules)
        {
            if (!module.IsLibrary)
                BindBodies(module);
        }
    }

    /// <summary>Binds a module's test blocks; of the library's modules everything else too, as no program does that.</summary>
    public void BindTests(ModuleSymbol module)
    {
        if (module.IsLibrary)
            BindBodies(module);
        foreach (FunctionSymbol test in module.Tests)
            BindFunction(test);
    }

    private void BindHeaders()
    {
        HeaderBinder[] headers = [.. modules.Select(m => new HeaderBinder(compilation, m))];
        foreach (HeaderBinder header in headers)
            header.BindTypeParameters();
        foreach (HeaderBinder header in headers)
            header.BindSuperTypes();
        foreach (ModuleSymbol module in modules)
            ValueClasses.DeclareMethods(module, compilation.Diagnostics);
        InheritanceChecker[] inheritance = [.. modules.Select(m => new InheritanceChecker(m, compilation.Diagnostics))];
        foreach (InheritanceChecker checker in inheritance)
            checker.BreakCycles();
        foreach (HeaderBinder header in headers)
            header.BindSignatures();
        foreach (ModuleSymbol module in modules)
            FieldAccessors.Declare(module);
        compilation.HeadersAreBound();
        foreach (ModuleSymbol module in modules)
            new ValueClassChecker(module, compilation.Diagnostics).Check();
        foreach (InheritanceChecker checker in inheritance)
            checker.Check();
    }

    /// <summary>Binds everything in a module, whether or not the program reaches it.</summary>
    public void BindBodies(ModuleSymbol module)
    {
        foreach (Symbol symbol in module.Declarations)
            BindBody(symbol);
    }

    private void BindBody(Symbol symbol)
    {
        switch (symbol)
        {
            case FunctionSymbol function:
                BindFunction(function);
                break;
            case GlobalSymbol global:
                compilation.BodyOf(global);
                break;
            case ClassSymbol @class:
                if (@class.Constructor is not null)
                    BindFunction(@class.Constructor);
                foreach (MemberSymbol member in @class.Members.Values)
                    BindBody(member);
                break;
        }
    }

    /// <summary>All functions that a module writes out: accessors, constructors and methods, too. Value classes are made in place, so that their constructors are none.</summary>
    public static IEnumerable<FunctionSymbol> FunctionsOf(ModuleSymbol module) => module.Declarations.SelectMany(FunctionsOf);

    private static IEnumerable<FunctionSymbol> FunctionsOf(Symbol symbol) => symbol switch
    {
        FunctionSymbol { IsExtern: false, IsAbstract: false } function => [function],
        ClassSymbol { IsValue: false, Constructor: { } constructor } @class => @class.Members.Values.SelectMany(FunctionsOf).Prepend(constructor),
        ClassSymbol @class => @class.Members.Values.SelectMany(FunctionsOf),
        _ => [],
    };

    private void BindFunction(FunctionSymbol function)
    {
        InlineFunctions.CheckDispatch(compilation, function);
        foreach (LocalSymbol parameter in function.Parameters)
        {
            if (parameter.Default is not null)
                compilation.DefaultOf(function, parameter, []);
        }

        if (!function.IsExtern && !function.IsAbstract)
            compilation.BodyOf(function);
    }

    public static void CheckMain(Compilation compilation, ModuleSymbol entry)
    {
        if (!entry.Members.TryGetValue("main", out Symbol? symbol) || symbol is not FunctionSymbol main)
        {
            if (!entry.Syntax.UnparsedNames.Contains("main"))
                compilation.Diagnostics.Report(entry.Source, default, DiagnosticCatalog.NoMain);
            return;
        }

        bool takesArguments = main.Parameters.Length == 1 && main.Parameters[0].Type == BuiltInType.String.Array;
        bool returns = main.ReturnType.IsVoid || main.ReturnType == BuiltInType.Int || main.ReturnType.IsError;
        if ((main.Parameters.Length > 0 && !takesArguments) || !returns)
            compilation.Diagnostics.Report(entry.Source, main.NameSpan, DiagnosticCatalog.MainSignature);
    }
}
