using System.Globalization;

namespace ByteVm.Tests.Memory;

/// <summary>A line of /proc/self/maps.</summary>
internal sealed record MemoryMap(ulong Start, ulong End, string Access, string Path)
{
    public bool Contains(ulong address) => address >= Start && address < End;

    public bool Overlaps(ulong start, ulong end) => Start < end && start < End;

    public static List<MemoryMap> All() => File.ReadLines("/proc/self/maps").Select(Parse).ToList();

    public static IEnumerable<MemoryMap> Accessible() => All().Where(m => m.Access[..3] != "---");

    private static MemoryMap Parse(string line)
    {
        string[] parts = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        ulong[] range = parts[0].Split('-').Select(x => ulong.Parse(x, NumberStyles.HexNumber)).ToArray();
        return new MemoryMap(range[0], range[1], parts[1], parts.Length > 5 ? parts[5].Trim() : "");
    }
}
