namespace ByteVm.Runtime.Execution.Faults;

/// <summary>Byte counts for people: in the largest unit that leaves no fraction.</summary>
internal static class SizeText
{
    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB"];

    public static string Of(long bytes)
    {
        int unit = 0;
        for (; unit < Units.Length - 1 && bytes != 0 && bytes % 1024 == 0; unit++)
            bytes /= 1024;
        return $"{bytes:N0} {Units[unit]}";
    }
}
