namespace ByteVm.Bytecode;

/// <summary>
/// Turns assembly text (.bva) into a module; the inverse of the <see cref="Disassembler"/>. It checks the syntax, not the rules of
/// the <see cref="Verifier"/>. The syntax is described in lang/spec/bytecode.md.
/// </summary>
/// <remarks>
/// Declarations may refer to each other in any order, so the text is read in steps: names first, then the tables whose numbering
/// is written down, then definitions, then functions. What is not listed in a table gets its number where it appears.
/// </remarks>
public sealed class Assembler
{
    // In the order in which they are read. The four kinds of type definition words count as "class".
    private static readonly (string Keyword, Action<Assembler> Read)[] declarations =
    [
        ("module", a => a.ReadModule()),
        ("types", a => a.ReadBlock(a.tables.ReadTypeEntry)),
        ("strings", a => a.ReadBlock(() => a.tables.Strings.Append(a.reader.String("a string")))),
        ("files", a => a.ReadBlock(() => a.tables.Files.Append(a.reader.String("a file")))),
        ("class", a => a.tables.Definitions.Add(a.ReadDefinition())),
        ("fields", a => a.ReadBlock(() => a.tables.Fields.Append(a.tables.ReadField()))),
        ("methods", a => a.ReadBlock(() => a.tables.Methods.Append(a.tables.ReadMethod()))),
        ("functions", a => a.ReadBlock(() => a.tables.Functions.Append(a.tables.ReadFunction()))),
        ("exceptions", a => a.exceptions = a.ReadExceptions()),
        ("global", a => a.ReadGlobal()),
        ("import", a => a.ReadImport()),
        ("fn", a => a.functions.Add(new FunctionAssembler(a.reader, a.tables).Read(a.ReadTypeParameters))),
        ("export", a => a.ReadExport()),
        ("initializer", a => a.initializer = a.tables.FunctionNames.Read(a.reader)),
        ("dependency", a => a.ReadDependency()),
        ("custom", a => a.ReadCustom()),
    ];

    private static readonly string[] definitionWords = ["abstract", "final", "class", "interface", "value"];

    private readonly TokenReader reader;
    private readonly AssemblyTables tables;
    private readonly Dictionary<string, List<int>> found = [];
    private readonly List<Global> globals = [];
    private readonly List<Import> imports = [];
    private readonly List<Function> functions = [];
    private readonly List<Export> exports = [];
    private readonly List<Dependency> dependencies = [];
    private readonly List<CustomSection> customSections = [];
    private string name = "";
    private string version = "";
    private int initializer = -1;
    private ExceptionClasses? exceptions;

    private Assembler(string text, string fileName)
    {
        reader = new TokenReader(new Lexer(text, fileName).Tokens(), fileName);
        tables = new AssemblyTables(reader);
    }

    /// <summary>Words that begin a declaration: names like these are written in quotes.</summary>
    internal static IEnumerable<string> Keywords { get; } = [.. declarations.Select(d => d.Keyword), .. definitionWords];

    /// <param name="fileName">For messages.</param>
    /// <exception cref="AssemblyException">The text is not assembly; the message has the place.</exception>
    public static Module Assemble(string text, string fileName)
    {
        var assembler = new Assembler(text, fileName);
        assembler.FindDeclarations();
        foreach ((string keyword, Action<Assembler> read) in declarations)
            assembler.ReadAll(keyword, read);
        return assembler.Build();
    }

    private void FindDeclarations()
    {
        if (!reader.Current.Is("module"))
            throw reader.Error($"expected 'module', found {reader.Current}");
        while (reader.Current.Kind != TokenKind.End)
        {
            string keyword = DeclarationAt(reader.Current) ??
                throw reader.Error($"expected a declaration ({string.Join(", ", Keywords)}), found {reader.Current}");
            if (!found.TryGetValue(keyword, out List<int>? places))
                found.Add(keyword, places = []);
            places.Add(reader.Position);
            Declare(keyword);
            SkipDeclaration();
        }
    }

    private static string? DeclarationAt(Token token) =>
        token.Kind != TokenKind.Word ? null :
        definitionWords.Contains(token.Text) ? "class" :
        Array.Exists(declarations, d => d.Keyword == token.Text) ? token.Text : null;

    // Names the declaration; the reader stays in its head.
    private void Declare(string keyword)
    {
        while (keyword == "class" && reader.Current is { Kind: TokenKind.Word, Text: "abstract" or "final" })
            reader.Take();
        reader.Take();
        AssemblyNames? names = keyword switch
        {
            "class" => tables.DefinitionNames,
            "fn" => tables.FunctionNames,
            "global" => tables.GlobalNames,
            "import" => tables.ImportNames,
            _ => null,
        };
        names?.Declare(reader.Name("a name"));
    }

    // A declaration goes on to the next keyword or, when it has one, to the end of its block.
    private void SkipDeclaration()
    {
        while (reader.Current.Kind != TokenKind.End && !reader.Current.Is("{"))
        {
            bool isFunctionType = reader.Current.Is("fn") && reader.Following.Is("(");
            if (!isFunctionType && DeclarationAt(reader.Current) is not null)
                return;
            reader.Take();
        }

        if (reader.Current.Is("{"))
            reader.SkipBlock();
    }

