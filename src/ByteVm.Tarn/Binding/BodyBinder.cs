using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// Checks one body: resolves names, finds types, makes conversions explicit, and follows control flow at the same time (<see cref="FlowState"/>).
/// It walks the syntax in the order of execution, so <see cref="flow"/> is always what holds at the place being bound.
/// This part holds scopes and entry points; the others follow the kinds of syntax.
/// </summary>
internal sealed partial class BodyBinder
{
    private readonly Compilation compilation;
    private readonly ModuleSymbol module;
    private readonly ClassSymbol? @class;
    private readonly FunctionSymbol? function;
    private readonly DiagnosticBag diagnostics;
    private readonly TypeResolver types;
    private readonly HashSet<Symbol> references = [];
    private readonly Dictionary<string, LocalSymbol> locals = new(StringComparer.Ordinal);
    private readonly List<LocalSymbol> declared = [];
    private readonly List<Loop> loops = [];
    private FlowState flow = FlowState.Start;
    private bool hasStatementsInValues;

    public BodyBinder(Compilation compilation, ModuleSymbol module, ClassSymbol? @class, FunctionSymbol? function, DiagnosticBag diagnostics)
    {
        this.compilation = compilation;
        this.module = module;
        this.@class = @class;
        this.function = function;
        this.diagnostics = diagnostics;
        types = new TypeResolver(compilation, module, diagnostics);
        types.EnterScope(function?.AllTypeParameters ?? []);
    }

    private bool HasThis => function is { HasReceiver: true };

    private bool InConstructor => function is { IsConstructor: true } && lambdas.Count == 0;

    public FunctionBody BindFunction()
    {
        foreach (LocalSymbol parameter in function!.Parameters)
            locals.TryAdd(parameter.Name, parameter);
        BoundBlock block = function.ValueMethod is { } valueMethod ? BindValueMethod(valueMethod)
            : function.EnumMethod != EnumMethod.None ? BindEnumMethod()
            : function.IsConstructor ? BindConstructor() : BindBody(function.Syntax!);
        ReportValuesOfInlined();
        return new FunctionBody(function, block, references, hasStatementsInValues);
    }

    public GlobalBody BindGlobal(GlobalSymbol global)
    {
        if (global.Case is { } @case)
            return new GlobalBody(global, NewCase(@case, @case.Type, global.NameSpan), references, false);
        BoundExpression? value = global.Syntax.Initializer is null ? null
            : global.Type is null ? BindTyping(global.Syntax.Initializer, global.Name) : BindConverted(global.Syntax.Initializer, global.Type);
        return new GlobalBody(global, value, references, hasStatementsInValues);
    }

    /// <summary>The value of a variable or field declared without a type.</summary>
    /// <param name="name">Of the variable.</param>
    private BoundExpression BindTyping(ExpressionSyntax syntax, string name)
    {
        BoundExpression value = RequireValue(BindExpression(syntax));
        return value.Type == BuiltInType.Null ? Error(syntax.Span, DiagnosticCatalog.TypeOfNull, name)
            : value.Type.IsNever ? Error(syntax.Span, DiagnosticCatalog.NotAValueType, value.Type)
            : value;
    }

    /// <summary>The type of a field declared without one.</summary>
    public TarnType InferField(FieldSymbol field)
    {
        foreach (LocalSymbol parameter in function!.Parameters)
            locals.TryAdd(parameter.Name, parameter);
        return BindTyping(field.Syntax!.Initializer!, field.Name).Type;
    }

    public (BoundExpression Value, IReadOnlyCollection<Symbol> References) BindDefault(LocalSymbol parameter) =>
        (BindConverted(parameter.Default!, parameter.Type), references);

    private BoundBlock BindBody(FunctionSyntax syntax)
    {
        if (syntax.ExpressionBody is { } expression)
            return BindExpressionBody(expression);
        if (syntax.Body is null)
            return new BoundBlock(syntax.Span, []);
        BoundBlock block = BindBlock(syntax.Body);
        if (flow.IsReachable && !function!.ReturnType.IsVoid && !function.ReturnType.IsError)
            Report(new Span(syntax.Body.Span.End - 1, syntax.Body.Span.End), DiagnosticCatalog.MissingReturn, function.Name, function.ReturnType);
        return block;
    }

