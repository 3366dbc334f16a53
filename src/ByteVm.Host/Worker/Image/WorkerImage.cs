using Iced.Intel;

namespace ByteVm.Host.Worker.Image;

/// <summary>The program that every worker process runs: an ELF file of four pages with not one byte of .NET or of a C library in it.</summary>
internal sealed class WorkerImage
{
    private const byte Int3 = 0xCC;

    /// <param name="landlockAbi">The kernel's version of Landlock; 0 when there is none.</param>
    public WorkerImage(int landlockAbi)
    {
        var constants = new WorkerConstants(landlockAbi);
        Assembler c = new(64);
        var traps = new WorkerTraps(c);
        var boot = new WorkerBoot(c, constants, traps, landlock: landlockAbi > 0);

        using MemoryStream code = new();
        AssemblerResult result = c.Assemble(new StreamCodeWriter(code), CodeStart, BlockEncoderOptions.ReturnNewInstructionOffsets);
        if (ElfFile.HeaderBytes + code.Length > WorkerLayout.DataOffset)
            throw new InvalidOperationException($"the worker's code takes {code.Length} bytes, more than there is room for");

        Bytes = new byte[WorkerLayout.ImageBytes];
        Bytes.AsSpan(0, WorkerLayout.DataOffset).Fill(Int3);
        Bytes.AsSpan(0, ElfFile.HeaderBytes).Clear();
        code.ToArray().CopyTo(Bytes.AsSpan(ElfFile.HeaderBytes));
        constants.CopyTo(Bytes.AsSpan(WorkerLayout.DataOffset));
        ElfFile.WriteHeaders(Bytes, WorkerLayout.ImageStart, result.GetLabelRIP(boot.Start));

        LightTrap = result.GetLabelRIP(traps.LightTrap);
        FullTrap = result.GetLabelRIP(traps.FullTrap);
        Returned = result.GetLabelRIP(traps.Returned);
        Wait = result.GetLabelRIP(traps.Wait);
    }

    public byte[] Bytes { get; }

    /// <summary>Addresses in a worker.</summary>
    public ulong LightTrap { get; }
    public ulong FullTrap { get; }
    public ulong Returned { get; }

    /// <summary>Where a worker passes the turn; behind it stands its syscall instruction.</summary>
    public ulong Wait { get; }

    private static ulong CodeStart => (ulong)WorkerLayout.ImageStart + ElfFile.HeaderBytes;
}
