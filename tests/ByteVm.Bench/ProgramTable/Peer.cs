namespace ByteVm.Bench.ProgramTable;

/// <summary>Something that runs kernels.</summary>
/// <param name="Command">The command line without size and iterations, or null when this peer has no such program.</param>
/// <param name="Iterations">In a process. Compilers get more than interpreters: their speed settles later.</param>
internal sealed record Peer(string Name, Func<Kernel, string[]?> Command, int Iterations);

/// <summary>Finds out which peers are installed, and compiles the kernels for them into a scratch folder.</summary>
internal sealed class PeerBuilder(Kernel[] kernels, string sources, string scratch, string[] bytevm)
{
    private const int SlowIterations = 1;
    private const int InterpreterIterations = 2;
    private const int CompilerIterations = 8;

    private readonly List<Peer> peers = [];

    /// <summary>A word for every peer that is left out.</summary>
    public List<string> Skipped { get; } = [];

    public IReadOnlyList<Peer> Build()
    {
        BuildTarn();
        AddDotNet();
        AddWhenInstalled("java", ["-version"], AddJava);
        AddWhenInstalled("gcc", ["--version"], AddC);
        AddWhenInstalled("node", ["--version"], AddNode);
        return peers;
    }

    private void BuildTarn()
    {
        foreach (Kernel kernel in kernels)
            ChildProcess.Require([.. bytevm, "build", Source(kernel, $"{kernel.Name}.tarn"), "-o", Output(kernel, ".bvm")]);
        peers.Add(new Peer("interpreter", kernel => Run(kernel, "interpreter"), InterpreterIterations));
        peers.Add(new Peer("baseline", kernel => Run(kernel, "baseline"), CompilerIterations));
    }

    private string[] Run(Kernel kernel, string engine) => [.. bytevm, "run", "--engine", engine, "--allow", "clock", Output(kernel, ".bvm")];

    private void AddDotNet() =>
        peers.Add(new Peer(".NET", kernel => ["dotnet", typeof(PeerBuilder).Assembly.Location, "peer", kernel.Name], CompilerIterations));

    private void AddJava()
    {
        string[] files = Directory.GetFiles(sources, "*.java", SearchOption.AllDirectories);
        if (!ChildProcess.Succeeds(["javac", "-d", scratch, .. files]))
        {
            Skipped.Add("java: there is no javac");
            return;
        }

        peers.Add(new Peer("java -Xint", kernel => ["java", "-Xint", "-cp", scratch, "Harness", kernel.Name], SlowIterations));
        peers.Add(new Peer("java", kernel => ["java", "-cp", scratch, "Harness", kernel.Name], CompilerIterations));
    }

    private void AddC()
    {
        foreach (Kernel kernel in kernels.Where(k => File.Exists(Source(k, $"{k.Name}.c"))))
            ChildProcess.Require(["gcc", "-O3", "-ffp-contract=off", "-o", Output(kernel, ""), Source(kernel, $"{kernel.Name}.c"), "-lm"]);
        peers.Add(new Peer("gcc -O3", kernel => File.Exists(Output(kernel, "")) ? [Output(kernel, "")] : null, CompilerIterations));
    }

    private void AddNode() => peers.Add(new Peer(
        "node",
        kernel => File.Exists(Source(kernel, $"{kernel.Name}.js")) ? ["node", Path.Combine(sources, "harness", "harness.js"), kernel.Name] : null,
        CompilerIterations));

    private void AddWhenInstalled(string tool, string[] question, Action add)
    {
        if (ChildProcess.Succeeds([tool, .. question]))
            add();
        else
            Skipped.Add($"{tool}: not installed");
    }

    private string Source(Kernel kernel, string file) => Path.Combine(sources, kernel.Name, file);

    private string Output(Kernel kernel, string extension) => Path.Combine(scratch, kernel.Name + extension);
}
