using System.Runtime.CompilerServices;
using ByteVm.Bytecode;

namespace ByteVm.Tests.Interpretation;

/// <summary>The cases that, with the computing instructions, execute every linked opcode.</summary>
internal static partial class ProgramCases
{
    public static IReadOnlyList<ProgramCase> All => Made.Cases;

    /// <summary>Apart: the order of static initializers over the parts of a class is not defined.</summary>
    private static class Made
    {
        public static readonly ProgramCase[] Cases =
        [
            .. Memory(), .. NullAndBounds(), .. Bytes(), .. Control(), .. Calls(), .. Types(), .. Services(), .. Generics(), .. Values(), .. Exceptions(),
        ];
    }

    /// <summary>Definitions that a case refers to several times, made in its module at the first.</summary>
    private sealed class OncePerModule<T>(Func<ModuleBuilder, T> make) where T : notnull
    {
        private readonly ConditionalWeakTable<ModuleBuilder, object> made = [];

        public T In(ModuleBuilder module) => (T)made.GetValue(module, m => make(m));
    }

    private static ProgramCase NoArguments(string name, object expected, TypeRef result, Action<ModuleBuilder, FunctionBuilder> body) =>
        ProgramCase.Of(name, expected, [], [], result, body);

    private static Register I32(FunctionBuilder f, int value)
    {
        Register register = f.NewRegister(TypeRef.I32);
        f.ConstI32(register, value);
        return register;
    }

    private static Register Text(FunctionBuilder f, string value)
    {
        Register register = f.NewRegister(TypeRef.String);
        f.ConstString(register, value);
        return register;
    }

    private static int DeclareClass(
        ModuleBuilder module, string name, TypeRef? superclass = null, TypeRef[]? interfaces = null, FieldDefinition[]? fields = null, MethodDefinition[]? methods = null, bool isFinal = false)
    {
        int index = module.DeclareType();
        module.DefineType(index, new TypeDefinition(
            name, TypeDefinitionKind.Class, [], superclass ?? TypeRef.None, interfaces ?? [], fields ?? [], methods ?? [], IsFinal: isFinal));
        return index;
    }
}
