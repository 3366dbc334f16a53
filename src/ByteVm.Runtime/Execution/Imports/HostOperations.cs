using System.Diagnostics;
using System.Security.Cryptography;
using ByteVm.Runtime.Execution.Imports.Files;

namespace ByteVm.Runtime.Execution.Imports;

/// <summary>
/// Every operation of the host that guests may import: the one list, of which the standard library's imports are the counterpart.
/// lang/spec/host.md describes them; a test holds the two together. Console and arguments need no capability.
/// </summary>
internal static class HostOperations
{
    public static readonly HostOperation[] All =
    [
        new("console.write", "(string)", "", static (in HostCall call) => call.Shadow.Console.Write(call.Utf8(0))),
        new("console.write_bytes", "(u8[], i32, i32)", "", static (in HostCall call) => call.Shadow.Console.Write(call.Part(0))),
        new("console.error", "(string)", "", static (in HostCall call) => call.Shadow.Console.WriteError(call.Utf8(0))),
        new("console.flush", "()", "", static (in HostCall call) => call.Shadow.Console.Flush()),
        new("console.read_line", "() -> string", "", ReadLine),
        new("console.read", "(u8[], i32, i32) -> i32", "", ReadInput),

        new("process.args", "() -> string[]", "", static (in HostCall call) => call.Return(call.Shadow.Arguments)),
        new("process.exit", "(i32)", "", static (in HostCall call) => call.Shadow.Exit(call.Get<int>(0))),
        new("process.env", "(string) -> string", Capabilities.Environment, static (in HostCall call) => call.Return(System.Environment.GetEnvironmentVariable(call.Text(0)))),

        new("clock.now", "() -> i64", Capabilities.Clock, static (in HostCall call) => call.Return(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())),
        new("clock.monotonic", "() -> i64", Capabilities.Clock, static (in HostCall call) => call.Return(MonotonicNanoseconds())),
        new("random.seed", "() -> i64", Capabilities.Random, static (in HostCall call) => call.Return(RandomSeed())),

        new("fs.read", "(string) -> u8[]", Capabilities.FileRead, static (in HostCall call) => call.Return(call.Shadow.Files.ReadBytes(call.Text(0)))),
        new("fs.read_text", "(string) -> string", Capabilities.FileRead, static (in HostCall call) => call.Return(call.Shadow.Files.ReadText(call.Text(0)))),
        new("fs.exists", "(string) -> i32", Capabilities.FileRead, static (in HostCall call) => call.Return(call.Shadow.Files.Exists(call.Text(0)))),
        new("fs.write", "(string, u8[])", Capabilities.FileWrite, static (in HostCall call) => call.Shadow.Files.Write(call.Text(0), call.Bytes(1))),
        new("fs.write_text", "(string, string)", Capabilities.FileWrite, static (in HostCall call) => call.Shadow.Files.Write(call.Text(0), call.Utf8(1))),
        new("fs.append", "(string, u8[])", Capabilities.FileWrite, static (in HostCall call) => call.Shadow.Files.Append(call.Text(0), call.Bytes(1))),
        new("fs.metadata", "(string) -> i64[]", Capabilities.FileRead, static (in HostCall call) => call.Return(call.Shadow.Files.Metadata(call.Text(0)))),
        new("fs.link_metadata", "(string) -> i64[]", Capabilities.FileRead, static (in HostCall call) => call.Return(call.Shadow.Files.LinkMetadata(call.Text(0)))),
        new("fs.list", "(string) -> string[]", Capabilities.FileRead, static (in HostCall call) => call.Return(call.Shadow.Files.List(call.Text(0)))),
        new("fs.create_folder", "(string)", Capabilities.FileWrite, static (in HostCall call) => call.Shadow.Files.CreateFolder(call.Text(0))),
        new("fs.remove", "(string)", Capabilities.FileWrite, static (in HostCall call) => call.Shadow.Files.Remove(call.Text(0))),
        new("fs.rename", "(string, string)", Capabilities.FileWrite, static (in HostCall call) => call.Shadow.Files.Rename(call.Text(0), call.Text(1))),

        new("fs.open_read", "(string) -> i64", Capabilities.FileRead, static (in HostCall call) => Open(call, FileUse.Read)),
        new("fs.open_replace", "(string) -> i64", Capabilities.FileWrite, static (in HostCall call) => Open(call, FileUse.Replace)),
        new("fs.open_append", "(string) -> i64", Capabilities.FileWrite, static (in HostCall call) => Open(call, FileUse.Append)),
        new("fs.open_create", "(string) -> i64", Capabilities.FileWrite, static (in HostCall call) => Open(call, FileUse.Create)),
        new("fs.open_update", "(string) -> i64", Capabilities.FileWrite, static (in HostCall call) => Open(call, FileUse.Update)),
        new("file.read", "(i64, u8[], i32, i32) -> i32", "", static (in HostCall call) => call.Return(FileOf(call).Read(call.Part(1)))),
        new("file.write", "(i64, u8[], i32, i32)", "", static (in HostCall call) => FileOf(call).Write(call.Part(1))),
        new("file.seek", "(i64, i64, i32) -> i64", "", static (in HostCall call) => call.Return(FileOf(call).Seek(call.Get<long>(1), call.Get<int>(2)))),
        new("file.length", "(i64) -> i64", "", static (in HostCall call) => call.Return(FileOf(call).Length)),
        new("file.close", "(i64)", "", static (in HostCall call) => call.Shadow.Handles.Close(call.Get<long>(0))),
    ];

    /// <summary>Null when there is none of that name.</summary>
    public static HostOperation? Find(string name) => Array.Find(All, operation => operation.Name == name);

    private static void ReadLine(in HostCall call)
    {
        if (call.Shadow.Input.TryReadLine(out string? line))
            call.Return(line);
        else
            call.After(call.Shadow.Input.Fill(), ReadLine);
    }

    private static void ReadInput(in HostCall call)
    {
        if (call.Shadow.Input.TryRead(call.Part(0), out int count))
            call.Return(count);
        else
            call.After(call.Shadow.Input.Fill(), ReadInput);
    }

    private static GuestFile FileOf(in HostCall call) => call.Shadow.Handles.Get<GuestFile>(call.Get<long>(0));

    private static void Open(in HostCall call, FileUse use)
    {
        ShadowState shadow = call.Shadow;
        string path = call.Text(0);
        call.Return(shadow.Handles.Open(() => shadow.Files.Open(path, use)));
    }

    private static long MonotonicNanoseconds() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    private static long RandomSeed()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToInt64(bytes);
    }
}