    private BoundBlock BindExpressionBody(ExpressionSyntax expression)
    {
        if (function!.ReturnType.IsVoid)
            return new BoundBlock(expression.Span, [new BoundExpressionStatement(expression.Span, BindExpression(expression))]);
        return new BoundBlock(expression.Span, [new BoundReturn(expression.Span, BindConverted(expression, function.ReturnType))]);
    }

    private void Report(Span span, DiagnosticDescriptor descriptor, params object[] arguments) => diagnostics.Report(module.Source, span, descriptor, arguments);

    private BoundError Error(Span span, DiagnosticDescriptor descriptor, params object[] arguments)
    {
        Report(span, descriptor, arguments);
        return new BoundError(span);
    }

    private LocalSymbol Declare(Identifier name, TarnType type, bool isMutable)
    {
        var local = new LocalSymbol(name.Text, name.Span, type, isMutable, isParameter: false) { Depth = lambdas.Count };
        if (TypeResolver.IsBuiltInName(name.Text))
            Report(name.Span, DiagnosticCatalog.BuiltInName, name.Text);
        else if (!locals.TryAdd(name.Text, local))
            Report(name.Span, DiagnosticCatalog.AlreadyDeclared, name.Text);
        else
            declared.Add(local);
        return local;
    }

    private int OpenScope() => declared.Count;

    private void CloseScope(int mark)
    {
        for (int i = declared.Count - 1; i >= mark; i--)
        {
            locals.Remove(declared[i].Name);
            flow = flow.Forget(declared[i]);
        }

        declared.RemoveRange(mark, declared.Count - mark);
    }

    /// <summary>What a name means here: a local, a member of the class, of the module, imported, or of the prelude; null when nothing.</summary>
    private Symbol? Lookup(string name)
    {
        if (locals.TryGetValue(name, out LocalSymbol? local))
            return local;
        if (@class?.Find(name) is { } member)
            return member;
        if (module.Members.TryGetValue(name, out Symbol? symbol) || module.Imported.TryGetValue(name, out symbol))
            return symbol;
        return PublicMember(compilation.Prelude, name) ?? (function is { IsTest: true } ? PublicMember(compilation.Testing, name) : null);
    }

    private static Symbol? PublicMember(ModuleSymbol? module, string name) =>
        module is not null && module.Members.TryGetValue(name, out Symbol? symbol) && symbol is not MemberSymbol { IsPrivate: true } ? symbol : null;

    /// <summary>The module or class an expression names as the left side of a dot; null when it is a value.</summary>
    private Symbol? Qualifier(ExpressionSyntax syntax)
    {
        if (syntax is NameSyntax name)
            return Lookup(name.Name.Text) is { } symbol and (ModuleSymbol or ClassSymbol { IsCase: false }) ? symbol : null;
        if (syntax is MemberSyntax { IsSafe: false } member && Qualifier(member.Target) is ModuleSymbol qualifier)
            return qualifier.Members.TryGetValue(member.Name.Text, out Symbol? inner) && inner is ClassSymbol && IsAccessible(inner, member.Name.Span) ? inner : null;
        return null;
    }

    private bool IsAccessible(Symbol symbol, Span span)
    {
        if (symbol is not MemberSymbol { IsPrivate: true } member || (member.Class is null ? member.Module == module : member.Class == @class))
            return true;
        if (member.Class is null)
            Report(span, DiagnosticCatalog.PrivateToModule, member.Name, member.Module.Name);
        else
            Report(span, DiagnosticCatalog.PrivateToClass, member.Name, member.Class.Name);
        return false;
    }

    /// <summary>A loop being bound, and what holds where its breaks lead.</summary>
    private sealed class Loop(LoopTarget target)
    {
        public LoopTarget Target { get; } = target;

        public FlowState AfterBreak { get; set; } = FlowState.Unreachable;
    }
}
