using ByteVm.Host.Worker;

namespace ByteVm.Attack;

/// <summary>What instances leave in the process. Runs alone, because it counts what the whole process holds.</summary>
[CollectionDefinition(nameof(LeakTests), DisableParallelization = true)]
[Collection(nameof(LeakTests))]
public sealed class LeakTests
{
    [Fact]
    public void NothingIsLeftOfInstances()
    {
        const int rounds = 20;
        RunOnce();
        int descriptors = Descriptors();
        int maps = Maps();
        for (int i = 0; i < rounds; i++)
            RunOnce();
        // The runtime's own threads come and go; whatever an instance leaves would show once per round.
        Assert.InRange(Descriptors(), 0, descriptors + rounds - 1);
        Assert.InRange(Maps(), 0, maps + rounds - 1);
    }

    [Fact]
    public void ReadyWorkersEndWithTheirProgramOrWhenTheyAreGivenUp()
    {
        HashSet<int> before = [.. OwnChildren()];
        GuestProgram program = Guests.Compile("fn twice(x: int): int = 2 * x");
        program.KeepWorkersReady(3);
        Assert.Equal(3, OwnChildren().Except(before).Count());
        program.KeepWorkersReady(1);
        Assert.Single(OwnChildren().Except(before));
        program.KeepWorkersReady(2);
        program.Dispose();
        Assert.Empty(OwnChildren().Except(before));
    }

    private static IEnumerable<int> OwnChildren() =>
        from folder in Directory.EnumerateDirectories("/proc")
        where int.TryParse(Path.GetFileName(folder), out _) && IsOwnChild(folder)
        select int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture);

    private static bool IsOwnChild(string folder)
    {
        try
        {
            return File.ReadLines($"{folder}/status").Contains($"PPid:\t{Environment.ProcessId}");
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void RunOnce()
    {
        using GuestInstance instance = LifecycleTests.Program.Instantiate(Guests.Options(IsolationLevel.Process));
        WorkerProcess worker = LifecycleTests.WorkerAfterCall(instance);
        instance.Dispose();
        Assert.False(Directory.Exists($"/proc/{worker.Id}"));
    }

    private static int Descriptors() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();

    private static int Maps() => File.ReadLines("/proc/self/maps").Count();
}
