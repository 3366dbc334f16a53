using System.Globalization;

namespace ByteVm.Bytecode;

/// <summary>What a disassembly shows.</summary>
public sealed record DisassemblerOptions
{
    /// <summary>Only functions of this name, and nothing else; null shows everything.</summary>
    public string? Function { get; init; }

    /// <summary>
    /// The tables with their numbering. Without them the text is easier to read and assembles to an equivalent module, but not
    /// necessarily to the same bytes.
    /// </summary>
    public bool Tables { get; init; } = true;

    /// <summary>The text of a line (from 1) of a source file, shown as a comment above its instructions; null when it is not known.</summary>
    public Func<string, int, string?>? SourceLine { get; init; }

    /// <summary>
    /// Lines shown as comments beneath an instruction, by index of the function and of the instruction: -1 for before the first one,
    /// <see cref="int.MaxValue"/> for behind the last. Null shows none.
    /// </summary>
    public Func<int, int, IEnumerable<string>>? Notes { get; init; }
}

/// <summary>
/// Writes a module as assembly text (.bva). The <see cref="Assembler"/> makes the same module of it, to the byte.
/// </summary>
public sealed class Disassembler
{
    private readonly Module module;
    private readonly TextWriter output;
    private readonly DisassemblerOptions options;
    private readonly DisassemblyNames names;

    private Disassembler(Module module, TextWriter output, DisassemblerOptions options)
    {
        this.module = module;
        this.output = output;
        this.options = options;
        names = new DisassemblyNames(module);
    }

    public static void Write(Module module, TextWriter output, DisassemblerOptions? options = null)
    {
        var disassembler = new Disassembler(module, output, options ?? new DisassemblerOptions());
        if (disassembler.options.Function is null)
            disassembler.WriteModule();
        disassembler.WriteFunctions();
    }

    public static string ToText(Module module, DisassemblerOptions? options = null)
    {
        var text = new StringWriter { NewLine = "\n" };
        Write(module, text, options);
        return text.ToString();
    }

    private static string Name(string name) => DisassemblyNames.Name(name);

    private static string Quoted(string text) => DisassemblyNames.String(text);

    private void WriteModule()
    {
        output.WriteLine($"module {Name(module.Name)}" + (module.Version.Length == 0 ? "" : $" version {Quoted(module.Version)}"));
        foreach (Dependency dependency in module.Dependencies)
            output.WriteLine($"dependency {Quoted(dependency.Name)} {Quoted(dependency.Version)} {Quoted(dependency.Hash)}");
        foreach (CustomSection custom in module.CustomSections)
            output.WriteLine($"custom {Quoted(custom.Name)} \"{Convert.ToHexStringLower(custom.Bytes)}\"");
        if (module.Initializer >= 0)
            output.WriteLine($"initializer {names.Function(module.Initializer)}");
        foreach (Export export in module.Exports)
            output.WriteLine($"export {Quoted(export.Name)} = {names.Function(export.Function)}");
        foreach (Import import in module.Imports)
            WriteImport(import);
        foreach (Global global in module.Globals)
            output.WriteLine($"global {Name(global.Name)}: {names.Type(global.Type)}");
        foreach (TypeDefinition type in module.TypeDefinitions)
            WriteDefinition(type);
        if (module.Exceptions is { } exceptions)
            WriteExceptions(exceptions);
        if (options.Tables)
            WriteTables();
    }

    private void WriteExceptions(ExceptionClasses exceptions)
    {
        output.WriteLine($"\nexceptions {names.Type(exceptions.Root)} {exceptions.MessageField} {exceptions.TraceField} {{");
        foreach (FaultClass fault in exceptions.Faults)
            output.WriteLine($"  {(int)fault.Fault} {names.Type(fault.Class)}");
        output.WriteLine("}");
    }

    private void WriteImport(Import import) =>
        output.WriteLine($"import {Name(import.Name)}({names.Types(import.Parameters)}){Result(import.Result)}"
            + (import.Capability.Length == 0 ? "" : $" needs {Quoted(import.Capability)}"));

    private string Result(TypeRef type) => type.IsNone ? "" : $": {names.Type(type)}";

    private void WriteDefinition(TypeDefinition type)
    {
        string modifiers = (type.IsAbstract ? "abstract " : "") + (type.IsFinal ? "final " : "");
        string interfaces = type.Interfaces.Count == 0 ? "" : $" implements {names.Types(type.Interfaces)}";
        output.WriteLine();
        output.WriteLine($"{modifiers}{Keyword(type.Kind)} {Name(type.Name)}{TypeParameters(type.TypeParameters)}{Base(type)}{interfaces} {{");
        foreach (FieldDefinition field in type.Fields)
            output.WriteLine($"  {(field.IsMutable ? "" : "readonly ")}field {Name(field.Name)}: {names.Type(field.Type)}");
        foreach (MethodDefinition method in type.Methods)
            WriteMethod(method);
        output.WriteLine("}");
    }

    private string Base(TypeDefinition type) => type.Base.IsNone ? "" : $" : {names.Type(type.Base)}";

    private static string Keyword(TypeDefinitionKind kind) => kind switch
    {
        TypeDefinitionKind.Class => "class",
        TypeDefinitionKind.Interface => "interface",
        TypeDefinitionKind.Value => "value",
    };

    private void WriteMethod(MethodDefinition method) =>
        output.WriteLine($"  {(method.IsFinal ? "final " : "")}method {Name(method.Name)}({names.Types(method.Parameters)}){Result(method.Result)}"
            + (method.IsAbstract ? "" : $" = {names.Function(method.Function)}"));

