using ByteVm.Host.Faults;
using ByteVm.Host.Linux;
using Iced.Intel;

namespace ByteVm.Host.Stubs;

/// <summary>All stubs of the process in one executable page, never freed. It is never writable and executable at once.</summary>
internal sealed unsafe class StubPage
{
    private const int Bytes = 4096;

    /// <param name="state">Receives the place of the stubs; the fault handler reads it.</param>
    public StubPage(FaultHandlerState* state)
    {
        Assembler c = new(64);
        WorldSwitchStubs worldSwitch = new(c);
        FaultHandlerStub fault = new(c, worldSwitch.Leave, state);

        nint page = LibC.MapAnonymousPages(Bytes, LibC.ProtRead | LibC.ProtWrite);
        AssemblerResult result = c.Assemble(new SpanWriter((byte*)page, Bytes), (ulong)page, BlockEncoderOptions.ReturnNewInstructionOffsets);
        LibC.Protect(page, Bytes, LibC.ProtRead | LibC.ProtExec);

        state->StubStart = (ulong)page;
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

    private sealed class SpanWriter(byte* start, int length) : CodeWriter
    {
        private int position;

        public override void WriteByte(byte value)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, length);
            start[position++] = value;
        }
    }
}
