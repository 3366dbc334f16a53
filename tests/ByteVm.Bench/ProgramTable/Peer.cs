namespace ByteVm.Bench.ProgramTable;

/// <summary>Something that runs kernels.</summary>
/// <param name="Command">The command line without size and iterations, or null when this peer has no such program.</param>
/// <param name="IsCompiled">Compiled peers get more iterations: their speed settles later.</param>
internal sealed record Peer(string Name, Func<Kernel, string[]?> Command, bool IsCompiled);

/// <summary>Finds out which peers are installed, and compiles the kernels for them into a scratch folder.</summary>
internal sealed class PeerBuilder(string sources, string scratch, string[] bytevm)
{
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
        foreach (Kernel kernel in Kernel.All)
            ChildProcess.Require([.. bytevm, "build", Source(kernel, $"{kernel.Name}.tarn"), "-o", Output(kernel, ".bvm")]);
        peers.Add(new Peer("interpreter", kernel => Run(kernel, "interpreter"), IsCompiled: false));
        peers.Add(new Peer("baseline", kernel => Run(kernel, "baseline"), IsCompiled: true));
    }

    private string[] Run(Kernel kernel, string engine) => [.. bytevm, "run", "--engine", engine, "--allow", "clock", Output(kernel, ".bvm")];

    private void AddDotNet() =>
        peers.Add(new Peer(".NET", kernel => ["dotnet", typeof(PeerBuilder).Assembly.Location, "peer", kernel.Name], IsCompiled: true));

    private void AddJava()
    {
        string[] files = Directory.GetFiles(sources, "*.java", SearchOption.AllDirectories);
        if (!ChildProcess.Succeeds(["javac", "-d", scratch, .. files]))
        {
            Skipped.Add("java: there is no javac");
            return;
        }

        peers.Add(new Peer("java -Xint", kernel => ["java", "-Xint", "-cp", scratch, "Harness", kernel.Name], IsCompiled: false));
        peers.Add(new Peer("java", kernel => ["java", "-cp", scratch, "Harness", kernel.Name], IsCompiled: true));
    }

    private void AddC()
    {
        foreach (Kernel kernel in Kernel.All.Where(k => File.Exists(Source(k, $"{k.Name}.c"))))
            ChildProcess.Require(["gcc", "-O3", "-ffp-contract=off", "-o", Output(kernel, ""), Source(kernel, $"{kernel.Name}.c"), "-lm"]);
        peers.Add(new Peer("gcc -O3", kernel => File.Exists(Output(kernel, "")) ? [Output(kernel, "")] : null, IsCompiled: true));
    }

    private void AddNode() => peers.Add(new Peer(
        "node",
        kernel => File.Exists(Source(kernel, $"{kernel.Name}.js")) ? ["node", Path.Combine(sources, "harness", "harness.js"), kernel.Name] : null,
        IsCompiled: true));

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
