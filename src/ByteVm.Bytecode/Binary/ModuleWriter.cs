namespace ByteVm.Bytecode;

/// <summary>Encodes a module as a .bvm file. The same module gives the same bytes; see <see cref="ModuleReader"/>.</summary>
public sealed partial class ModuleWriter
{
    private readonly Module module;
    private readonly ByteWriter file = new("header");

    private ModuleWriter(Module module) => this.module = module;

    /// <exception cref="ModuleFormatException">
    /// The module cannot be encoded: a negative index, half a surrogate pair, a constant too wide. A verified module always can.
    /// </exception>
    public static byte[] Write(Module module)
    {
        var writer = new ModuleWriter(module);
        writer.WriteAll();
        return writer.file.Written.ToArray();
    }

    private void WriteAll()
    {
        file.Fixed32(ModuleReader.Magic);
        file.Fixed32(FormatLimits.Version);
        Section(SectionId.Identity, true, WriteIdentity);
        Table(SectionId.Strings, module.Strings, (w, text) => w.Text(text));
        Table(SectionId.Types, module.Types, WriteType);
        Table(SectionId.TypeDefinitions, module.TypeDefinitions, WriteTypeDefinition);
        Table(SectionId.Imports, module.Imports, WriteImport);
        Table(SectionId.FieldReferences, module.FieldRefs, WriteFieldReference);
        Table(SectionId.MethodReferences, module.MethodRefs, WriteMethodReference);
        Table(SectionId.FunctionReferences, module.FunctionRefs, WriteFunctionReference);
        Table(SectionId.Globals, module.Globals, WriteGlobal);
        Table(SectionId.Functions, module.Functions, WriteSignature);
        Section(SectionId.Code, module.Functions.Count > 0, WriteCode);
        Section(SectionId.Entry, module.Initializer >= 0 || module.Exports.Count > 0, WriteEntry);
        Section(SectionId.SourceMap, HasSourceMap(), WriteSourceMap);
        Table(SectionId.Dependencies, module.Dependencies, WriteDependency);
        Section(SectionId.Exceptions, module.Exceptions is not null || module.Functions.Any(f => f.Handlers.Count > 0), WriteExceptions);
        foreach (CustomSection custom in module.CustomSections)
            Section(SectionId.Custom, true, writer => WriteCustom(writer, custom));
    }

    private void Table<T>(SectionId id, IReadOnlyList<T> items, Action<ByteWriter, T> write) =>
        Section(id, items.Count > 0, writer => writer.List(items, item => write(writer, item)));

    private void Section(SectionId id, bool holdsSomething, Action<ByteWriter> write)
    {
        if (!holdsSomething)
            return;
        var content = new ByteWriter($"section {id}");
        write(content);
        file.Byte((int)id);
        file.Unsigned(content.Written.Length);
        file.Bytes(content.Written);
    }

    private void WriteIdentity(ByteWriter writer)
    {
        writer.Text(module.Name);
        writer.Text(module.Version);
    }

    private static void WriteType(ByteWriter writer, TypeNode type)
    {
        writer.Byte((int)type.Form);
        switch (type.Form)
        {
            case TypeForm.Array:
                writer.Type(type.Element);
                break;
            case TypeForm.Named:
                writer.Unsigned(type.Definition);
                WriteTypes(writer, type.Arguments);
                break;
            case TypeForm.Variable:
                writer.Unsigned(type.Definition);
                break;
            case TypeForm.Optional:
                writer.Unsigned(type.Definition);
                writer.Type(type.Element);
                break;
            case TypeForm.Function:
                WriteTypes(writer, type.Arguments);
                writer.Type(type.Element);
                break;
            default:
                throw writer.Error($"unknown type form {(int)type.Form}");
        }
    }

    private static void WriteTypes(ByteWriter writer, IReadOnlyList<TypeRef> types) => writer.List(types, writer.Type);

    private static void WriteTypeDefinition(ByteWriter writer, TypeDefinition type)
    {
        writer.Text(type.Name);
        writer.Byte((int)type.Kind);
        writer.Byte((int)(Flag(type.IsAbstract, DefinitionFlags.Abstract) | Flag(type.IsFinal, DefinitionFlags.Final)));
        WriteTypeParameters(writer, type.TypeParameters);
        writer.Type(type.Base);
        WriteTypes(writer, type.Interfaces);
        writer.List(type.Fields, field => WriteField(writer, field));
        writer.List(type.Methods, method => WriteMethod(writer, method));
    }

    private static DefinitionFlags Flag(bool set, DefinitionFlags flag) => set ? flag : DefinitionFlags.None;

