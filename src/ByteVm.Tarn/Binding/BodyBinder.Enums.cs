using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Values of enums: how they are made and compared, and the methods that every enum has.</summary>
internal sealed partial class BodyBinder
{
    /// <summary>A case as a value: one without payload, whose type arguments come from its place, or one with payload as the function that makes it.</summary>
    private BoundExpression BindCase(ClassSymbol @case, Span span, TarnType? expected)
    {
        if (!@case.Syntax.Parameters.IsEmpty)
        {
            return expected?.NonNull is ClassType wanted && wanted.Symbol == @case.Class
                ? Error(span, DiagnosticCatalog.CaseNeedsPayload, @case.Name)
                : BindConstructorValue(@case, span, expected);
        }

        if (@case.Singleton is { } singleton)
            return BindGlobalUse(singleton, span);
        var inference = new TypeInference(@case.TypeParameters, TypeMap.Empty);
        if (expected is not null)
            inference.Unify(@case.BaseType!, expected);
        if (inference.Missing is { } missing)
            return Error(span, DiagnosticCatalog.CannotInfer, missing.Name, @case.Name);
        return AsEnum(NewCase(@case, (ClassType)@case.Type.Substitute(inference.Map), span));
    }

    /// <summary>A case without payload of an enum with type parameters: nothing but its place says which type it has.</summary>
    private bool NeedsType(ExpressionSyntax syntax)
    {
        Symbol? symbol = syntax switch
        {
            NameSyntax name => Lookup(name.Name.Text),
            MemberSyntax { IsSafe: false } member when Qualifier(member.Target) is ClassSymbol { IsEnum: true } @enum => @enum.Members.GetValueOrDefault(member.Name.Text),
            _ => null,
        };
        return symbol is ClassSymbol { IsCase: true, Singleton: null } @case && @case.Syntax.Parameters.IsEmpty;
    }

    private BoundNew NewCase(ClassSymbol @case, ClassType type, Span span)
    {
        references.Add(@case.Constructor!);
        return new BoundNew(span, type, []);
    }

    /// <summary>The class of a case is no type of the language: its objects are values of the enum.</summary>
    private static BoundConversion AsEnum(BoundNew created) => new(created.Span, created.Class.Symbol.BaseType!.Substitute(created.Class.Map), created);

    private BoundAssignment BindTag()
    {
        Span span = @class!.NameSpan;
        FieldSymbol tag = @class.Base!.TagField;
        return new BoundAssignment(span, new BoundField(span, new BoundThis(span, @class.Type), tag, BuiltInType.Int), new BoundInteger(span, BuiltInType.Int, @class.Tag));
    }

    private static bool IsEnum(TarnType type) => type.NonNull is ClassType { Symbol.IsEnum: true };

    /// <summary>'==' and '!=' of enums; null when identity does, or when these are no two values of one enum.</summary>
    private BoundExpression? EnumEquality(Span span, BinaryOperator @operator, BoundExpression left, BoundExpression right)
    {
        if (!IsEnum(left.Type) || left.Type.NonNull != right.Type.NonNull || ((ClassType)left.Type.NonNull).Symbol.HasOnlySingletons)
            return null;
        BoundExpression equal = CallPrelude(span, "areEqual", left.Type.NonNull, [left, right]);
        return @operator == BinaryOperator.Equal ? equal : new BoundUnary(span, UnaryOperator.Not, equal);
    }

    private BoundBlock BindEnumMethod()
    {
        Span span = @class!.NameSpan;
        BoundExpression value = function!.EnumMethod switch
        {
            EnumMethod.Hash => OnCases(BuiltInType.Int, HashOf),
            EnumMethod.Text => OnCases(BuiltInType.String, TextOf),
            _ => BindEquality(function.Parameters[0]),
        };
        return new BoundBlock(span, [new BoundReturn(span, value)]);
    }

