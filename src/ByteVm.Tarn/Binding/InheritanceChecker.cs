using ByteVm.Tarn.Diagnostics;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// Checks classes against their supertypes, and finds which methods take part in dynamic dispatch: those that can be overridden, that
/// override, and that implement an interface's method.
/// </summary>
internal sealed class InheritanceChecker(ModuleSymbol module, DiagnosticBag diagnostics)
{
    /// <summary>Cuts cycles, so that everything after may walk up.</summary>
    public void BreakCycles()
    {
        foreach (ClassSymbol @class in Classes())
        {
            if (!IsItsOwnSuperType(@class))
                continue;
            diagnostics.Report(module.Source, @class.NameSpan, DiagnosticCatalog.InheritanceCycle, @class.Name);
            @class.BaseType = null;
            @class.InterfaceTypes = [];
        }
    }

    public void Check()
    {
        foreach (ClassSymbol @class in Classes())
            CheckClass(@class);
    }

    private IEnumerable<ClassSymbol> Classes() => module.Members.Values.OfType<ClassSymbol>();

    private static bool IsItsOwnSuperType(ClassSymbol @class)
    {
        var seen = new HashSet<ClassSymbol>();
        var pending = new Stack<ClassSymbol>(SuperTypes(@class));
        while (pending.TryPop(out ClassSymbol? current))
        {
            if (current == @class)
                return true;
            if (!seen.Add(current))
                continue;
            foreach (ClassSymbol super in SuperTypes(current))
                pending.Push(super);
        }

        return false;
    }

    private static IEnumerable<ClassSymbol> SuperTypes(ClassSymbol @class) => @class.SuperTypes.Select(s => s.Symbol);

    private void CheckClass(ClassSymbol @class)
    {
        CheckOneVersionOfEach(@class);
        foreach (MemberSymbol member in @class.Members.Values)
            CheckMember(@class, member);
        if (@class.IsInterface)
            return;
        foreach (ClassSymbol @interface in AllInterfaces(@class))
            CheckImplementation(@class, @interface);
        if (!@class.IsAbstract)
            CheckNothingAbstract(@class);
    }

    /// <summary>No two ways up lead to the same generic interface with different type arguments.</summary>
    private void CheckOneVersionOfEach(ClassSymbol @class)
    {
        var seen = new Dictionary<ClassSymbol, ClassType>();
        var pending = new Stack<ClassType>([@class.Type]);
        while (pending.TryPop(out ClassType? type))
        {
            if (seen.TryGetValue(type.Symbol, out ClassType? other) && other != type)
            {
                diagnostics.Report(module.Source, @class.NameSpan, DiagnosticCatalog.RepeatedSuperType, type.Symbol.Name, @class.Name);
                return;
            }

            if (!seen.TryAdd(type.Symbol, type))
                continue;
            foreach (ClassType super in type.Symbol.SuperTypes)
                pending.Push((ClassType)super.Substitute(type.Map));
        }
    }

    private void CheckMember(ClassSymbol @class, MemberSymbol member)
    {
        MemberSymbol? inherited = @class.Base?.Find(member.Name);
        if (member is FunctionSymbol method)
            CheckMethod(@class, method, inherited as FunctionSymbol);
        if (member is PropertySymbol && inherited is PropertySymbol)
            return;
        bool overrides = member is FunctionSymbol { Overridden: not null };
        bool implements = inherited is FunctionSymbol { Class.IsInterface: true };
        if (inherited is not null && !overrides && !implements && !IsOverride(member) && !(inherited.IsPrivate && inherited.Module != module))
            diagnostics.Report(module.Source, member.NameSpan, DiagnosticCatalog.HidesInherited, member.Name, inherited.Class!.Name);
    }

    private static bool IsOverride(MemberSymbol member) => (member.Modifiers & Syntax.Modifiers.Override) != 0;

    private void CheckMethod(ClassSymbol @class, FunctionSymbol method, FunctionSymbol? inherited)
    {
        if (@class.IsInterface || (method.Modifiers & (Syntax.Modifiers.Open | Syntax.Modifiers.Abstract)) != 0)
            method.IsDispatched = method.HasReceiver;
        if (!IsOverride(method))
            return;
        if (inherited is null && AllInterfaces(@class).Any(i => i.Members.ContainsKey(method.Name)))
            return;
        if (inherited is null || inherited.IsStatic || method.IsStatic)
            diagnostics.Report(module.Source, method.NameSpan, DiagnosticCatalog.NothingToOverride, method.Name, @class.Name);
        else if (!IsOverridable(inherited))
            diagnostics.Report(module.Source, method.NameSpan, DiagnosticCatalog.OverridesClosed, method.Name, inherited.Class!.Name);
        else if (CheckSignature(@class, method, inherited))
            Link(method, inherited);
    }

