using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// The text of a value, for interpolation, concatenation and printing. Where its type is known that type must have one; generic code finds it when it runs, by the
/// prelude's <c>textOf</c>, and what is inside of something else and has none is shown as "…".
/// </summary>
internal sealed partial class BodyBinder
{
    private const string NoText = "…";

    private BoundExpression Format(BoundExpression value)
    {
        TarnType type = value.Type;
        if (type == BuiltInType.String || type.IsError)
            return value;
        if (type is BuiltInType { Kind: BuiltIn.Null })
            return new BoundString(value.Span, "null");
        if (type is NullableType)
            return FormatNullable(value);
        if (type is BuiltInType { Kind: >= BuiltIn.Bool and <= BuiltIn.Double })
            return new BoundFormat(value.Span, value);
        if (OwnText(type) is { } method)
            return CallMethod(value.Span, value, method);
        if (type is TypeVariable)
            return CallPrelude(value.Span, "textOf", type, [value]);
        return HasText(type) ? FormatFields(value, (ClassType)type) : Error(value.Span, DiagnosticCatalog.NotPrintable, type);
    }

    private BoundCoalesce FormatNullable(BoundExpression value)
    {
        var inner = new BoundPlaceholder(value.Span, value.Type.NonNull);
        BoundExpression text = Format(inner);
        BoundExpression safe = text == inner ? value : new BoundSafeAccess(value.Span, BuiltInType.String.Nullable, value, inner, text);
        return new BoundCoalesce(value.Span, BuiltInType.String, safe, new BoundString(value.Span, "null"));
    }

    /// <summary>Of a value class that has no text of its own.</summary>
    private BoundWith FormatFields(BoundExpression value, ClassType type)
    {
        var inner = new BoundPlaceholder(value.Span, type);
        IEnumerable<BoundExpression> texts = type.Symbol.Fields.Select(f => Format(new BoundField(value.Span, inner, f, FieldType(f, type))));
        return new BoundWith(value.Span, BuiltInType.String, value, inner, JoinParts(value.Span, NameOf(type), texts));
    }

    /// <summary>The method <c>toString</c> that a source declares, or that an enum has.</summary>
    private static FunctionSymbol? OwnText(TarnType type) =>
        TypeRelations.ClassOf(type)?.Symbol.Find(PrintableClasses.Method) is FunctionSymbol { IsStatic: false, Parameters.IsEmpty: true, ValueMethod: null } method
            && method.ReturnType == BuiltInType.String ? method : null;

    /// <summary>Whether <see cref="Format"/> has a text for values of a type.</summary>
    private bool HasText(TarnType type) => type switch
    {
        NullableType nullable => HasText(nullable.NonNull),
        BuiltInType builtIn => builtIn.Kind is (>= BuiltIn.Bool and <= BuiltIn.String) or BuiltIn.Null,
        TypeVariable => true,
        _ when OwnText(type) is not null => true,
        ClassType @class when TypeRelations.IsValue(type) => @class.Symbol.Fields.All(f => HasText(FieldType(f, @class))),
        _ => false,
    };

    private BoundExpression TextOfPart(BoundExpression part) => HasText(part.Type) ? Format(part) : new BoundString(part.Span, NoText);

    private static string NameOf(ClassType type) => type.IsTuple ? "" : type.Symbol.Name;

    /// <summary><c>name(part, part)</c></summary>
    private static BoundExpression JoinParts(Span span, string name, IEnumerable<BoundExpression> texts)
    {
        var parts = ImmutableArray.CreateBuilder<BoundExpression>();
        foreach (BoundExpression text in texts)
        {
            parts.Add(new BoundString(span, parts.Count == 0 ? name + "(" : ", "));
            parts.Add(text);
        }

        if (parts.Count == 0)
            return new BoundString(span, name + "()");
        parts.Add(new BoundString(span, ")"));
        return new BoundConcat(span, parts.ToImmutable());
    }
}
