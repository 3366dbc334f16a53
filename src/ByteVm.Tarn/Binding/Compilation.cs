using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>A function's typed body and what it refers to.</summary>
/// <param name="HasStatementsInValues">Some expression contains statements, so locals may change while it is evaluated.</param>
internal sealed record FunctionBody(FunctionSymbol Function, BoundBlock Block, IReadOnlyCollection<Symbol> References, bool HasStatementsInValues);

/// <summary>A global's typed initializer and what it refers to.</summary>
internal sealed record GlobalBody(GlobalSymbol Global, BoundExpression? Value, IReadOnlyCollection<Symbol> References, bool HasStatementsInValues);

/// <summary>
/// All modules of one program while it is checked. Bodies are bound on demand and kept: those of the program's own modules all, for their
/// diagnostics; those of the standard library when something reaches them.
/// </summary>
internal sealed class Compilation(IReadOnlyDictionary<string, ModuleSymbol?> modules, DiagnosticBag diagnostics)
{
    private readonly Dictionary<FunctionSymbol, FunctionBody> functions = [];
    private readonly Dictionary<GlobalSymbol, GlobalBody> globals = [];
    private readonly Dictionary<LocalSymbol, (BoundExpression Value, IReadOnlyCollection<Symbol> References)> defaults = [];
    private readonly HashSet<Symbol> inferring = [];

    public IReadOnlyDictionary<string, ModuleSymbol?> Modules { get; } = modules;

    public DiagnosticBag Diagnostics { get; } = diagnostics;

    public ModuleSymbol Prelude { get; } = modules[StandardLibrary.Prelude]!;

    /// <summary>What test blocks have in scope; null where no tests are compiled.</summary>
    public ModuleSymbol? Testing { get; } = modules.GetValueOrDefault(StandardLibrary.Testing);

    /// <summary>The prelude's functions that read a Unicode scalar and tell its width, which 'for' over a string calls.</summary>
    public FunctionSymbol[] ScalarFunctions => field ??= [PreludeFunction("scalarAt"), PreludeFunction("scalarWidth")];

    public FunctionTypes FunctionTypes => field ??= new FunctionTypes(Prelude);

    /// <summary>What can be thrown.</summary>
    public ClassSymbol Exception => field ??= PreludeClass("Exception");

    /// <summary>The value class of values that may be null and are no references.</summary>
    public ClassSymbol Optional => field ??= PreludeClass("Optional");

    /// <summary>What a shared variable lives in.</summary>
    public ClassSymbol SharedVariable => field ??= PreludeClass("SharedVariable");

    public ClassSymbol PreludeClass(string name) =>
        (ClassSymbol)Prelude.Members[name];

    /// <summary>What all enums implement.</summary>
    public ClassSymbol EnumValue => field ??= PreludeClass("EnumValue");

    /// <summary>What has a text.</summary>
    public ClassSymbol Printable => field ??= PreludeClass("Printable");

    /// <summary>What 'for' goes through besides arrays and strings.</summary>
    public ClassSymbol Iterable =>
        field ??= PreludeClass("Iterable");

    /// <summary>What gives objects an order.</summary>
    public ClassSymbol Comparable => field ??= PreludeClass("Comparable");

    public FunctionSymbol PreludeFunction(string name) =>
        (FunctionSymbol)Prelude.Members[name];

    private List<Action>? whenHeadersAreBound = [];

    /// <summary>Runs a check that needs all supertypes: at once, or as soon as they are known.</summary>
    public void WhenHeadersAreBound(Action check)
    {
        if (whenHeadersAreBound is null)
            check();
        else
            whenHeadersAreBound.Add(check);
    }

    public void HeadersAreBound()
    {
        List<Action> checks = whenHeadersAreBound!;
        whenHeadersAreBound = null;
        foreach (Action check in checks)
            check();
    }

    public FunctionBody BodyOf(FunctionSymbol function)
    {
        if (!functions.TryGetValue(function, out FunctionBody? body))
        {
            body = new BodyBinder(this, function.Module, function.Class, function, Diagnostics).BindFunction();
            functions.Add(function, body);
            if (function.IsInline)
                InlineFunctions.CheckRecursion(this, function);
        }

        return body;
    }

    public GlobalBody BodyOf(GlobalSymbol global)
    {
        if (!globals.TryGetValue(global, out GlobalBody? body))
        {
            inferring.Add(global);
            body = new BodyBinder(this, global.Module, global.Class, null, Diagnostics).BindGlobal(global);
            inferring.Remove(global);
            globals.Add(global, body);
            global.Type ??= body.Value is null ? BuiltInType.Error : body.Value.Type;
        }

        return body;
    }

    /// <summary>
    /// A parameter's default, bound where it is declared: it sees the module but no parameters. What it refers to is added to
    /// <paramref name="references"/>.
    /// </summary>
    public BoundExpression DefaultOf(FunctionSymbol function, LocalSymbol parameter, HashSet<Symbol> references)
    {
        if (!defaults.TryGetValue(parameter, out (BoundExpression Value, IReadOnlyCollection<Symbol> References) known))
        {
            if (!inferring.Add(parameter))
                return ReportDefaultCycle(function, parameter);
            known = BindDefault(function, parameter);
            inferring.Remove(parameter);
            defaults.Add(parameter, known);
        }

        references.UnionWith(known.References);
        return known.Value;
    }

    private (BoundExpression Value, IReadOnlyCollection<Symbol> References) BindDefault(FunctionSymbol function, LocalSymbol parameter)
    {
        if (!parameter.Type.HasVariables || parameter.Default is NullLiteralSyntax)
            return new BodyBinder(this, function.Module, null, null, Diagnostics).BindDefault(parameter);
        Diagnostics.Report(function.Module.Source, parameter.Default!.Span, DiagnosticCatalog.GenericDefault, parameter.Name);
        return (new BoundError(parameter.NameSpan), []);
    }

    private BoundError ReportDefaultCycle(FunctionSymbol function, LocalSymbol parameter)
    {
        Diagnostics.Report(function.Module.Source, parameter.NameSpan, DiagnosticCatalog.DefaultNeedsItself, parameter.Name);
        return new BoundError(parameter.NameSpan);
    }

    /// <summary>A global's type, from its initializer when it declares none; null when that needs the type itself.</summary>
    public TarnType? TypeOf(GlobalSymbol global)
    {
        if (global.Type is null && !inferring.Contains(global))
            BodyOf(global);
        return global.Type;
    }

    /// <summary>A field's type, from its initializer when it declares none; null when that needs the type itself, which is reported.</summary>
    public TarnType? TypeOf(FieldSymbol field)
    {
        if (field.Type is not null)
            return field.Type;
        if (!inferring.Add(field))
        {
            Diagnostics.Report(field.Module.Source, field.NameSpan, DiagnosticCatalog.TypeNeedsItself, field.Name);
            return null;
        }

        // The constructor binds the initializer again and reports what is wrong with it.
        field.Type = new BodyBinder(this, field.Module, field.Class, field.Class!.Constructor, new DiagnosticBag()).InferField(field);
        inferring.Remove(field);
        return field.Type;
    }
}
