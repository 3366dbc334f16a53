using System.Xml.Linq;

namespace ByteVm.Tests;

/// <summary>The dependency rules of ARCHITECTURE.md, checked over the project files.</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> AllowedReferences = new()
    {
        ["ByteVm.Bytecode"] = [],
        ["ByteVm.Memory"] = [],
        ["ByteVm.Generators"] = [],
        ["ByteVm.Runtime"] = ["ByteVm.Bytecode", "ByteVm.Memory"],
        ["ByteVm.Jit.X64"] = ["ByteVm.Runtime"],
        ["ByteVm.Host"] = ["ByteVm.Jit.X64", "ByteVm.Runtime"],
        ["ByteVm"] = ["ByteVm.Bytecode", "ByteVm.Runtime", "ByteVm.Jit.X64", "ByteVm.Host"],
        ["ByteVm.Tarn"] = ["ByteVm.Bytecode"],
        ["ByteVm.Cli"] = ["ByteVm", "ByteVm.Tarn"],
    };

    private static readonly string[] MayBeUnsafe = ["ByteVm.Memory", "ByteVm.Runtime", "ByteVm.Jit.X64", "ByteVm.Host"];

    [Fact]
    public void EveryProjectReferencesOnlyWhatTheArchitectureAllows()
    {
        foreach (string path in Projects())
        {
            string name = Path.GetFileNameWithoutExtension(path);
            Assert.True(AllowedReferences.TryGetValue(name, out string[]? allowed), $"{name} is not in the architecture's table");
            Assert.Equal(allowed!.Order(), References(path).Order());
        }
    }

    [Fact]
    public void OnlyTheNamedProjectsAllowUnsafeCode()
    {
        foreach (string path in Projects())
        {
            bool allows = XDocument.Load(path).Descendants("AllowUnsafeBlocks").Any(e => e.Value == "true");
            Assert.Equal(MayBeUnsafe.Contains(Path.GetFileNameWithoutExtension(path)), allows);
        }
    }

    /// <summary>
    /// What a worker may have changed is read in few places, each of which reads once and checks: objects in GuestObjects, slots in ServiceCall and
    /// Instance.Slot, frames in FrameWalker, roots in InstanceRoots. Whoever needs more gets a method there.
    /// </summary>
    [Theory]
    [InlineData("Cage.Base", "Instance.cs", "InstanceMemory.cs", "InstanceRoots.cs", "Services.Arrays.cs")]
    [InlineData("FramePointer[", "")]
    [InlineData("frame[", "Instance.cs", "ServiceCall.cs")]
    public void OnlyTheAccessorsReadGuestMemory(string access, params string[] allowed)
    {
        string[] folders = ["src/ByteVm.Runtime/Execution", "src/ByteVm", "src/ByteVm.Host/Worker"];
        IEnumerable<string> users =
            from folder in folders
            from path in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
            where !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            where File.ReadAllText(path).Contains(access, StringComparison.Ordinal)
            select Path.GetFileName(path);
        Assert.Empty(users.Except(allowed));
    }

    private static IEnumerable<string> Projects() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories);

    private static IEnumerable<string> References(string path) =>
        XDocument.Load(path).Descendants("ProjectReference").Select(e => Path.GetFileNameWithoutExtension(e.Attribute("Include")!.Value.Replace('\\', '/')));
}
