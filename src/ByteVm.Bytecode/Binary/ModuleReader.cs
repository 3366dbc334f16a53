using System.Buffers.Binary;

namespace ByteVm.Bytecode;

/// <summary>
/// Decodes a .bvm file. It checks the encoding only: what it returns is within the format's limits and has the shape of a module,
/// but any index in it may be wrong until the verifier has accepted it.
/// </summary>
/// <remarks>
/// The accepted encoding of a module is unique: numbers in shortest form, sections in order, empty ones left out. Hence a module
/// that was read is written again as the same bytes, and its content hash says what it is.
/// </remarks>
public sealed partial class ModuleReader
{
    /// <summary>Zero, "bvm".</summary>
    internal const uint Magic = 0x6d766200;

    private const int HeaderBytes = 8;

    private string name = "";
    private string version = "";
    private string[] strings = [];
    private TypeNode[] types = [];
    private TypeDefinition[] typeDefinitions = [];
    private Import[] imports = [];
    private FieldReference[] fieldRefs = [];
    private MethodReference[] methodRefs = [];
    private FunctionReference[] functionRefs = [];
    private Global[] globals = [];
    private Function[] signatures = [];
    private Instruction[][] code = [];
    private Export[] exports = [];
    private int initializer = -1;
    private string[] sourceFiles = [];
    private SourcePosition[][] positions = [];
    private LocalName[][] localNames = [];
    private InlinedCall[][] inlinedCalls = [];
    private Dependency[] dependencies = [];
    private ExceptionClasses? exceptions;
    private ExceptionHandler[]?[] handlers = [];
    private readonly List<CustomSection> customSections = [];

    private ModuleReader()
    {
    }

    /// <summary>Whether the bytes begin as a module of any version does.</summary>
    public static bool IsModule(ReadOnlySpan<byte> bytes) => bytes.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Magic;

