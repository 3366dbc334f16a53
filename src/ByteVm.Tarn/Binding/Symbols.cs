using System.Collections.Immutable;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Anything that has a name.</summary>
internal abstract class Symbol(string name)
{
    public string Name { get; } = name;
}

/// <summary>One source file.</summary>
internal sealed class ModuleSymbol(string name, ModuleSyntax syntax, bool isLibrary) : Symbol(name)
{
    public ModuleSyntax Syntax { get; } = syntax;

    public SourceText Source => Syntax.Source;

    /// <summary>Part of the standard library: may declare extern functions; only what a program reaches is compiled.</summary>
    public bool IsLibrary { get; } = isLibrary;

    /// <summary>What it declares.</summary>
    public Dictionary<string, Symbol> Members { get; } = new(StringComparer.Ordinal);

    /// <summary>What its imports bring into scope.</summary>
    public Dictionary<string, Symbol> Imported { get; } = new(StringComparer.Ordinal);

    /// <summary>The functions that it adds to types, by name.</summary>
    public Dictionary<string, List<FunctionSymbol>> Extensions { get; } = new(StringComparer.Ordinal);

    /// <summary>Those of other modules that its imports name one by one.</summary>
    public Dictionary<string, List<FunctionSymbol>> ImportedExtensions { get; } = new(StringComparer.Ordinal);

    /// <summary>All that it declares, but for tests.</summary>
    public IEnumerable<Symbol> Declarations => Members.Values.Concat(Extensions.Values.SelectMany(e => e));

    /// <summary>Its test blocks, as functions without parameters. No name finds them.</summary>
    public List<FunctionSymbol> Tests { get; } = [];

    public string? Documentation => Syntax.Documentation;
}

/// <summary>What an import names that does not exist or was refused. Reported where it is imported; uses of it say nothing more.</summary>
internal sealed class MissingSymbol(string name) : Symbol(name);

/// <summary>Declared in a module, perhaps inside a class.</summary>
internal abstract class MemberSymbol(string name, ModuleSymbol module, ClassSymbol? @class, Modifiers modifiers, Span nameSpan) : Symbol(name)
{
    public ModuleSymbol Module { get; } = module;

    /// <summary>The class that declares it; null at the top level.</summary>
    public ClassSymbol? Class { get; } = @class;

    public Modifiers Modifiers { get; } = modifiers;

    public Span NameSpan { get; } = nameSpan;

    /// <summary>The text of the <c>///</c> lines before its declaration.</summary>
    public abstract string? Documentation { get; }

    public bool IsPrivate => (Modifiers & Modifiers.Private) != 0;

    public bool IsStatic => (Modifiers & Modifiers.Static) != 0;

    /// <summary><c>module.Class.name</c>: what stack traces show.</summary>
    public string QualifiedName => Class is null ? $"{Module.Name}.{Name}" : $"{Class.QualifiedName}.{Name}";
}

/// <summary>A class or interface.</summary>
internal sealed partial class ClassSymbol : MemberSymbol
{
    /// <param name="enum">The enum that it is a case of; null for all other classes.</param>
    public ClassSymbol(ModuleSymbol module, ClassSyntax syntax, ClassSymbol? @enum = null)
        : base(syntax.Name.Text, module, @enum, syntax is EnumSyntax ? syntax.Modifiers | Modifiers.Abstract : syntax.Modifiers, syntax.Name.Span)
    {
        Syntax = syntax;
        TypeParameters = TypeParameterSymbol.Declare(syntax.TypeParameters, 0);
        Type = Construct([.. TypeParameters.Select(p => p.Type)]);
    }

    public ClassSyntax Syntax { get; }

    public override string? Documentation => Syntax.Documentation;

    public ImmutableArray<TypeParameterSymbol> TypeParameters { get; }

    /// <summary>The type of 'this': its own type parameters as arguments.</summary>
    public ClassType Type { get; }

    private readonly Dictionary<TypeList, ClassType> constructed = [];

