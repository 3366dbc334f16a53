using System.Runtime.Versioning;
using ByteVm.Host.Faults;
using ByteVm.Memory;
using Iced.Intel;

namespace ByteVm.Host.Stubs;

/// <summary>All stubs of the process, never freed.</summary>
internal sealed class StubPage
{
    private const int Bytes = 4096;

    /// <param name="state">Receives the place of the stubs; the fault handler reads it.</param>
    [SupportedOSPlatform("linux")]
    public unsafe StubPage(FaultHandlerState* state)
    {
        Assembler c = new(64);
        WorldSwitchStubs worldSwitch = new(c);
        FaultHandlerStub fault = new(c, worldSwitch.Leave, state);

        CodeBlock block = new CodeRegion(Bytes).Allocate(Bytes);
        using MemoryStream code = new();
        AssemblerResult result = c.Assemble(new StreamCodeWriter(code), block.Address, BlockEncoderOptions.ReturnNewInstructionOffsets);
        code.ToArray().CopyTo(block.Writable);

        state->StubStart = block.Address;
        state->StubBytes = Bytes;
        Enter = result.GetLabelRIP(worldSwitch.Enter);
        LightTrap = result.GetLabelRIP(worldSwitch.LightTrap);
        FullTrap = result.GetLabelRIP(worldSwitch.FullTrap);
        Returned = result.GetLabelRIP(worldSwitch.Returned);
        FaultHandler = result.GetLabelRIP(fault.Handler);
    }

    public ulong Enter { get; }
    public ulong LightTrap { get; }
    public ulong FullTrap { get; }
    public ulong Returned { get; }
    public ulong FaultHandler { get; }
}
