using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using ByteVm.Host.Worker;
using ByteVm.Memory;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;

namespace ByteVm.Fuzz.Flips;

/// <summary>One instance whose memory is tampered with at its traps, until it ends.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe partial class FlipRun(GuestProgram program, Random random, TimeSpan limit)
{
    private const int Rounds = 400;
    private static readonly uint[] Favourites = [0, 1, 7, 8, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF_FFF8, 64 * 1024, 0xFFFE_0000];

    /// <summary>Most flips at a time: few leave the guest alive for long, many hit what few would miss.</summary>
    private readonly int intensity = 1 << random.Next(1, 8);

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
        try
        {
            // The first call makes the worker; nothing hostile in it.
            guest.Call<double[]>("numbers", new[] { 1.0 });
            ((WorkerSession)instance.ProcessorState!).BeforeReading = Tamper;
            for (int i = 0; i < 20 && Flips < 5000; i++)
                CallOnce(guest);
            End = "returned";
        }
        catch (GuestFaultException e)
        {
            End = e.Fault.Kind == FaultKind.WorkerDied ? Shape(e.Fault.Message) : e.Fault.Kind.ToString();
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
        int count = random.Next(4) == 0 ? 1 + random.Next(intensity) : 0;
        for (int i = 0; i < count; i++)
        {
            if (random.Next(8) == 0)
                Confuse();
            else
                Flip(Target());
        }
    }

    /// <summary>What bits alone seldom hit: values that are right in themselves, at another place than theirs.</summary>
    private void Confuse()
    {
        Flips++;
        InstanceContext* context = instance!.Context;
        switch (random.Next(5))
        {
            case 0:
                context->TrapSite = (uint)random.Next(instance.Program.TrapSiteCount);
                break;
            case 1:
                context->Trap = (TrapKind)random.Next((int)TrapKind.HardwareFault + 1);
                context->TrapArgument = (ulong)random.Next(20);
                break;
            case 2:
                *(ulong*)((ulong)StackTarget() & ~7UL) = random.Next(2) == 0 ? SomeObject() : Favourites[random.Next(Favourites.Length)];
                break;
            case 3:
                // Another type that exists, with a length to go with it.
                uint* header = (uint*)(instance.Cage.Base + SomeObject());
                header[0] = *(uint*)(instance.Cage.Base + SomeObject());
                header[1] = Favourites[random.Next(Favourites.Length)];
                break;
            default:
                context->GuestRbp = (ulong)StackTarget() & ~7UL;
                break;
        }
    }

    private uint SomeObject()
    {
        Heap heap = instance!.Heap;
        (uint start, uint end) = random.Next(2) == 0 ? (heap.NurseryStart, heap.BufferEnd) : (heap.Old.Bottom, heap.Old.Top);
        return end - start < 16 || end < start ? heap.NurseryStart : start + ((uint)random.NextInt64(end - start - 8) & ~7u);
    }

    private byte* Target()
    {
        InstanceContext* context = instance!.Context;
        switch (random.Next(10))
        {
            case 0:
                return (byte*)context + random.Next(sizeof(InstanceContext));
            case < 4:
                return StackTarget();
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

    private byte* StackTarget()
    {
        long stack = Math.Clamp(instance!.Stack.Top - (byte*)instance.Context->GuestRsp, 64, instance.Stack.Top - instance.Stack.Limit);
        return instance.Stack.Top - 1 - random.NextInt64(stack);
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
        string text = Numbers().Replace(message, "#");
        return text.Length > 90 ? text[..90] : text;
    }

    [GeneratedRegex("0x[0-9a-fA-F]+|[0-9][0-9,.]*")]
    private static partial Regex Numbers();
}
