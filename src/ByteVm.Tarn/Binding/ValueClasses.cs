using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>What every value class has by itself.</summary>
internal enum ValueMethod
{
    /// <summary><c>fn equals(other: Self): bool</c>: all fields are equal.</summary>
    EqualsValue,

    /// <summary><c>fn isEqual(other: object): bool</c>: the other is a box of an equal value.</summary>
    EqualsObject,

    /// <summary><c>fn hash(): int</c>: from the hashes of the fields.</summary>
    Hash,

    /// <summary><c>fn toString(): string</c>: the name and the texts of the fields, unless it declares another.</summary>
    Text,
}

/// <summary>
/// Value classes are compared and hashed by their fields. They have the methods of the prelude's <c>Hashable</c>, for their boxes, and of
/// <c>Value&lt;Self&gt;</c>, which generic code calls with the values as they are.
/// </summary>
internal static class ValueClasses
{
    public static IEnumerable<ClassType> ImplicitInterfaces(Compilation compilation, ClassSymbol @class) =>
        [compilation.PreludeClass("Hashable").Type, compilation.PreludeClass("Value").Construct([@class.Type])];

    /// <summary>Adds the methods to each value class of the module.</summary>
    public static void DeclareMethods(ModuleSymbol module, DiagnosticBag diagnostics)
    {
        foreach (ClassSymbol @class in module.Members.Values.OfType<ClassSymbol>().Where(c => c.IsValue))
        {
            Declare(@class, ValueMethod.EqualsValue, "equals", BuiltInType.Bool, [Parameter(@class, @class.Type)], diagnostics);
            Declare(@class, ValueMethod.EqualsObject, "isEqual", BuiltInType.Bool, [Parameter(@class, BuiltInType.Object)], diagnostics);
            Declare(@class, ValueMethod.Hash, "hash", BuiltInType.Int, [], diagnostics);
            if (!@class.Members.ContainsKey(PrintableClasses.Method))
                Declare(@class, ValueMethod.Text, PrintableClasses.Method, BuiltInType.String, [], diagnostics);
        }
    }

    private static LocalSymbol Parameter(ClassSymbol @class, TarnType type) => new("other", @class.NameSpan, type, isMutable: false, isParameter: true);

    private static void Declare(
        ClassSymbol @class, ValueMethod kind, string name, TarnType result, ImmutableArray<LocalSymbol> parameters, DiagnosticBag diagnostics)
    {
        var method = new FunctionSymbol(name, @class.Module, @class, Modifiers.None, @class.NameSpan, null) { ValueMethod = kind, Parameters = parameters, ReturnType = result };
        if (@class.Members.TryGetValue(name, out MemberSymbol? declared))
            diagnostics.Report(@class.Module.Source, declared.NameSpan, DiagnosticCatalog.ValueMethodDeclared, name, @class.Name);
        @class.Members[name] = method;
        @class.Methods.RemoveAll(m => m == declared);
        @class.Fields.RemoveAll(f => f == declared);
        @class.Methods.Add(method);
    }
}

/// <summary>Value classes contain no value of their own type: it would have no end.</summary>
internal sealed class ValueClassChecker(ModuleSymbol module, DiagnosticBag diagnostics)
{
    public void Check()
    {
        foreach (ClassSymbol @class in module.Members.Values.OfType<ClassSymbol>().Where(c => c.IsValue))
        {
            if (FindCycle(@class) is not { } cycle)
                continue;
            diagnostics.Report(module.Source, @class.NameSpan, DiagnosticCatalog.ValueContainsItself, @class.Name, string.Join(" → ", cycle.Select(c => c.Name)));
            foreach (FieldSymbol field in @class.Fields)
                field.Type = BuiltInType.Error;
        }
    }

    /// <summary>The value classes from this one through fields back to itself; null when there is no such way.</summary>
    private static List<ClassSymbol>? FindCycle(ClassSymbol start)
    {
        var from = new Dictionary<ClassSymbol, ClassSymbol>();
        var pending = new Queue<ClassSymbol>([start]);
        while (pending.TryDequeue(out ClassSymbol? current))
        {
            foreach (ClassSymbol inner in current.Fields.SelectMany(f => Contained(f.Type)))
            {
                if (inner == start)
                    return Path(start, current, from);
                if (from.TryAdd(inner, current))
                    pending.Enqueue(inner);
            }
        }

        return null;
    }

    private static List<ClassSymbol> Path(ClassSymbol start, ClassSymbol last, Dictionary<ClassSymbol, ClassSymbol> from)
    {
        List<ClassSymbol> path = [start];
        for (ClassSymbol current = last; current != start; current = from[current])
            path.Insert(0, current);
        path.Insert(0, start);
        return path;
    }

    /// <summary>The value classes in a value of a type; type arguments of a value class count, whatever it does with them.</summary>
    private static IEnumerable<ClassSymbol> Contained(TarnType? type) =>
        type?.NonNull is ClassType { Symbol.IsValue: true } value ? value.Arguments.SelectMany(Contained).Prepend(value.Symbol) : [];
}
