using ByteVm.Conformance.Running;

namespace ByteVm.Conformance.Programs;

/// <summary>A hundred instances of each of a few programs at once on several threads: each gives what one alone gives.</summary>
public class ManyInstancesTests
{
    private const int Instances = 100;
    private const int Threads = 4;

    [Theory]
    [MemberData(nameof(TestEngines.Theory), MemberType = typeof(TestEngines))]
    public void EachInstanceIsAlone(EngineKind engine)
    {
        ProgramCase[] programs =
        [
            Example("binarytrees.tarn", "6"), Example("fannkuch.tarn", "6"), Example("lisp.tarn"), Example("json/main.tarn", "--compact"), Example("sort.tarn", "2000"),
        ];
        var variant = new Variant(engine, Metered: true, Stress: false);
        ProgramRun[] alone = [.. programs.Select(p => ProgramRun.Of(p, variant))];
        var together = new ProgramRun[Instances];
        Parallel.For(0, Instances, new ParallelOptions { MaxDegreeOfParallelism = Threads }, i => together[i] = ProgramRun.Of(programs[i % programs.Length], variant));
        Assert.All(together, (run, i) => Assert.Equal(alone[i % programs.Length], run));
    }

    private static ProgramCase Example(string program, params string[] arguments) =>
        new() { Name = program, Source = Path.Combine(TestFiles.Examples, program), Arguments = arguments, Grants = ["fs:read=."] };
}