    private void ReadAll(string keyword, Action<Assembler> read)
    {
        if (!found.TryGetValue(keyword, out List<int>? places))
            return;
        foreach (int place in places)
        {
            reader.Position = place;
            if (keyword != "class")
                reader.Take();
            read(this);
            if (reader.Current.Kind != TokenKind.End && DeclarationAt(reader.Current) is null)
                throw reader.Error($"expected the next declaration, found {reader.Current}");
        }
    }

    private void ReadModule()
    {
        name = reader.Name("the module's name");
        if (reader.Accept("version"))
            version = reader.String("a version");
    }

    private void ReadBlock(Action readEntry)
    {
        reader.Expect("{");
        while (!reader.Accept("}"))
        {
            reader.SkipNumbering();
            readEntry();
        }
    }

    private TypeDefinition ReadDefinition()
    {
        bool isAbstract = false, isFinal = false;
        while (reader.Current is { Text: "abstract" or "final" })
        {
            isAbstract |= reader.Current.Text == "abstract";
            isFinal |= reader.Take().Text == "final";
        }

        TypeDefinitionKind kind = ReadKind();
        string typeName = reader.Name("the name of a type");
        IReadOnlyList<TypeParameter> typeParameters = ReadTypeParameters();
        TypeRef superclass = reader.Accept(":") ? tables.ReadType() : TypeRef.None;
        var interfaces = new List<TypeRef>();
        if (reader.Accept("implements"))
        {
            do
            {
                interfaces.Add(tables.ReadType());
            }
            while (reader.Accept(","));
        }

        var fields = new List<FieldDefinition>();
        var methods = new List<MethodDefinition>();
        reader.Expect("{");
        while (!reader.Accept("}"))
            ReadMember(fields, methods);
        return new TypeDefinition(typeName, kind, typeParameters, superclass, interfaces.ToArray(), fields.ToArray(), methods.ToArray(), isAbstract, isFinal);
    }

    private TypeDefinitionKind ReadKind()
    {
        if (reader.Accept("class"))
            return TypeDefinitionKind.Class;
        if (reader.Accept("interface"))
            return TypeDefinitionKind.Interface;
        reader.Expect("value");
        return TypeDefinitionKind.Value;
    }

    private IReadOnlyList<TypeParameter> ReadTypeParameters() =>
        reader.Current.Is("<") ? reader.List("<", ">", () => new TypeParameter(reader.Name("a type parameter"), tables.ReadResult())).ToArray() : [];

    private void ReadMember(List<FieldDefinition> fields, List<MethodDefinition> methods)
    {
        bool isReadOnly = reader.Accept("readonly");
        if (isReadOnly || reader.Current.Is("field"))
        {
            reader.Expect("field");
            fields.Add(new FieldDefinition(reader.Name("a field"), tables.ReadResult(), !isReadOnly));
            return;
        }

        bool isFinal = reader.Accept("final");
        if (!reader.Accept("method"))
            throw reader.Error($"expected a field, method or '}}', found {reader.Current}");
        string method = reader.Name("a method");
        IReadOnlyList<TypeRef> parameters = reader.List("(", ")", tables.ReadType).ToArray();
        TypeRef result = tables.ReadResult();
        int function = reader.Accept("=") ? tables.FunctionNames.Read(reader) : -1;
        methods.Add(new MethodDefinition(method, parameters, result, function, isFinal));
    }

    // "exceptions ROOT 0 1 { 0 CLASS ... }": the fields of message and trace, then a class per fault.
    private ExceptionClasses ReadExceptions()
    {
        TypeRef root = tables.ReadType();
        int message = reader.Integer("the message field");
        int trace = reader.Integer("the trace field");
        var faults = new List<FaultClass>();
        reader.Expect("{");
        while (!reader.Accept("}"))
            faults.Add(new FaultClass((CatchableFault)reader.Integer("a fault"), tables.ReadType()));
        return new ExceptionClasses(root, message, trace, faults);
    }

    private void ReadGlobal() => globals.Add(new Global(reader.Name("a global"), tables.ReadResult()));

    private void ReadImport()
    {
        string import = reader.Name("an import");
        IReadOnlyList<TypeRef> parameters = reader.List("(", ")", tables.ReadType).ToArray();
        TypeRef result = tables.ReadResult();
        imports.Add(new Import(import, reader.Accept("needs") ? reader.String("a capability") : "", parameters, result));
    }

    private void ReadExport()
    {
        string export = reader.String("the name of an export");
        reader.Expect("=");
        exports.Add(new Export(export, tables.FunctionNames.Read(reader)));
    }

    private void ReadDependency() =>
        dependencies.Add(new Dependency(reader.String("a name"), reader.String("a version"), reader.String("a hash")));

    private void ReadCustom()
    {
        string section = reader.String("the name of a custom section");
        int position = reader.Position;
        try
        {
            customSections.Add(new CustomSection(section, Convert.FromHexString(reader.String("hexadecimal digits"))));
        }
        catch (FormatException)
        {
            throw reader.Error("expected an even number of hexadecimal digits", position);
        }
    }

    private Module Build() => new()
    {
        Name = name,
        Version = version,
        Strings = tables.Strings.Entries,
        Types = tables.Types.Entries,
        TypeDefinitions = tables.Definitions,
        FieldRefs = tables.Fields.Entries,
        MethodRefs = tables.Methods.Entries,
        FunctionRefs = tables.Functions.Entries,
        Globals = globals,
        Imports = imports,
        Functions = functions,
        Exports = exports,
        Initializer = initializer,
        Exceptions = exceptions,
        Dependencies = dependencies,
        SourceFiles = tables.Files.Entries,
        CustomSections = customSections,
    };
}
