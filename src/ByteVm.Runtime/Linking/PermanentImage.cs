using System.Runtime.InteropServices;
using System.Text;
using ByteVm.Bytecode;
using ByteVm.Memory;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Linking;

/// <summary>What every instance of a program finds in its cage from <see cref="CageLayout.PermanentStart"/>: string literals, then zeroed globals.</summary>
/// <param name="Bytes">The initial bytes of the area.</param>
/// <param name="ReferenceGlobals">Cage offsets of all globals, or parts of globals, that hold references: roots of the collector.</param>
internal sealed record PermanentImage(byte[] Bytes, uint[] ReferenceGlobals);

/// <summary>Lays literals and globals out.</summary>
internal static class PermanentImageBuilder
{
    public static PermanentImage Build(Program program, out uint[] literals, out uint[] globals)
    {
        IReadOnlyList<string> strings = program.Module.Strings;
        literals = new uint[strings.Count];
        long end = CageLayout.PermanentStart;
        for (int i = 0; i < literals.Length; i++)
            literals[i] = Take(program, ref end, ObjectLayout.StringBytes(Encoding.UTF8.GetByteCount(strings[i])));

        var references = new List<uint>();
        globals = new uint[program.Module.Globals.Count];
        for (int i = 0; i < globals.Length; i++)
            globals[i] = TakeGlobal(program, program.Module.Globals[i], ref end, references);

        byte[] bytes = new byte[end - CageLayout.PermanentStart];
        for (int i = 0; i < literals.Length; i++)
            WriteString(bytes.AsSpan((int)(literals[i] - CageLayout.PermanentStart)), program.String.DescriptorOffset, strings[i]);
        return new PermanentImage(bytes, [.. references]);
    }

    private static uint TakeGlobal(Program program, Global global, ref long end, List<uint> references)
    {
        StorageLayout storage = program.Type(global.Type).Storage;
        end = TypeTable.RoundUp((int)end, storage.Alignment);
        uint offset = Take(program, ref end, storage.Size);
        references.AddRange(storage.Leaves.Where(leaf => leaf.Type.IsReference).Select(leaf => offset + (uint)leaf.Offset));
        return offset;
    }

    private static uint Take(Program program, ref long end, long bytes)
    {
        uint offset = (uint)end;
        end += bytes;
        return end - CageLayout.PermanentStart <= Cage.MaxPermanentBytes
            ? offset
            : throw new LinkException($"{program.Module.Name}: string literals and globals take more than {Cage.MaxPermanentBytes:N0} bytes");
    }

    private static void WriteString(Span<byte> target, uint descriptor, string text)
    {
        int length = Encoding.UTF8.GetBytes(text, target[ObjectLayout.StringBytesOffset..]);
        MemoryMarshal.Write(target[ObjectLayout.TypeOffset..], descriptor);
        MemoryMarshal.Write(target[ObjectLayout.LengthOffset..], length);
    }
}