    /// <summary>The type with these type arguments.</summary>
    public ClassType Construct(ImmutableArray<TarnType> arguments)
    {
        var key = new TypeList(arguments);
        if (!constructed.TryGetValue(key, out ClassType? type))
            constructed.Add(key, type = new ClassType(this, arguments));
        return type;
    }

    public bool IsInterface => Syntax.IsInterface;

    /// <summary>A value class: its values have no identity and lie flattened wherever they are stored.</summary>
    public bool IsValue => (Modifiers & Modifiers.Value) != 0;

    public bool IsAbstract => IsInterface || (Modifiers & Modifiers.Abstract) != 0;

    public bool IsExtensible => IsInterface || (Modifiers & (Modifiers.Open | Modifiers.Abstract)) != 0;

    /// <summary>In terms of its own type parameters, as are <see cref="InterfaceTypes"/>.</summary>
    public ClassType? BaseType { get; set; }

    /// <summary>Those it names itself.</summary>
    public ImmutableArray<ClassType> InterfaceTypes { get; set; } = [];

    public ClassSymbol? Base => BaseType?.Symbol;

    public IEnumerable<ClassSymbol> Interfaces => InterfaceTypes.Select(i => i.Symbol);

    /// <summary>The base class, then the interfaces that it names itself.</summary>
    public IEnumerable<ClassType> SuperTypes => BaseType is null ? InterfaceTypes : InterfaceTypes.Prepend(BaseType);

    public FunctionSymbol? Constructor { get; set; }

    /// <summary>Instance fields in order of declaration, constructor parameters that are fields first.</summary>
    public List<FieldSymbol> Fields { get; } = [];

    /// <summary>Instance methods that it declares.</summary>
    public List<FunctionSymbol> Methods { get; } = [];

    /// <summary>What it declares, by name.</summary>
    public Dictionary<string, MemberSymbol> Members { get; } = new(StringComparer.Ordinal);

    /// <summary>Field initializers and init blocks in order of declaration.</summary>
    public List<DeclarationSyntax> Initializers { get; } = [];

    /// <summary>How many superclasses it has.</summary>
    public int Depth
    {
        get
        {
            int depth = 0;
            for (ClassSymbol? super = Base; super is not null; super = super.Base)
                depth++;
            return depth;
        }
    }

    public bool InheritsFrom(ClassSymbol other)
    {
        for (ClassSymbol? current = this; current is not null; current = current.Base)
        {
            if (current == other || (other.IsInterface && current.Implements(other)))
                return true;
        }

        return false;
    }

    private bool Implements(ClassSymbol other)
    {
        foreach (ClassSymbol direct in Interfaces)
        {
            if (direct == other || direct.Implements(other))
                return true;
        }

        return false;
    }

    /// <summary>A member by name, its own first, then inherited ones.</summary>
    public MemberSymbol? Find(string name)
    {
        for (ClassSymbol? current = this; current is not null; current = current.Base)
        {
            if (current.Members.TryGetValue(name, out MemberSymbol? member))
                return member;
        }

        return FindInherited(name);
    }

    // A default method of an interface, or one that an abstract class leaves to its subclasses.
    private MemberSymbol? FindInherited(string name)
    {
        for (ClassSymbol? current = this; current is not null; current = current.Base)
        {
            if (current.FindInInterfaces(name) is { } member)
                return member;
        }

        return null;
    }

    private MemberSymbol? FindInInterfaces(string name)
    {
        foreach (ClassSymbol direct in Interfaces)
        {
            if (direct.Members.TryGetValue(name, out MemberSymbol? member) || (member = direct.FindInInterfaces(name)) is not null)
                return member;
        }

        return null;
    }
}

/// <summary>A type parameter of a class, interface or function.</summary>
internal sealed class TypeParameterSymbol : Symbol
{
    private TypeParameterSymbol(TypeParameterSyntax syntax, int index) : base(syntax.Name.Text)
    {
        Syntax = syntax;
        Index = index;
        Type = new TypeVariable(this);
    }

    public TypeParameterSyntax Syntax { get; }

    /// <summary>Among all of its function's, those of the class first.</summary>
    public int Index { get; }