    private static bool IsOverridable(FunctionSymbol method) =>
        method.Class!.IsInterface || (method.Modifiers & (Syntax.Modifiers.Open | Syntax.Modifiers.Abstract | Syntax.Modifiers.Override)) != 0;

    private bool CheckSignature(ClassSymbol @class, FunctionSymbol method, FunctionSymbol inherited)
    {
        TypeMap own = MapOf(@class, method);
        TypeMap above = MapOf(@class, inherited);
        bool same = method.ReturnType.Substitute(own) == inherited.ReturnType.Substitute(above)
            && method.Parameters.Select(p => p.Type.Substitute(own)).SequenceEqual(inherited.Parameters.Select(p => p.Type.Substitute(above)));
        if (!same && !HasError(method) && !HasError(inherited))
            diagnostics.Report(module.Source, method.NameSpan, DiagnosticCatalog.SignatureDiffers, method.Name, Signature(@class, inherited), inherited.Class!.Name);
        return same;
    }

    /// <summary>What the type parameters of a member's class stand for in a class below it.</summary>
    private static TypeMap MapOf(ClassSymbol @class, FunctionSymbol method) => @class.Type.AsSuper(method.Class!)?.Map ?? TypeMap.Empty;

    private static bool HasError(FunctionSymbol method) => method.ReturnType.IsError || method.Parameters.Any(p => p.Type.IsError);

    private static string Signature(ClassSymbol @class, FunctionSymbol method)
    {
        TypeMap map = MapOf(@class, method);
        string parameters = string.Join(", ", method.Parameters.Select(p => $"{p.Name}: {p.Type.Substitute(map)}"));
        return $"fn {method.Name}({parameters}){(method.ReturnType.IsVoid ? "" : $": {method.ReturnType.Substitute(map)}")}";
    }

    private static void Link(FunctionSymbol method, FunctionSymbol inherited)
    {
        method.IsDispatched = true;
        inherited.IsDispatched = true;
        if (!inherited.Class!.IsInterface)
            method.Overridden = inherited;
        inherited.Overriders.Add(method);
    }

    public static IEnumerable<ClassSymbol> AllInterfaces(ClassSymbol @class)
    {
        var seen = new HashSet<ClassSymbol>();
        var pending = new Queue<ClassSymbol>();
        for (ClassSymbol? current = @class; current is not null; current = current.Base)
        {
            foreach (ClassSymbol direct in current.Interfaces)
                pending.Enqueue(direct);
        }

        while (pending.TryDequeue(out ClassSymbol? @interface))
        {
            if (!seen.Add(@interface))
                continue;
            yield return @interface;
            foreach (ClassSymbol super in @interface.Interfaces)
                pending.Enqueue(super);
        }
    }

    private void CheckImplementation(ClassSymbol @class, ClassSymbol @interface)
    {
        foreach (FunctionSymbol required in @interface.Methods)
        {
            var found = @class.Find(required.Name) as FunctionSymbol;
            if (found is { IsStatic: false, Class.IsInterface: false })
            {
                if (CheckSignature(@class, found, required) && !required.Overriders.Contains(found))
                    Link(found, required);
            }
            else if (!@class.IsAbstract || @class.IsEnum)
            {
                CheckDefault(@class, required);
            }
        }
    }

    /// <summary>A method that the class itself lacks: exactly one most specific interface must have code for it.</summary>
    private void CheckDefault(ClassSymbol @class, FunctionSymbol required)
    {
        FunctionSymbol[] declared = [.. AllInterfaces(@class).Select(i => i.Members.GetValueOrDefault(required.Name)).OfType<FunctionSymbol>()];
        FunctionSymbol[] specific = [.. declared.Where(m => !declared.Any(other => other != m && other.Class!.InheritsFrom(m.Class!)))];
        FunctionSymbol[] defaults = [.. specific.Where(m => !m.IsAbstract)];
        if (defaults.Length == 0 && required.IsAbstract)
            diagnostics.Report(module.Source, @class.NameSpan, DiagnosticCatalog.NotImplemented, @class.Name, Signature(@class, required), required.Class!.Name);
        else if (defaults.Length > 1 && defaults[0] == required)
            diagnostics.Report(module.Source, @class.NameSpan, DiagnosticCatalog.AmbiguousDefault, @class.Name, required.Name, defaults[0].Class!.Name, defaults[1].Class!.Name);
    }

    private void CheckNothingAbstract(ClassSymbol @class)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (ClassSymbol? current = @class; current is not null; current = current.Base)
        {
            foreach (FunctionSymbol method in current.Methods)
            {
                if (names.Add(method.Name) && method.IsAbstract && current != @class)
                    diagnostics.Report(module.Source, @class.NameSpan, DiagnosticCatalog.NotImplemented, @class.Name, Signature(@class, method), current.Name);
            }
        }
    }
}
