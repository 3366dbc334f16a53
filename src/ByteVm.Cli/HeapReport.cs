using ByteVm.Memory;

namespace ByteVm.Cli;

/// <summary>The lines of <c>--stats</c> about the heap.</summary>
internal static class HeapReport
{
    public static void Print(HeapStatistics heap, long residentBytes, TimeSpan running, TextWriter output)
    {
        double share = running > TimeSpan.Zero ? heap.TotalPause / running : 0;
        output.WriteLine($"collections    {heap.Collections:N0} in {Milliseconds(heap.TotalPause)}, {share:P1} of the run");
        output.WriteLine($"  minor        {Pauses(heap.Minor)}");
        output.WriteLine($"  full         {Pauses(heap.Full)}");
        output.WriteLine($"  promoted     {heap.BytesPromoted:N0} bytes");
        output.WriteLine($"heap           {heap.UsedBytes:N0} bytes in use, {heap.LiveBytes:N0} alive after the last full collection");
        output.WriteLine($"resident       {residentBytes:N0} bytes of the whole process");
    }

    private static string Pauses(PauseStatistics pauses) => pauses.Count == 0
        ? "none"
        : $"{pauses.Count:N0}, pauses p50 {Milliseconds(pauses.Median)}, p99 {Milliseconds(pauses.Percentile99)}, longest {Milliseconds(pauses.Max)}";

    private static string Milliseconds(TimeSpan time) => $"{time.TotalMilliseconds:N3} ms";
}
