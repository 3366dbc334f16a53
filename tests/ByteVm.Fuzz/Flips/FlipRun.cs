using ByteVm.Memory;
using System.Runtime.Versioning;
using ByteVm.Host.Worker;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;

namespace ByteVm.Fuzz.Flips;

/// <summary>One instance whose memory is tampered with at its traps, until it ends.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class FlipRun(GuestProgram program, Random random, TimeSpan limit)
{
    private const int Rounds = 400;
    private static readonly uint[] Favourites = [0, 1, 7, 8, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF_FFF8, 64 * 1024, 0xFFFE_0000];

    private Instance? instance;

    public int Flips { get; private set; }

    /// <summary>How it ended, without what differs from run to run.</summary>
    public string End { get; private set; } = "";

    public void Execute()
    {
        using GuestInstance guest = program.Instantiate(InstanceOptions.Default with
        {
            Isolation = IsolationLevel.Process,
            GcStress = random.Next(3) == 0 ? GcStress.Safepoints : GcStress.Never,
            MemoryBytes = 16 << 20,
            Limits = new() { WallClock = limit },
        });
        instance = guest.Instance;
        // The first call makes the worker; nothing hostile in it.
        guest.Call<double[]>("numbers", new[] { 1.0 });
        ((WorkerSession)instance.ProcessorState!).BeforeReading = Tamper;
        try
        {
            for (int i = 0; i < 20 && Flips < 5000; i++)
                CallOnce(guest);
            End = "returned";
        }
        catch (GuestFaultException e)
        {
            End = e.Fault.Kind == FaultKind.WorkerDied ? $"worker died: {Shape(e.Fault.Message)}" : e.Fault.Kind.ToString();
        }
        catch (ArgumentException) when (Flips > 0)
        {
            End = "result refused";
        }
    }

    private void CallOnce(GuestInstance guest)
    {
        switch (random.Next(3))
        {
            case 0:
                guest.Call<string>("run", new[] { "a", "b", "ccc" }, Rounds);
                break;
            case 1:
                guest.Call<string[]>("texts", (GuestValue)new[] { "x", "b", new string('y', 300) });
                break;
            default:
                guest.Call<double[]>("numbers", new[] { 0.5, double.NaN, 1e300 });
                break;
        }
    }

    /// <summary>Not at every trap, so that damage has time to spread.</summary>
    private void Tamper()
    {
        int count = random.Next(4) == 0 ? 1 + random.Next(3) : 0;
        for (int i = 0; i < count; i++)
            Flip(Target());
    }

    private byte* Target()
    {
        InstanceContext* context = instance!.Context;
        switch (random.Next(10))
        {
            case 0:
                return (byte*)context + random.Next(sizeof(InstanceContext));
            case < 4:
                long stack = Math.Clamp(instance.Stack.Top - (byte*)context->GuestRsp, 64, instance.Stack.Top - instance.Stack.Limit);
                return instance.Stack.Top - 1 - random.NextInt64(stack);
            default:
                return HeapTarget();
        }
    }

    /// <summary>Among young objects, old ones, or the cards of either.</summary>
    private byte* HeapTarget()
    {
        Heap heap = instance!.Heap;
        (uint start, uint end) = random.Next(2) == 0 ? (heap.NurseryStart, heap.BufferEnd) : (heap.Old.Bottom, heap.Old.Top);
        if (start >= end)
            return instance.Stack.Top - 1 - random.Next(256);
        long used = end - start;
        long offset = start + random.NextInt64(Math.Min(used, random.Next(2) == 0 ? 4096 : used));
        return random.Next(8) == 0 ? instance.Cage.Cards + (offset >> CageLayout.CardShift) : instance.Cage.Base + offset;
    }

    private void Flip(byte* target)
    {
        Flips++;
        if (random.Next(4) != 0)
        {
            *target ^= (byte)(1 << random.Next(8));
            return;
        }

        uint* word = (uint*)((ulong)target & ~3UL);
        *word = Favourites[random.Next(Favourites.Length)];
    }

    private static string Shape(string message)
    {
        string text = new([.. message.Where(c => !char.IsAsciiHexDigit(c) || char.IsAsciiLetterLower(c))]);
        return text.Length > 90 ? text[..90] : text;
    }
}
