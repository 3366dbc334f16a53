using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ByteVm;

/// <summary>Where a guest's output goes and its input comes from. The instance buffers; output arrives in pieces of whole UTF-8.</summary>
public abstract class GuestConsole
{
    /// <summary>Discards output and has no input.</summary>
    public static readonly GuestConsole None = new NoConsole();

    /// <summary>The console of this process.</summary>
    public static GuestConsole Standard => StandardConsole.Instance;

    /// <summary>Whether somebody watches: then output is flushed after each line.</summary>
    public virtual bool IsInteractive => false;

    /// <summary>Output to text writers, input from a reader.</summary>
    /// <param name="error">Null: as <paramref name="output"/>.</param>
    /// <param name="input">Null: no input.</param>
    public static GuestConsole To(TextWriter output, TextWriter? error = null, TextReader? input = null) => new TextConsole(output, error ?? output, input);

    public abstract void Write(ReadOnlySpan<byte> utf8);

    public abstract void WriteError(ReadOnlySpan<byte> utf8);

    /// <summary>The next line without its end, or null at the end of input.</summary>
    public abstract string? ReadLine();

    private sealed class NoConsole : GuestConsole
    {
        public override void Write(ReadOnlySpan<byte> utf8)
        {
        }

        public override void WriteError(ReadOnlySpan<byte> utf8)
        {
        }

        public override string? ReadLine() => null;
    }

    private sealed class TextConsole(TextWriter output, TextWriter error, TextReader? input) : GuestConsole
    {
        public override void Write(ReadOnlySpan<byte> utf8) => output.Write(Encoding.UTF8.GetString(utf8));

        public override void WriteError(ReadOnlySpan<byte> utf8) => error.Write(Encoding.UTF8.GetString(utf8));

        public override string? ReadLine() => input?.ReadLine();
    }

    private sealed class StandardConsole : GuestConsole
    {
        public static readonly StandardConsole Instance = new();

        private readonly Stream output = OpenOutput();
        private Stream? error;
        private StreamReader? input;

        public override bool IsInteractive { get; } = !Console.IsOutputRedirected;

        public override void Write(ReadOnlySpan<byte> utf8) => output.Write(utf8);

        public override void WriteError(ReadOnlySpan<byte> utf8) => (error ??= Console.OpenStandardError()).Write(utf8);

        public override string? ReadLine() => (input ??= new StreamReader(Console.OpenStandardInput(), Encoding.UTF8)).ReadLine();

        /// <summary>.NET's own stream drops what goes to a pipe that nobody reads, so an endless program would never end.</summary>
        private static Stream OpenOutput() =>
            OperatingSystem.IsLinux() && new FileInfo("/proc/self/fd/1").LinkTarget?.StartsWith("pipe:", StringComparison.Ordinal) == true
                ? new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0)
                : Console.OpenStandardOutput();
    }
}
