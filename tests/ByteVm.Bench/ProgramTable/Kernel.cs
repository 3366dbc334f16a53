namespace ByteVm.Bench.ProgramTable;

/// <summary>A benchmark program: the folder <c>programs/NAME</c> has it in several languages. All print nanoseconds and result of each iteration.</summary>
/// <param name="Size">What one iteration works on, so that it takes some tenths of a second in an interpreter.</param>
internal sealed record Kernel(string Name, int Size)
{
    public static readonly Kernel[] All =
    [
        new("fib", 32),
        new("loop", 20_000_000),
        new("sieve", 3_000_000),
        new("matmul", 200),
        new("nbody", 100_000),
        new("fannkuch", 9),
        new("spectralnorm", 300),
        new("mandelbrot", 300),
        new("binarytrees", 13),
        new("lru", 500_000),
        new("sha256", 2_000_000),
        new("json", 5_000),
        new("intmap", 200_000),
        new("stringmap", 100_000),
    ];

    /// <summary>The class that holds it in Java and C#.</summary>
    public string ClassName => char.ToUpperInvariant(Name[0]) + Name[1..];
}
