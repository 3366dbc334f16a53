using ByteVm.Host.Worker;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;

namespace ByteVm.Attack;

/// <summary>C: handles that a guest made up, closed, took from another instance, or that name another kind of thing.</summary>
public sealed unsafe class HandleAttacks : IDisposable
{
    private const string Source =
        """
        private extern fn openFile(path: string): long = "fs.open_read needs fs:read"
        private extern fn closeFile(handle: long) = "file.close"
        private extern fn length(handle: long): long = "file.length"

        fn opened(path: string): long = openFile(path)
        fn closed(handle: long) { closeFile(handle) }
        fn size(handle: long): long = length(handle)
        """;

    private static readonly GuestProgram Program = Guests.Compile(Source);

    private readonly string folder = Directory.CreateTempSubdirectory("bytevm-attack").FullName;

    public static TheoryData<IsolationLevel> Levels => Guests.Levels;

    public HandleAttacks() => File.WriteAllText(Path.Combine(folder, "file"), "12345");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory, MemberData(nameof(Levels))]
    public void C20_HandlesThatAreNoneAreRefused(IsolationLevel level) => Expect.Repeatedly(() =>
    {
        using GuestInstance instance = Start(level);
        using GuestInstance other = Start(level);
        long handle = instance.Call<long>("opened", "file");
        long foreign = other.Call<long>("opened", "file");
        Assert.Equal(5, instance.Call<long>("size", handle));
        foreach (long forged in (long[])[0, 1, -1, long.MinValue, long.MaxValue, handle + 1, handle - 1, handle ^ 1L << 20, handle ^ 1L << 63, handle | 0xFFFFF, foreign, (int)handle])
            Refused(instance, forged, handle);
        instance.Call("closed", handle);
        Refused(instance, handle, 0);
        long again = instance.Call<long>("opened", "file");
        Assert.NotEqual(handle, again);
        Refused(instance, handle, again);
        Assert.Equal(5, other.Call<long>("size", foreign));
    });

    /// <summary>The number in the frame, changed by the worker between the guest's check and the host's reading.</summary>
    [Fact]
    public void C20_AHandleChangedInTheFrameIsNoOther() => Expect.Repeatedly(() =>
    {
        using GuestInstance instance = Start(IsolationLevel.Process);
        long handle = instance.Call<long>("opened", "file");
        foreach (long forged in (long[])[handle + 1, 0x5EC2E7, -handle])
        {
            Instance target = instance.Instance;
            ((WorkerSession)target.ProcessorState!).BeforeReading = () =>
            {
                if (target.Context->Trap != TrapKind.Service)
                    return;
                LinkedFunction function = target.Program.TrapSite((int)target.Context->TrapSite).Function;
                ((long*)target.Context->GuestRbp)[function.OutgoingWord(0)] = forged;
            };
            Refused(instance, handle, 0);
            ((WorkerSession)target.ProcessorState!).BeforeReading = null;
        }

        Assert.Equal(5, instance.Call<long>("size", handle));
    });

    private static void Refused(GuestInstance instance, long handle, long real)
    {
        if (handle == real)
            return;
        GuestFault fault = Guests.FaultOf(instance, "size", handle)!;
        Assert.NotNull(fault);
        Assert.Contains("is not open", fault.Message);
    }

    private GuestInstance Start(IsolationLevel level) => Program.Instantiate(Guests.Options(level) with
    {
        WorkingDirectory = folder,
        Capabilities = Capabilities.None.Allow($"fs:read={folder}"),
    });
}
