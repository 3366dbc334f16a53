using ByteVm.Bytecode;

namespace ByteVm.Runtime.Linking;

/// <summary>A host operation with its closed signature.</summary>
/// <param name="ResultType">Null when it returns nothing.</param>
internal sealed record LinkedImport(Import Source, IReadOnlyList<LinkedType> ParameterTypes, LinkedType? ResultType);
