using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using ByteVm.Conformance.Running;

namespace ByteVm.Conformance.Programs;

/// <summary>Examples whose results .NET can check: digests, compressed files, pictures, and a large JSON file.</summary>
public class ExampleTests
{
    [Theory]
    [MemberData(nameof(TestEngines.Theory), MemberType = typeof(TestEngines))]
    public void Sha256EqualsDotNets(EngineKind engine)
    {
        foreach (int length in new[] { 0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 100_000 })
        {
            string digest = Output("sha256.tarn", engine, ["--repeat", $"{length}"]);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Enumerable.Repeat((byte)'a', length).ToArray())) + "\n", digest);
        }

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("naïve ☕"u8)) + "\n", Output("sha256.tarn", engine, ["naïve ☕"]));
    }

    [Theory]
    [MemberData(nameof(TestEngines.Theory), MemberType = typeof(TestEngines))]
    public void DotNetUnpacksWhatGzipPacked(EngineKind engine)
    {
        using var folder = new ScratchFolder();
        var random = new Random(7);
        foreach (byte[] data in new[] { [], "a"u8.ToArray(), TextOf(random, 60_000), NoiseOf(random, 5_000), new byte[70_000] })
        {
            File.WriteAllBytes(folder["data"], data);
            Run(folder, "gzip.tarn", engine, ["pack", "data", "packed.gz"]);
            Assert.Equal(data, Unzip(folder["packed.gz"]));
            Run(folder, "gzip.tarn", engine, ["unpack", "packed.gz", "back"]);
            Assert.Equal(data, File.ReadAllBytes(folder["back"]));
        }

        long packedZeros = new FileInfo(folder["packed.gz"]).Length;
        Assert.InRange(packedZeros, 50, 200);
    }

    [Fact]
    public void GzipRefusesADamagedFile()
    {
        using var folder = new ScratchFolder();
        File.WriteAllBytes(folder["data"], TextOf(new Random(1), 2_000));
        Run(folder, "gzip.tarn", EngineKind.Interpreter, ["pack", "data", "packed.gz"]);
        byte[] packed = File.ReadAllBytes(folder["packed.gz"]);
        packed[^8] ^= 1;
        File.WriteAllBytes(folder["packed.gz"], packed);
        Assert.Equal(1, Run(folder, "gzip.tarn", EngineKind.Interpreter, ["unpack", "packed.gz", "back"]).ExitCode);
        Assert.False(File.Exists(folder["back"]));
    }

    [Theory]
    [InlineData("raytracer.tarn", 48, 30)]
    [InlineData("mandelbrot.tarn", 60, 40)]
    public void PicturesAreWellFormed(string program, int width, int height)
    {
        using var folder = new ScratchFolder();
        Run(folder, program, TestEngines.All[^1], [$"{width}", "picture.png"]);
        byte[] rows = PngRows(File.ReadAllBytes(folder["picture.png"]), width, height);
        Assert.Equal(height * (3 * width + 1), rows.Length);
        int colours = rows.Where((_, i) => i % (3 * width + 1) != 0).Distinct().Count();
        Assert.True(colours > 100, $"only {colours} different byte values: an empty picture?");
    }

    [Theory]
    [MemberData(nameof(TestEngines.Theory), MemberType = typeof(TestEngines))]
    public void JsonFileOfAMegabyteComesBack(EngineKind engine)
    {
        using var folder = new ScratchFolder();
        string text = JsonText(new Random(3), records: 9_000);
        Assert.True(Encoding.UTF8.GetByteCount(text) > 1 << 20);
        File.WriteAllText(folder["data.json"], text);
        string compact = Run(folder, "json/main.tarn", engine, ["--compact", "data.json"]).Output;
        Assert.Equal(text + "\n", compact);

        File.WriteAllText(folder["data.json"], text[..^1]);
        ProgramRun cut = Run(folder, "json/main.tarn", engine, ["--compact", "data.json"]);
        Assert.Equal((1, $"data.json, byte {Encoding.UTF8.GetByteCount(text) - 1}: expected ',' or ']'\n"), (cut.ExitCode, cut.Output));
    }

    public static TheoryData<EngineKind, string> LoxScripts
    {
        get
        {
            var data = new TheoryData<EngineKind, string>();
            foreach (string script in Directory.EnumerateFiles(Path.Combine(TestFiles.Examples, "lox", "scripts")).Order(StringComparer.Ordinal))
            {
                foreach (EngineKind engine in TestEngines.All)
                    data.Add(engine, Path.GetFileName(script));
            }

            return data;
        }
    }

    /// <summary>Each script says in comments what it prints (<c>// expect: …</c>) and its exit code (<c>// exit: …</c>).</summary>
    [Theory]
    [MemberData(nameof(LoxScripts))]
    public void LoxScriptsDoWhatTheySay(EngineKind engine, string script)
    {
        using var folder = new ScratchFolder();
        string[] lines = File.ReadAllLines(Path.Combine(TestFiles.Examples, "lox", "scripts", script));
        File.WriteAllLines(folder[script], lines);
        ProgramRun run = Run(folder, "lox/main.tarn", engine, [script]);
        Assert.Equal(string.Concat(Comments(lines, "expect").Select(text => text + "\n")), run.Output);
        Assert.Equal(Comments(lines, "exit").SingleOrDefault() ?? "0", $"{run.ExitCode}");
    }

    /// <summary>The formatter that is written in Tarn checks itself: the same tree comes out of what it prints, and the same text of that.</summary>
    [Theory]
    [MemberData(nameof(TestEngines.Theory), MemberType = typeof(TestEngines))]
    public void FormatterInTarnLeavesTheLibraryAsItIs(EngineKind engine)
    {
        using var folder = new ScratchFolder();
        string[] names = [.. LibrarySources().Select((source, i) => { File.WriteAllText(folder[$"{i}.tarn"], source); return $"{i}.tarn"; })];
        ProgramRun run = Run(folder, "formatter/main.tarn", engine, ["--check", .. names]);
        Assert.Equal(("", 0), (run.Output, run.ExitCode));
        File.WriteAllText(folder["wrong.tarn"], "fn main() {\n    let x = (1 +\n}\n");
        run = Run(folder, "formatter/main.tarn", engine, ["wrong.tarn"]);
        Assert.Equal(("wrong.tarn, line 3: expected an expression, found '}'\n", 1), (run.Output, run.ExitCode));
    }

    [Fact]
    public void FormatterInTarnRestoresIndentation()
    {
        using var folder = new ScratchFolder();
        foreach (string source in LibrarySources().Where(s => !s.Contains("\"\"\"")))
        {
            File.WriteAllLines(folder["flat.tarn"], source.TrimEnd('\n').Split('\n').Select(line => line.TrimStart()));
            Assert.Equal(source, Run(folder, "formatter/main.tarn", TestEngines.All[^1], ["flat.tarn"]).Output);
        }
    }

    private static IEnumerable<string> LibrarySources() =>
        Directory.EnumerateFiles(Path.Combine(TestFiles.Examples, "..", "lang", "std"), "*.tarn", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllText);

    private static IEnumerable<string> Comments(string[] lines, string kind) =>
        lines.Select(line => line.Split($"// {kind}: ", 2)).Where(parts => parts.Length == 2).Select(parts => parts[1]);

    private static string Output(string program, EngineKind engine, string[] arguments)
    {
        using var folder = new ScratchFolder();
        return Run(folder, program, engine, arguments).Output;
    }

    private static ProgramRun Run(ScratchFolder folder, string program, EngineKind engine, string[] arguments)
    {
        ProgramRun run = ProgramRun.In(
            folder,
            new ProgramCase { Name = program, Source = Path.Combine(TestFiles.Examples, program), Arguments = arguments, Grants = ["fs:read=.", "fs:write=."] },
            new Variant(engine, Metered: false, Stress: false));
        Assert.Null(run.Fault);
        return run;
    }

    private static byte[] TextOf(Random random, int length)
    {
        string[] words = ["tarn ", "water ", "stone ", "ünder ", "the ", "cold ", "light\n", "and "];
        var text = new StringBuilder();
        while (text.Length < length)
            text.Append(words[random.Next(words.Length)]);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] NoiseOf(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Unzip(string path)
    {
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        return ReadAll(stream);
    }

    private static byte[] ReadAll(Stream stream)
    {
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>The filtered rows of a PNG file, its structure and checksums checked.</summary>
    private static byte[] PngRows(byte[] file, int width, int height)
    {
        Assert.Equal([137, 80, 78, 71, 13, 10, 26, 10], file[..8]);
        var chunks = new Dictionary<string, byte[]>();
        int at = 8;
        while (at < file.Length)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            ReadOnlySpan<byte> named = file.AsSpan(at + 4, length + 4);
            Assert.Equal(Crc32(named), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
            chunks.Add(Encoding.ASCII.GetString(named[..4]), named[4..].ToArray());
            at += length + 12;
        }

        Assert.Equal(["IHDR", "IDAT", "IEND"], chunks.Keys);
        Assert.Equal((width, height), (BinaryPrimitives.ReadInt32BigEndian(chunks["IHDR"]), BinaryPrimitives.ReadInt32BigEndian(chunks["IHDR"].AsSpan(4))));
        using var data = new ZLibStream(new MemoryStream(chunks["IDAT"]), CompressionMode.Decompress);
        return ReadAll(data);
    }

    private static uint Crc32(ReadOnlySpan<byte> data)
    {
        uint crc = ~0u;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB88320;
        }

        return ~crc;
    }

    /// <summary>A list of records in the form that the printer gives on one line.</summary>
    private static string JsonText(Random random, int records)
    {
        var text = new StringBuilder("[");
        for (int i = 0; i < records; i++)
        {
            text.Append(i == 0 ? "" : ",");
            text.Append($"{{\"id\":{i},\"name\":\"näme {random.Next()}\",\"half\":{random.Next(1000)}.5,\"tags\":[\"a\\\"b\",\"\\n\",\"€{i % 7}\"],");
            text.Append($"\"open\":{(i % 2 == 0 ? "true" : "false")},\"next\":null,\"empty\":{{}},\"list\":[[],[{-i}]]}}");
        }

        return text.Append(']').ToString();
    }
}
