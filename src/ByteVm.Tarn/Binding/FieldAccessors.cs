using System.Collections.Immutable;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>A field that is not private implements the property of its name that an interface asks for: its class gets the methods that read and set it.</summary>
internal static class FieldAccessors
{
    public static void Declare(ModuleSymbol module)
    {
        foreach (ClassSymbol @class in module.Members.Values.OfType<ClassSymbol>().Where(c => !c.IsInterface))
        {
            foreach (ClassSymbol @interface in InheritanceChecker.AllInterfaces(@class))
                Declare(@class, @interface);
        }
    }

    private static void Declare(ClassSymbol @class, ClassSymbol @interface)
    {
        foreach (FunctionSymbol required in @interface.Methods)
        {
            if (required.Syntax is not { Accessor: not Accessor.None } syntax || @class.Find(required.Name) is FunctionSymbol { Class.IsInterface: false })
                continue;
            if (@class.Find(syntax.Name.Text) is FieldSymbol { IsPrivate: false } field && (syntax.Accessor == Accessor.Get || field.IsMutable))
                Add(@class, field, required, @class.Type.AsSuper(@interface)?.Map ?? TypeMap.Empty);
        }
    }

    private static void Add(ClassSymbol @class, FieldSymbol field, FunctionSymbol required, TypeMap map)
    {
        Span place = field.NameSpan;
        var access = new MemberSyntax(place, new ThisSyntax(place), new Identifier(field.Name, place), IsSafe: false);
        bool isGetter = required.Syntax!.Accessor == Accessor.Get;
        BlockSyntax? body = isGetter ? null : new BlockSyntax(place, [new AssignmentSyntax(place, access, null, new NameSyntax(required.Syntax.Parameters[0].Name))]);
        var syntax = new FunctionSyntax(place, Modifiers.None, new Identifier(field.Name, place), [], [], null, body, isGetter ? access : null) { Accessor = required.Syntax.Accessor };
        var accessor = new FunctionSymbol(required.Name, @class.Module, @class, Modifiers.None, place, syntax)
        {
            Parameters = [.. required.Parameters.Select(p => new LocalSymbol(p.Name, place, p.Type.Substitute(map), isMutable: false, isParameter: true))],
            ReturnType = required.ReturnType.Substitute(map),
        };
        @class.Members.Add(accessor.Name, accessor);
        @class.Methods.Add(accessor);
    }
}