    private static void WriteTypeParameters(ByteWriter writer, IReadOnlyList<TypeParameter> parameters) => writer.List(parameters, parameter =>
    {
        writer.Text(parameter.Name);
        writer.Type(parameter.Bound);
    });

    private static void WriteField(ByteWriter writer, FieldDefinition field)
    {
        writer.Text(field.Name);
        writer.Type(field.Type);
        writer.Byte((int)Flag(field.IsMutable, DefinitionFlags.Mutable));
    }

    private static void WriteMethod(ByteWriter writer, MethodDefinition method)
    {
        writer.Text(method.Name);
        WriteTypes(writer, method.Parameters);
        writer.Type(method.Result);
        writer.OptionalIndex(method.Function);
        writer.Byte((int)Flag(method.IsFinal, DefinitionFlags.Final));
    }

    private static void WriteImport(ByteWriter writer, Import import)
    {
        writer.Text(import.Name);
        writer.Text(import.Capability);
        WriteTypes(writer, import.Parameters);
        writer.Type(import.Result);
    }

    private static void WriteFieldReference(ByteWriter writer, FieldReference reference)
    {
        writer.Type(reference.Type);
        writer.Unsigned(reference.Field);
    }

    private static void WriteMethodReference(ByteWriter writer, MethodReference reference)
    {
        writer.Type(reference.Type);
        writer.Unsigned(reference.Method);
    }

    private static void WriteFunctionReference(ByteWriter writer, FunctionReference reference)
    {
        writer.Unsigned(reference.Function);
        WriteTypes(writer, reference.TypeArguments);
    }

    private static void WriteGlobal(ByteWriter writer, Global global)
    {
        writer.Text(global.Name);
        writer.Type(global.Type);
    }

    private static void WriteSignature(ByteWriter writer, Function function)
    {
        writer.Text(function.Name);
        WriteTypeParameters(writer, function.TypeParameters);
        writer.Unsigned(function.ParameterCount);
        WriteTypes(writer, function.Registers);
        writer.Type(function.Result);
    }

    private void WriteCode(ByteWriter writer)
    {
        foreach (Function function in module.Functions)
            writer.List(function.Code, instruction => InstructionCodec.Write(writer, instruction));
    }

    private void WriteEntry(ByteWriter writer)
    {
        writer.OptionalIndex(module.Initializer);
        writer.List(module.Exports, export =>
        {
            writer.Text(export.Name);
            writer.Unsigned(export.Function);
        });
    }

    private bool HasSourceMap() =>
        module.SourceFiles.Count > 0 || module.Functions.Any(f => f.Positions.Count > 0 || f.LocalNames.Count > 0 || f.InlinedCalls.Count > 0);

    private void WriteSourceMap(ByteWriter writer)
    {
        writer.List(module.SourceFiles, writer.Text);
        foreach (Function function in module.Functions)
        {
            WritePositions(writer, function.Positions);
            writer.List(function.LocalNames, local => WriteLocalName(writer, local));
            writer.List(function.InlinedCalls, call => WriteInlinedCall(writer, call));
        }
    }

    private static void WritePositions(ByteWriter writer, IReadOnlyList<SourcePosition> positions)
    {
        writer.Unsigned(positions.Count);
        var previous = default(SourcePosition);
        foreach (SourcePosition position in positions)
        {
            if (position.Start < previous.Start)
                throw writer.Error("the positions are not in the order of the code");
            writer.Unsigned(position.Start - previous.Start);
            writer.Unsigned(position.File << 1 | (position.Inlined < 0 ? 0 : 1));
            writer.SignedInt32((long)position.Line - previous.Line);
            writer.Unsigned(position.Column);
            if (position.Inlined >= 0)
                writer.Unsigned(position.Inlined);
            previous = position;
        }
    }

    private static void WriteLocalName(ByteWriter writer, LocalName local)
    {
        writer.Unsigned(local.Register);
        writer.Text(local.Name);
        writer.Unsigned(local.Start);
        writer.Unsigned(local.End);
    }

    private static void WriteInlinedCall(ByteWriter writer, InlinedCall call)
    {
        writer.Text(call.Callee);
        writer.Unsigned(call.File);
        writer.Unsigned(call.Line);
        writer.Unsigned(call.Column);
        writer.Unsigned(call.Outer + 1);
    }

    private static void WriteDependency(ByteWriter writer, Dependency dependency)
    {
        writer.Text(dependency.Name);
        writer.Text(dependency.Version);
        writer.Text(dependency.Hash);
    }

    private static void WriteCustom(ByteWriter writer, CustomSection custom)
    {
        writer.Text(custom.Name);
        writer.Bytes(custom.Bytes);
    }
}