    public TypeVariable Type { get; }

    /// <summary>What every argument must be; null when anything.</summary>
    public TarnType? Bound { get; set; }

    /// <summary>The bound if it makes every argument a reference. Numbers and texts are comparable too, so that bound does not.</summary>
    public TarnType? ReferenceBound => IsComparable ? null : Bound;

    public bool IsComparable => Bound is ClassType { Symbol: var symbol } && WellKnown.IsComparable(symbol);

    /// <param name="first">How many type parameters the surrounding class has.</param>
    public static ImmutableArray<TypeParameterSymbol> Declare(ImmutableArray<TypeParameterSyntax> syntax, int first) =>
        [.. syntax.Select((p, i) => new TypeParameterSymbol(p, first + i))];
}

/// <summary>Type arguments as a key.</summary>
internal readonly struct TypeList(ImmutableArray<TarnType> types) : IEquatable<TypeList>
{
    private readonly ImmutableArray<TarnType> types = types;

    public bool Equals(TypeList other) => types.AsSpan().SequenceEqual(other.types.AsSpan());

    public override bool Equals(object? obj) => obj is TypeList other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (TarnType type in types)
            hash.Add(type);
        return hash.ToHashCode();
    }
}

/// <summary>Declarations of the prelude that the language itself refers to.</summary>
internal static class WellKnown
{
    public static bool IsComparable(ClassSymbol symbol) => Is(symbol, "Comparable");

    public const string Function = "Function";
    public const string Action = "Action";

    /// <summary>Whether it is one of <see cref="FunctionTypes"/>.</summary>
    public static bool IsFunction(ClassSymbol symbol) => symbol.Module.Name == StandardLibrary.Prelude && (IsAction(symbol) || symbol.Name.StartsWith(Function, StringComparison.Ordinal));

    public static bool IsAction(ClassSymbol symbol) => symbol.Name.StartsWith(Action, StringComparison.Ordinal);

    /// <summary>Tuples are the prelude's value classes Tuple2, Tuple3 …</summary>
    public const int MaximumTupleParts = 8;

    public static bool IsTuple(ClassSymbol symbol) =>
        symbol.IsValue && symbol.Module.Name == StandardLibrary.Prelude && symbol.Name.StartsWith("Tuple", StringComparison.Ordinal);

    private static bool Is(ClassSymbol symbol, string name) => symbol.Name == name && symbol.Module.Name == StandardLibrary.Prelude;
}

/// <summary>A function, method, constructor, or extern declaration.</summary>
internal sealed partial class FunctionSymbol(string name, ModuleSymbol module, ClassSymbol? @class, Modifiers modifiers, Span nameSpan, FunctionSyntax? syntax)
    : MemberSymbol(name, module, @class, modifiers, nameSpan)
{
    /// <summary>Null for constructors and for what value classes have by themselves.</summary>
    public FunctionSyntax? Syntax { get; } = syntax;

    public override string? Documentation => Syntax?.Documentation;

    /// <summary>Its own, without those of its class.</summary>
    public ImmutableArray<TypeParameterSymbol> TypeParameters { get; } =
        syntax is null ? [] : TypeParameterSymbol.Declare(syntax.TypeParameters, @class is null || (modifiers & Modifiers.Static) != 0 ? 0 : @class.TypeParameters.Length);

    /// <summary>Those of its class first, unless it is static.</summary>
    public ImmutableArray<TypeParameterSymbol> AllTypeParameters => HasReceiver ? [.. Class!.TypeParameters, .. TypeParameters] : TypeParameters;

    public ImmutableArray<LocalSymbol> Parameters { get; set; } = [];

    public TarnType ReturnType { get; set; } = BuiltInType.Error;

    public bool IsConstructor => Syntax is null && ValueMethod is null;

    /// <summary>For a method that every value class has by itself, which; null for all others.</summary>
    public ValueMethod? ValueMethod { get; init; }

    public bool IsAbstract => (Modifiers & Modifiers.Abstract) != 0 || (Class is { IsInterface: true } && !IsStatic && Syntax is { Body: null, ExpressionBody: null });

    public bool IsOperator => (Modifiers & Modifiers.Operator) != 0;

    /// <summary>Adds to a type: its first parameter is 'this'.</summary>
    public bool IsExtension => Class is null && Syntax is { Extended: not null };

    /// <summary>A test block: in it the declarations of std.testing are in scope.</summary>
    public bool IsTest { get; init; }

    public bool IsExtern => (Modifiers & Modifiers.Extern) != 0;

    public bool HasReceiver => Class is not null && !IsStatic;

    /// <summary>Takes part in dynamic dispatch: can be overridden, overrides, or implements an interface's method.</summary>
    public bool IsDispatched { get; set; }

    /// <summary>The base method it overrides.</summary>
    public FunctionSymbol? Overridden { get; set; }

    /// <summary>Methods that override or implement this one, for reachability.</summary>
    public List<FunctionSymbol> Overriders { get; } = [];

    /// <summary>For an extern function, the opcode or import it stands for.</summary>
    public string? ExternTarget { get; set; }
}

