using ByteVm.Bytecode;

namespace ByteVm.Tests.Bytecode;

/// <summary>
/// Bad modules for every rule: tests/files/verifier/RULE-n.bva, whose first line is the message it must give (written with
/// BLESS=1), and <see cref="BadModules"/> for what the text form cannot say.
/// </summary>
public sealed class VerifierRuleTests
{
    private const string Marker = "// ";

    public static TheoryData<string> Files() => [.. Directory.GetFiles(Folder, "*.bva").Select(f => Path.GetFileName(f)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void ABadModuleGivesTheMessageInItsFirstLine(string file)
    {
        string path = Path.Combine(Folder, file);
        string text = File.ReadAllText(path);
        string body = text.StartsWith(Marker, StringComparison.Ordinal) ? text[(text.IndexOf('\n') + 1)..] : text;
        IReadOnlyList<VerificationError> errors = Verifier.Check(Assembler.Assemble(body, file));

        Assert.NotEmpty(errors);
        Assert.Equal(RuleOf(file), errors[0].Rule.Id);
        GoldenFile.Check(path, $"{Marker}{errors[0]}\n{body}");
    }

    [Fact]
    public void BadModulesBuiltInMemoryBreakTheirRule()
    {
        foreach ((int number, (VerifierRule rule, Module module)) in BadModules.All().Index())
            Assert.Equal($"{number}: {rule}", $"{number}: {Verifier.Check(module, errorLimit: 1).FirstOrDefault()?.Rule}");
    }

    [Fact]
    public void EveryRuleHasThreeBadModules()
    {
        ILookup<string, string> files = Directory.GetFiles(Folder, "*.bva").ToLookup(f => RuleOf(Path.GetFileName(f)));
        ILookup<string, Module> built = BadModules.All().ToLookup(b => b.Rule.Id, b => b.Module);
        string[] poor = [.. VerifierRules.All.Select(r => r.Id).Where(id => files[id].Count() + built[id].Count() < 3)];

        Assert.Empty(poor);
    }

    [Fact]
    public void RuleNumbersAreUnique() => Assert.Equal(VerifierRules.All.Count, VerifierRules.All.DistinctBy(r => r.Id).Count());

    private static string Folder => Path.Combine(Repository.Root, "tests", "files", "verifier");

    private static string RuleOf(string file) => file[..file.IndexOf('-')];
}
