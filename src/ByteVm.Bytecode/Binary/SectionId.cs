namespace ByteVm.Bytecode;

/// <summary>
/// The sections of a module, in the order they stand in. Each appears at most once and only when it holds something, so that a
/// module has exactly one encoding; custom sections come last, in any number.
/// </summary>
internal enum SectionId
{
    Custom = 0,
    Identity = 1,
    Strings = 2,
    Types = 3,
    TypeDefinitions = 4,
    Imports = 5,
    FieldReferences = 6,
    MethodReferences = 7,
    FunctionReferences = 8,
    Globals = 9,
    Functions = 10,
    Code = 11,
    Entry = 12,
    SourceMap = 13,
    Dependencies = 14,
    Exceptions = 15,
}

/// <summary>The bits by which definitions are encoded.</summary>
[Flags]
internal enum DefinitionFlags
{
    None = 0,
    Abstract = 1,
    Final = 2,
    Mutable = 4,
}