/// <summary>
/// A property: a name whose reading and setting calls the methods <see cref="GetterName"/> and <see cref="SetterName"/>. They are inherited, overridden
/// and implemented like any others, so which there are is asked of the class at hand.
/// </summary>
internal sealed class PropertySymbol(string name, ModuleSymbol module, ClassSymbol @class, Modifiers modifiers, Span nameSpan, string? documentation)
    : MemberSymbol(name, module, @class, modifiers, nameSpan)
{
    public override string? Documentation => documentation;

    public static string GetterName(string property) => "get " + property;

    public static string SetterName(string property) => "set " + property;
}

/// <summary>A field of a class's instances.</summary>
internal sealed class FieldSymbol(string name, ClassSymbol @class, Modifiers modifiers, Span nameSpan, bool isMutable, VariableSyntax? syntax)
    : MemberSymbol(name, @class.Module, @class, modifiers, nameSpan)
{
    public bool IsMutable { get; } = isMutable;

    /// <summary>Null when a constructor parameter is the field.</summary>
    public VariableSyntax? Syntax { get; } = syntax;

    public override string? Documentation => Syntax?.Documentation;

    /// <summary>Null until inferred, when the declaration leaves it out.</summary>
    public TarnType? Type { get; set; }

    /// <summary>Among the fields of its class.</summary>
    public int Index { get; set; }

    /// <summary>The constructor parameter that sets it.</summary>
    public LocalSymbol? Parameter { get; set; }
}

/// <summary>A variable of a module, or a static one of a class.</summary>
internal sealed partial class GlobalSymbol(ModuleSymbol module, ClassSymbol? @class, VariableSyntax syntax)
    : MemberSymbol(syntax.Name.Text, module, @class, syntax.Modifiers, syntax.Name.Span)
{
    public VariableSyntax Syntax { get; } = syntax;

    public override string? Documentation => Syntax.Documentation;

    public bool IsMutable => Syntax.IsMutable;

    /// <summary>Known once the initializer is bound, when the declaration leaves it out.</summary>
    public TarnType? Type { get; set; }
}

/// <summary>A parameter or local variable.</summary>
internal sealed class LocalSymbol(string name, Span nameSpan, TarnType type, bool isMutable, bool isParameter) : Symbol(name)
{
    public Span NameSpan { get; } = nameSpan;

    public TarnType Type { get; } = type;

    public bool IsMutable { get; } = isMutable;

    public bool IsParameter { get; } = isParameter;

    /// <summary>A parameter's default.</summary>
    public ExpressionSyntax? Default { get; init; }

    /// <summary>How many lambdas its declaration is inside of.</summary>
    public int Depth { get; init; }

    /// <summary>Captured by a lambda although it can change: what a test says about it does not hold, and a call may change it.</summary>
    public bool IsUntracked { get; set; }

    /// <summary>Captured so by a lambda that is an object: it lives in an object that both sides refer to.</summary>
    public bool IsShared { get; set; }
}