    /// <summary>A match on 'this' with one arm for each case, whose object is given to <paramref name="bind"/>.</summary>
    private BoundMatch OnCases(TarnType result, Func<ClassType, BoundExpression, BoundExpression> bind)
    {
        Span span = @class!.NameSpan;
        var root = Occurrence.Root(span, @class.Type);
        var arms = ImmutableArray.CreateBuilder<BoundArm>();
        var branches = ImmutableArray.CreateBuilder<Branch>();
        foreach (ClassSymbol @case in @class.Cases)
        {
            var type = @case.Construct([.. @class.TypeParameters.Select(p => p.Type)]);
            var local = new LocalSymbol("<case>", span, type, isMutable: false, isParameter: false);
            Occurrence part = root.Narrowed(type);
            branches.Add(new Branch(new CaseConstructor(type), new Leaf(arms.Count, [new PatternBinding(local, part)])));
            arms.Add(new BoundArm([local], null, new BoundBranch([], bind(type, new BoundLocal(span, local, type)))));
        }

        return new BoundMatch(span, result, new BoundThis(span, @class.Type), root, arms.ToImmutable(), new Test(root, branches.ToImmutable(), null));
    }

    private static IEnumerable<BoundField> PayloadOf(ClassType type, BoundExpression owner) =>
        type.Symbol.Fields.Select(f => new BoundField(owner.Span, owner, f, f.Type!.Substitute(type.Map)));

    private BoundExpression HashOf(ClassType type, BoundExpression value)
    {
        BoundExpression hash = new BoundInteger(value.Span, BuiltInType.Int, type.Symbol.Tag + 1);
        foreach (BoundField field in PayloadOf(type, value))
        {
            var factor = new BoundInteger(value.Span, BuiltInType.Int, HashFactor);
            var mixed = new BoundBinary(value.Span, BuiltInType.Int, BinaryOperator.Multiply, hash, factor);
            hash = new BoundBinary(value.Span, BuiltInType.Int, BinaryOperator.Add, mixed, CallPrelude(value.Span, "hashOf", field.Type, [field]));
        }

        return hash;
    }

    private BoundExpression TextOf(ClassType type, BoundExpression value) => type.Symbol.Fields.Count == 0
        ? new BoundString(value.Span, type.Symbol.Name)
        : JoinParts(value.Span, type.Symbol.Name, PayloadOf(type, value).Select(TextOfPart));

    /// <summary>The same case and equal payloads.</summary>
    private BoundLogical BindEquality(LocalSymbol other)
    {
        Span span = @class!.NameSpan;
        var unknown = new BoundLocal(span, other, other.Type);
        var known = new BoundCast(span, @class.Type, unknown, IsSafe: false);
        var sameTag = new BoundBinary(span, BuiltInType.Bool, BinaryOperator.Equal, TagOf(new BoundThis(span, @class.Type)), TagOf(known));
        BoundMatch samePayload = OnCases(BuiltInType.Bool, (type, value) => EqualPayload(type, value, new BoundCast(span, type, unknown, IsSafe: false)));
        return new BoundLogical(span, IsAnd: true, [new BoundTypeTest(span, unknown, @class.Type), sameTag, samePayload]);
    }

    private static BoundField TagOf(BoundExpression value) => new(value.Span, value, ((ClassType)value.Type).Symbol.TagField, BuiltInType.Int);

    private BoundExpression EqualPayload(ClassType type, BoundExpression value, BoundExpression other)
    {
        var parts = ImmutableArray.CreateBuilder<BoundExpression>();
        foreach ((BoundField mine, BoundField theirs) in PayloadOf(type, value).Zip(PayloadOf(type, other)))
            parts.Add(CallPrelude(value.Span, "areEqual", mine.Type, [mine, theirs]));
        return parts.Count switch
        {
            0 => new BoundInteger(value.Span, BuiltInType.Bool, 1),
            1 => parts[0],
            _ => new BoundLogical(value.Span, IsAnd: true, parts.ToImmutable()),
        };
    }
}