    private string TypeParameters(IReadOnlyList<TypeParameter> parameters) =>
        parameters.Count == 0 ? "" : $"<{string.Join(", ", parameters.Select(p => Name(p.Name) + Result(p.Bound)))}>";

    private void WriteTables()
    {
        WriteTable("types", module.Types.Select(names.TypeEntry), TypeRef.PrimitiveCount, i => names.Type(new TypeRef(i)));
        WriteTable("strings", module.Strings.Select(Quoted));
        WriteTable("files", module.SourceFiles.Select(Quoted));
        WriteTable("fields", module.FieldRefs.Select(names.Field));
        WriteTable("methods", module.MethodRefs.Select(names.Method));
        WriteTable("functions", module.FunctionRefs.Select(names.FunctionReference));
    }

    private void WriteTable(string keyword, IEnumerable<string> entries, int number = 0, Func<int, string>? comment = null)
    {
        bool open = false;
        foreach (string entry in entries)
        {
            if (!open)
                output.WriteLine($"\n{keyword} {{");
            open = true;
            string remark = comment is null || comment(number) == entry ? "" : $"  // {comment(number)}";
            output.WriteLine($"  #{number} = {entry}{remark}");
            number++;
        }

        if (open)
            output.WriteLine("}");
    }

    private void WriteFunctions()
    {
        var instructions = new InstructionText(module, names);
        for (int i = 0; i < module.Functions.Count; i++)
        {
            if (options.Function is null || module.Functions[i].Name == options.Function)
                WriteFunction(i, module.Functions[i], instructions);
        }
    }

    private void WriteFunction(int index, Function function, InstructionText instructions)
    {
        IEnumerable<string> parameters = function.Registers.Take(function.ParameterCount).Select((type, r) => $"r{r}: {names.Type(type)}");
        output.WriteLine();
        output.WriteLine($"fn {Name(function.Name)}{TypeParameters(function.TypeParameters)}({string.Join(", ", parameters)}){Result(function.Result)} {{");
        WriteRegisters(function);
        foreach (LocalName local in function.LocalNames)
            output.WriteLine($"  local r{local.Register} {Name(local.Name)} {local.Start} {local.End}");
        foreach (InlinedCall call in function.InlinedCalls)
            output.WriteLine($"  inlined {Name(call.Callee)} {Place(call.File, call.Line, call.Column)}{Inlined(call.Outer)}");
        bool inline = PositionsFitTheCode(function);
        if (!inline)
        {
            foreach (SourcePosition position in function.Positions)
                output.WriteLine($"  line {Place(position.File, position.Line, position.Column)} at {position.Start}{Inlined(position.Inlined)}");
        }

        foreach (ExceptionHandler handler in function.Handlers)
            output.WriteLine($"  {instructions.Write(handler, function.Code.Count)}");
        WriteNotes(index, -1);
        WriteCode(index, function, instructions, inline);
        WriteNotes(index, int.MaxValue);
        output.WriteLine("}");
    }

    // Registers of one type in a row share a line.
    private void WriteRegisters(Function function)
    {
        const int perLine = 8;
        for (int r = function.ParameterCount; r < function.Registers.Count;)
        {
            int count = 1;
            while (count < perLine && r + count < function.Registers.Count && function.Registers[r + count] == function.Registers[r])
                count++;
            output.WriteLine("  var " + string.Join(", ", Enumerable.Range(r, count).Select(n => $"r{n}: {names.Type(function.Registers[n])}")));
            r += count;
        }
    }

    private static bool PositionsFitTheCode(Function function)
    {
        int previous = -1;
        foreach (SourcePosition position in function.Positions)
        {
            if (position.Start <= previous || position.Start >= function.Code.Count)
                return false;
            previous = position.Start;
        }

        return true;
    }

    private void WriteNotes(int function, int instruction)
    {
        foreach (string note in options.Notes?.Invoke(function, instruction) ?? [])
        {
            foreach (string line in note.Split('\n'))
                output.WriteLine($"        // {line}");
        }
    }

    private void WriteCode(int index, Function function, InstructionText instructions, bool withPositions)
    {
        HashSet<int> targets = InstructionText.Targets(function);
        int next = 0;
        for (int i = 0; i < function.Code.Count; i++)
        {
            if (targets.Contains(i))
                output.WriteLine($"L{i}:");
            if (withPositions && next < function.Positions.Count && function.Positions[next].Start == i)
                WriteSource(function.Positions[next++]);
            output.WriteLine($"    {instructions.Write(function.Code[i], function.Code.Count)}");
            WriteNotes(index, i);
        }
    }

    private void WriteSource(SourcePosition position)
    {
        output.WriteLine($"  line {Place(position.File, position.Line, position.Column)}{Inlined(position.Inlined)}");
        if ((uint)position.File < (uint)module.SourceFiles.Count
            && options.SourceLine?.Invoke(module.SourceFiles[position.File], position.Line) is { } source)
            output.WriteLine($"  // {source.Trim()}");
    }

    private string Place(int file, int line, int column)
    {
        string name = InstructionText.IsFirst(module.SourceFiles, file) ? Quoted(module.SourceFiles[file]) : $"@{file}";
        return string.Create(CultureInfo.InvariantCulture, $"{name} {line}:{column}");
    }

    private static string Inlined(int call) => call < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" in {call}");
}
