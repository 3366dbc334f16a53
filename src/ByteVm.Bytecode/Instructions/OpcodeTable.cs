using System.Collections.Frozen;

namespace ByteVm.Bytecode;

public static partial class OpcodeTable
{
    public static int Count => rows.Length;

    public static OpcodeInfo Info(this Opcode opcode) => rows[(int)opcode];

    public static bool IsDefined(int value) => (uint)value < (uint)rows.Length;

    public static bool TryFind(string mnemonic, out Opcode opcode) => Names.Opcodes.TryGetValue(mnemonic, out opcode);

    /// <summary>Apart, so that only who looks a name up pays for the dictionary.</summary>
    private static class Names
    {
        public static readonly FrozenDictionary<string, Opcode> Opcodes =
            Enumerable.Range(0, Count).ToFrozenDictionary(i => rows[i].Mnemonic, i => (Opcode)i);
    }
}
