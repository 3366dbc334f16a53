using System.Globalization;
using ByteVm.Host.Worker;

namespace ByteVm.Attack;

/// <summary>A worker finds memory that was populated ahead in its page tables.</summary>
public sealed class PopulationTests
{
    private const int MegabytesFilled = 16, PagesFilled = MegabytesFilled * 256;

    private static readonly GuestProgram Program = Guests.Compile(
        $$"""
        fn fill(): int { let a = new byte[{{MegabytesFilled}} * 1048576]; var i = 0; while i < a.length { a[i] = toByte(1); i = i + 4096 }; return i }
        fn toByte(n: int): byte = n.toByte()
        """);

    [Fact]
    public void AWorkerDoesNotFaultAtEachPage()
    {
        using GuestInstance instance = Program.Instantiate(Guests.Options(IsolationLevel.Process));
        Assert.Equal(MegabytesFilled << 20, instance.Call<int>("fill"));
        int worker = ((WorkerSession)instance.Instance.ProcessorState!).Worker.Id;
        string[] fields = File.ReadAllText($"/proc/{worker}/stat").Split(") ")[1].Split(' ');
        Assert.InRange(int.Parse(fields[7], CultureInfo.InvariantCulture), 1, PagesFilled / 8);
    }
}
