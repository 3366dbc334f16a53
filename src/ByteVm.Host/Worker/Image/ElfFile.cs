using System.Buffers.Binary;

namespace ByteVm.Host.Worker.Image;

/// <summary>The smallest static x86-64 ELF executable: one loaded segment, readable and executable, and a stack that is not executable.</summary>
internal static class ElfFile
{
    public const int HeaderBytes = FileHeaderBytes + 2 * ProgramHeaderBytes;

    private const int FileHeaderBytes = 64;
    private const int ProgramHeaderBytes = 56;
    private const int Load = 1, GnuStack = 0x6474_E551;
    private const int Execute = 1, Write = 2, Read = 4;

    /// <summary>Writes the headers to the beginning of a file that is loaded as a whole.</summary>
    public static void WriteHeaders(Span<byte> file, long address, ulong entry)
    {
        ReadOnlySpan<byte> identification = [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        identification.CopyTo(file);
        Half(file, 16, 2); // ET_EXEC: it must lie at its address
        Half(file, 18, 62); // EM_X86_64
        Word(file, 20, 1);
        Long(file, 24, entry);
        Long(file, 32, FileHeaderBytes);
        Half(file, 52, FileHeaderBytes);
        Half(file, 54, ProgramHeaderBytes);
        Half(file, 56, 2);

        Segment(file[FileHeaderBytes..], Load, Read | Execute, (ulong)address, (ulong)file.Length);
        Segment(file[(FileHeaderBytes + ProgramHeaderBytes)..], GnuStack, Read | Write, 0, 0);
    }

    private static void Segment(Span<byte> header, int type, int flags, ulong address, ulong bytes)
    {
        Word(header, 0, type);
        Word(header, 4, flags);
        Long(header, 16, address);
        Long(header, 24, address);
        Long(header, 32, bytes);
        Long(header, 40, bytes);
        Long(header, 48, 4096);
    }

    private static void Half(Span<byte> bytes, int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(bytes[offset..], value);

    private static void Word(Span<byte> bytes, int offset, int value) => BinaryPrimitives.WriteInt32LittleEndian(bytes[offset..], value);

    private static void Long(Span<byte> bytes, int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(bytes[offset..], value);
}