    /// <exception cref="ModuleFormatException">The bytes are not a module of this version.</exception>
    public static Module Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > FormatLimits.MaxModuleBytes)
            throw new ModuleFormatException(0, "header", $"{bytes.Length} bytes; the limit is {FormatLimits.MaxModuleBytes}");
        ReadHeader(bytes);
        var module = new ModuleReader();
        module.ReadSections(bytes);
        return module.Assemble();
    }

    private static void ReadHeader(ReadOnlySpan<byte> bytes)
    {
        var header = new ByteReader(bytes, 0, bytes.Length, "header");
        if (header.Fixed32("the magic number") != Magic)
            throw new ModuleFormatException(0, "header", "a module begins with the bytes 00 62 76 6d");
        uint format = header.Fixed32("the format version");
        if (format != FormatLimits.Version)
            throw new ModuleFormatException(4, "header", $"format version {format}; this build reads version {FormatLimits.Version}");
    }

    private void ReadSections(ReadOnlySpan<byte> bytes)
    {
        var file = new ByteReader(bytes, HeaderBytes, bytes.Length, "section table");
        var last = SectionId.Custom;
        bool inCustom = false;
        while (file.Remaining > 0)
        {
            SectionId id = ReadSectionId(ref file, last, inCustom);
            int length = file.Unsigned("a section length");
            int start = file.Offset;
            file.Bytes(length, $"section {id}");
            ReadSection(id, new ByteReader(bytes, start, start + length, $"section {id}"));
            inCustom = id == SectionId.Custom;
            last = inCustom ? last : id;
        }

        if (last < SectionId.Identity)
            throw file.Error("section Identity is missing");
        if (signatures.Length != code.Length)
            throw file.Error("section Code is missing");
    }

    private static SectionId ReadSectionId(ref ByteReader file, SectionId last, bool inCustom)
    {
        var id = (SectionId)file.Byte("a section id");
        if (id > SectionId.Exceptions)
            throw file.Error($"unknown section {(int)id}");
        if (id != SectionId.Custom && (inCustom || id <= last))
            throw file.Error($"section {id} stands twice or too late; the order is that of the section numbers, custom sections last");
        if (last == SectionId.Custom && id != SectionId.Identity)
            throw file.Error("the first section must be Identity");
        return id;
    }

    private void ReadSection(SectionId id, ByteReader reader)
    {
        const int entries = FormatLimits.MaxTableEntries;
        switch (id)
        {
            case SectionId.Custom: customSections.Add(ReadCustom(ref reader)); break;
            case SectionId.Identity: ReadIdentity(ref reader); break;
            case SectionId.Strings: strings = reader.FilledList("strings", entries, ReadString); break;
            case SectionId.Types: types = reader.FilledList("types", entries, ReadType); break;
            case SectionId.TypeDefinitions: typeDefinitions = reader.FilledList("type definitions", entries, ReadTypeDefinition); break;
            case SectionId.Imports: imports = reader.FilledList("imports", entries, ReadImport); break;
            case SectionId.FieldReferences: fieldRefs = reader.FilledList("field references", entries, ReadFieldReference); break;
            case SectionId.MethodReferences: methodRefs = reader.FilledList("method references", entries, ReadMethodReference); break;
            case SectionId.FunctionReferences: functionRefs = reader.FilledList("function references", entries, ReadFunctionReference); break;
            case SectionId.Globals: globals = reader.FilledList("globals", entries, ReadGlobal); break;
            case SectionId.Functions: signatures = reader.FilledList("functions", entries, ReadSignature); break;
            case SectionId.Code: ReadCode(ref reader); break;
            case SectionId.Entry: ReadEntry(ref reader); break;
            case SectionId.SourceMap: ReadSourceMap(ref reader); break;
            case SectionId.Exceptions: ReadExceptions(ref reader); break;
            default: dependencies = reader.FilledList("dependencies", entries, ReadDependency); break;
        }

        reader.ExpectEnd();
    }

    private static CustomSection ReadCustom(ref ByteReader reader) =>
        new(reader.Name("the name of a custom section"), reader.Bytes(reader.Remaining, "a custom section").ToArray());

    private void ReadIdentity(ref ByteReader reader)
    {
        name = reader.Name("the module's name");
        version = reader.Name("the module's version");
    }

    private static string ReadString(ref ByteReader reader) => reader.Text("a string", FormatLimits.MaxStringBytes);

    private static TypeRef ReadTypeRef(ref ByteReader reader) => reader.Type("a type");

    private static TypeRef[] ReadTypeArguments(ref ByteReader reader) => reader.List("type arguments", FormatLimits.MaxTypeArguments, ReadTypeRef);

    private static TypeRef[] ReadParameters(ref ByteReader reader) => reader.List("parameters", FormatLimits.MaxParameters, ReadTypeRef);

    private static TypeNode ReadType(ref ByteReader reader) => (TypeForm)reader.Byte("a type form") switch
    {
        TypeForm.Array => TypeNode.ArrayOf(reader.Type("an element type")),
        TypeForm.Named => TypeNode.Named(reader.Unsigned("a type definition"), ReadTypeArguments(ref reader)),
        TypeForm.Variable => TypeNode.Variable(reader.Unsigned("a type parameter")),
        TypeForm.Function => TypeNode.Function(ReadParameters(ref reader), reader.Type("a result type")),
        TypeForm.Optional => TypeNode.Optional(reader.Unsigned("a type definition"), reader.Type("an element type")),
        var form => throw reader.Error($"unknown type form {(int)form}; this version knows 0 to {(int)TypeForm.Optional}"),
    };

    private static TypeDefinition ReadTypeDefinition(ref ByteReader reader)
    {
        string name = reader.Name("a type's name");
        var kind = (TypeDefinitionKind)reader.Byte("a type's kind");
        if (kind > TypeDefinitionKind.Value)
            throw reader.Error($"unknown kind of type {(int)kind}; this version knows 0 to {(int)TypeDefinitionKind.Value}");
        DefinitionFlags flags = reader.Flags(DefinitionFlags.Abstract | DefinitionFlags.Final);
        return new TypeDefinition(
            name,
            kind,
            ReadTypeParameters(ref reader),
            reader.Type("a base class"),
            reader.List("interfaces", FormatLimits.MaxInterfaces, ReadTypeRef),
            reader.List("fields", FormatLimits.MaxFields, ReadField),
            reader.List("methods", FormatLimits.MaxMethods, ReadMethod),
            flags.HasFlag(DefinitionFlags.Abstract),
            flags.HasFlag(DefinitionFlags.Final));
    }

    private static TypeParameter[] ReadTypeParameters(ref ByteReader reader) =>
        reader.List("type parameters", FormatLimits.MaxTypeArguments, ReadTypeParameter);

    private static TypeParameter ReadTypeParameter(ref ByteReader reader) => new(reader.Name("a type parameter's name"), reader.Type("a bound"));

    private static FieldDefinition ReadField(ref ByteReader reader) =>
        new(reader.Name("a field's name"), reader.Type("a field's type"), reader.Flags(DefinitionFlags.Mutable) != 0);

    private static MethodDefinition ReadMethod(ref ByteReader reader) => new(
        reader.Name("a method's name"),
        ReadParameters(ref reader),
        reader.Type("a method's result"),
        reader.OptionalIndex("a method's function"),
        reader.Flags(DefinitionFlags.Final) != 0);

    private static Import ReadImport(ref ByteReader reader) =>
        new(reader.Name("an import's name"), reader.Name("a capability"), ReadParameters(ref reader), reader.Type("an import's result"));

    private static FieldReference ReadFieldReference(ref ByteReader reader) => new(reader.Type("a type"), reader.Unsigned("a field"));

    private static MethodReference ReadMethodReference(ref ByteReader reader) => new(reader.Type("a type"), reader.Unsigned("a method"));

    private static FunctionReference ReadFunctionReference(ref ByteReader reader) => new(reader.Unsigned("a function"), ReadTypeArguments(ref reader));

    private static Global ReadGlobal(ref ByteReader reader) => new(reader.Name("a global's name"), reader.Type("a global's type"));

    private static Function ReadSignature(ref ByteReader reader) => new()
    {
        Name = reader.Name("a function's name"),
        TypeParameters = ReadTypeParameters(ref reader),
        ParameterCount = reader.Unsigned("a parameter count"),
        Registers = reader.List("registers", FormatLimits.MaxRegisters, ReadTypeRef),
        Result = reader.Type("a function's result"),
    };

    private void ReadCode(ref ByteReader reader)
    {
        if (signatures.Length == 0)
            throw reader.Error("code without functions");
        code = new Instruction[signatures.Length][];
        for (int i = 0; i < code.Length; i++)
            code[i] = reader.List("instructions", FormatLimits.MaxInstructions, InstructionCodec.Read);
    }

    private void ReadEntry(ref ByteReader reader)
    {
        initializer = reader.OptionalIndex("the initializer");
        exports = reader.List("exports", FormatLimits.MaxTableEntries, ReadExport);
        if (initializer < 0 && exports.Length == 0)
            throw reader.Error("a section that holds nothing is left out");
    }

    private static Export ReadExport(ref ByteReader reader) => new(reader.Name("an export's name"), reader.Unsigned("a function"));

    private void ReadSourceMap(ref ByteReader reader)
    {
        sourceFiles = reader.List("source files", FormatLimits.MaxTableEntries, ReadSourceFile);
        positions = new SourcePosition[signatures.Length][];
        localNames = new LocalName[signatures.Length][];
        inlinedCalls = new InlinedCall[signatures.Length][];
        bool empty = sourceFiles.Length == 0;
        for (int i = 0; i < signatures.Length; i++)
        {
            positions[i] = ReadPositions(ref reader);
            localNames[i] = reader.List("local names", FormatLimits.MaxTableEntries, ReadLocalName);
            inlinedCalls[i] = reader.List("inlined calls", FormatLimits.MaxTableEntries, ReadInlinedCall);
            empty &= positions[i].Length == 0 && localNames[i].Length == 0 && inlinedCalls[i].Length == 0;
        }

        if (empty)
            throw reader.Error("a section that holds nothing is left out");
    }

    private static string ReadSourceFile(ref ByteReader reader) => reader.Name("a source file");

    // Starts and lines are differences to the position before.
    private static SourcePosition[] ReadPositions(ref ByteReader reader)
    {
        int count = reader.Count("positions", FormatLimits.MaxInstructions);
        var list = new SourcePosition[count];
        long start = 0, line = 0;
        for (int i = 0; i < count; i++)
        {
            start += reader.Unsigned("the start of a position");
            int file = reader.Unsigned("a source file");
            bool isInlined = (file & 1) != 0;
            line += reader.SignedInt32("a line");
            if (start > int.MaxValue || line is < int.MinValue or > int.MaxValue)
                throw reader.Error("a position has more than 32 bits");
            list[i] = new SourcePosition((int)start, file >> 1, (int)line, reader.Unsigned("a column"), isInlined ? reader.Unsigned("an inlined call") : -1);
        }

        return list;
    }

    private static LocalName ReadLocalName(ref ByteReader reader) => new(
        reader.Unsigned("a register"), reader.Name("a local name"), reader.Unsigned("the start of a local name"), reader.Unsigned("the end of a local name"));

    private static InlinedCall ReadInlinedCall(ref ByteReader reader) => new(
        reader.Name("an inlined function"), reader.Unsigned("a source file"), reader.Unsigned("a line"), reader.Unsigned("a column"), reader.Unsigned("an inlined call") - 1);

    private static Dependency ReadDependency(ref ByteReader reader) =>
        new(reader.Name("a dependency's name"), reader.Name("a dependency's version"), reader.Name("a dependency's hash"));

    private Module Assemble() => new()
    {
        Name = name,
        Version = version,
        Strings = strings,
        Types = types,
        TypeDefinitions = typeDefinitions,
        FieldRefs = fieldRefs,
        MethodRefs = methodRefs,
        FunctionRefs = functionRefs,
        Globals = globals,
        Imports = imports,
        Functions = [.. signatures.Select(Complete)],
        Exports = exports,
        Initializer = initializer,
        Exceptions = exceptions,
        Dependencies = dependencies,
        SourceFiles = sourceFiles,
        CustomSections = customSections,
    };

    private Function Complete(Function signature, int index) => new()
    {
        Name = signature.Name,
        TypeParameters = signature.TypeParameters,
        ParameterCount = signature.ParameterCount,
        Registers = signature.Registers,
        Result = signature.Result,
        Code = code[index],
        Handlers = handlers.Length == 0 ? [] : handlers[index] ?? [],
        Positions = positions.Length == 0 ? [] : positions[index],
        LocalNames = localNames.Length == 0 ? [] : localNames[index],
        InlinedCalls = inlinedCalls.Length == 0 ? [] : inlinedCalls[index],
    };
}
