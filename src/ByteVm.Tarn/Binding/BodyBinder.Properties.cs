using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Properties and other places whose reading and setting are calls.</summary>
internal sealed partial class BodyBinder
{
    private BoundExpression BindImplicitProperty(PropertySymbol property, Span span)
    {
        if (property.IsStatic)
            return BindProperty(property, null, span);
        return HasThis ? BindProperty(property, This(span), span) : Error(span, DiagnosticCatalog.NoThisFor, property.Name);
    }

    private BoundAccessorPlace BindProperty(PropertySymbol property, BoundExpression? receiver, Span span)
    {
        ClassSymbol owner = receiver is null ? property.Class! : TypeRelations.ClassOf(receiver.Type)!.Symbol;
        AccessorCall? getter = Side(owner, receiver, PropertySymbol.GetterName(property.Name));
        AccessorCall? setter = Side(owner, receiver, PropertySymbol.SetterName(property.Name));
        return new BoundAccessorPlace(span, TypeOfPlace(getter, setter), property.Name, receiver, null, getter, setter);
    }

    private static AccessorCall? Side(ClassSymbol owner, BoundExpression? receiver, string name)
    {
        if (owner.Find(name) is not FunctionSymbol function)
            return null;
        return new AccessorCall(function, receiver is null ? TypeMap.Empty : TypeRelations.ClassOf(receiver.Type)!.AsSuper(function.Class!)?.Map ?? TypeMap.Empty);
    }

    private static TarnType TypeOfPlace(AccessorCall? getter, AccessorCall? setter) =>
        getter is not null ? getter.Function.ReturnType.Substitute(getter.Types)
        : setter is not null ? setter.ParameterType(^1)
        : BuiltInType.Error;

    /// <summary><c>super.property</c>: the base class's own getter.</summary>
    private BoundExpression BindSuperProperty(SuperSyntax super, MemberSyntax syntax)
    {
        if (!HasThis || @class!.BaseType is not { } @base)
            return Error(super.Span, HasThis ? DiagnosticCatalog.NoBaseClass : DiagnosticCatalog.SuperAlone);
        if (@base.Symbol.Find(PropertySymbol.GetterName(syntax.Name.Text)) is not FunctionSymbol getter)
            return Error(syntax.Span, DiagnosticCatalog.SuperAlone);
        if (getter.IsAbstract)
            return Error(syntax.Name.Span, DiagnosticCatalog.SuperIsAbstract, syntax.Name.Text, getter.Class!.Name);
        references.Add(getter);
        return new BoundCall(syntax.Span, getter, @class.Type.AsSuper(getter.Class!)!.Map, This(super.Span), [], Dispatch.Static);
    }

    /// <summary>The value of an expression that may be such a place.</summary>
    private BoundExpression Read(BoundExpression expression)
    {
        if (expression is not BoundAccessorPlace place || place.Type.IsError)
            return expression is BoundAccessorPlace ? new BoundError(expression.Span) : expression;
        return place.Getter is null
            ? Error(place.Span, DiagnosticCatalog.PropertyNotReadable, place.Name)
            : CallSide(place.Span, place, place.Getter, []);
    }

    private BoundExpression CallSide(Span span, BoundAccessorPlace place, AccessorCall side, ImmutableArray<BoundExpression> arguments)
    {
        if (!IsAccessible(side.Function, span))
            return new BoundError(span);
        if (place.Index is not null)
            arguments = [Convert(place.Index, side.ParameterType(IndexParameter(side.Function))), .. arguments];
        if (place.Receiver is not null && side.Function.HasReceiver)
            return CallMethod(span, place.Receiver, side.Function, side.Types, arguments);
        references.Add(side.Function);
        return new BoundCall(span, side.Function, side.Types, null, place.Receiver is null ? arguments : [place.Receiver, .. arguments], Dispatch.Static);
    }

    private BoundExpressionStatement BindPlaceAssignment(AssignmentSyntax syntax, BoundAccessorPlace place) =>
        new(syntax.Span, Set(syntax.Span, place, BindConverted(syntax.Value, place.AssignedType)));

    private BoundExpression Set(Span span, BoundAccessorPlace place, BoundExpression value) =>
        place.Type.IsError ? new BoundError(span)
        : place.Setter is null ? Error(place.Span, DiagnosticCatalog.PropertyNotSettable, place.Name)
        : CallSide(span, place, place.Setter, [value]);

    /// <summary><c>place op= value</c>: the object and the index are computed once, into locals without names.</summary>
    private BoundBlock BindPlaceCompound(AssignmentSyntax syntax, BinaryOperator @operator, BoundAccessorPlace place)
    {
        var statements = ImmutableArray.CreateBuilder<BoundStatement>();
        place = place with
        {
            Receiver = place.Receiver is null or BoundThis ? place.Receiver : Hold(place.Receiver, statements),
            Index = place.Index is null ? null : Hold(IndexToRead(place), statements),
        };
        BoundLocal current = Hold(Read(place), statements);
        statements.Add(@operator == BinaryOperator.Coalesce
            ? SetWhereNull(syntax, place, current)
            : new BoundExpressionStatement(syntax.Span, Set(syntax.Span, place, BindCompoundValue(syntax, @operator, current, place.AssignedType))));
        return new BoundBlock(syntax.Span, statements.ToImmutable());
    }

    /// <summary><c>place ??= value</c>: where there is a value, none is computed and none is set.</summary>
    private BoundExpressionStatement SetWhereNull(AssignmentSyntax syntax, BoundAccessorPlace place, BoundLocal current)
    {
        if (!current.Type.IsNullable && !current.Type.IsError)
            Report(syntax.Target.Span, DiagnosticCatalog.NeverNull, "??=", current.Type);
        FlowState before = flow;
        BoundExpression set = Set(syntax.Span, place, BindConverted(syntax.Value, place.AssignedType));
        flow = before.Join(flow);
        var whenNull = new BoundClause(IsNull(current, current.Local), new BoundBranch([new BoundExpressionStatement(syntax.Span, set)], null));
        return new BoundExpressionStatement(syntax.Span, new BoundIf(syntax.Span, BuiltInType.Void, [whenNull], null));
    }

    private BoundExpression IndexToRead(BoundAccessorPlace place) =>
        place.Getter is { } getter ? Convert(place.Index!, getter.ParameterType(IndexParameter(getter.Function))) : place.Index!;

    private BoundLocal Hold(BoundExpression value, ImmutableArray<BoundStatement>.Builder statements)
    {
        LocalSymbol local = Unnamed(value.Span, value.Type);
        statements.Add(new BoundLocalDeclaration(value.Span, local, value));
        return new BoundLocal(value.Span, local, local.Type);
    }

    private LocalSymbol Unnamed(Span span, TarnType type) => new("<value>", span, type, isMutable: false, isParameter: false) { Depth = lambdas.Count };
}
