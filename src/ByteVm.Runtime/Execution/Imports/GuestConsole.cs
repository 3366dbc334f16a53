using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ByteVm;

/// <summary>Where a guest's output goes and its input comes from. The instance buffers.</summary>
public abstract class GuestConsole
{
    /// <summary>Discards output and has no input.</summary>
    public static readonly GuestConsole None = new NoConsole();

    /// <summary>The console of this process.</summary>
    public static GuestConsole Standard => StandardConsole.Instance;

    /// <summary>Whether somebody watches: then output is flushed after each line.</summary>
    public virtual bool IsInteractive => false;

    /// <summary>Whether reading never waits, so that it needs no thread of its own.</summary>
    internal virtual bool NeverWaits => false;

    /// <summary>Output to text writers, input from a reader.</summary>
    /// <param name="error">Null: as <paramref name="output"/>.</param>
    /// <param name="input">Null: no input.</param>
    public static GuestConsole To(TextWriter output, TextWriter? error = null, TextReader? input = null) => new TextConsole(output, error ?? output, input);

    public abstract void Write(ReadOnlySpan<byte> utf8);

    public abstract void WriteError(ReadOnlySpan<byte> utf8);

    /// <summary>Reads some bytes of input, waiting until there is at least one.</summary>
    /// <returns>How many; 0 at the end of the input.</returns>
    public abstract int Read(Span<byte> buffer);

    private sealed class NoConsole : GuestConsole
    {
        public override void Write(ReadOnlySpan<byte> utf8)
        {
        }

        public override void WriteError(ReadOnlySpan<byte> utf8)
        {
        }

        internal override bool NeverWaits => true;

        public override int Read(Span<byte> buffer) => 0;
    }

    private sealed class TextConsole(TextWriter output, TextWriter error, TextReader? input) : GuestConsole
    {
        private readonly TextDecoder outputText = new(output);
        private readonly TextDecoder errorText = new(error);
        private readonly Encoder encoder = Encoding.UTF8.GetEncoder();

        internal override bool NeverWaits => input is null or StringReader;

        public override void Write(ReadOnlySpan<byte> utf8) => outputText.Write(utf8);

        public override void WriteError(ReadOnlySpan<byte> utf8) => errorText.Write(utf8);

        public override int Read(Span<byte> buffer)
        {
            Span<char> chars = stackalloc char[Math.Min(buffer.Length / 4, 1024)];
            int bytes = 0;
            for (int count = -1; bytes == 0 && count != 0;)
            {
                count = input?.Read(chars) ?? 0;
                bytes = encoder.GetBytes(chars[..count], buffer, flush: count == 0);
            }

            return bytes;
        }
    }

    /// <summary>Bytes to text; a guest that writes bytes may cut a scalar in two.</summary>
    private sealed class TextDecoder(TextWriter writer)
    {
        private readonly Decoder decoder = Encoding.UTF8.GetDecoder();

        public void Write(ReadOnlySpan<byte> utf8)
        {
            char[] chars = new char[decoder.GetCharCount(utf8, flush: false)];
            decoder.GetChars(utf8, chars, flush: false);
            writer.Write(chars);
        }
    }

    private sealed class StandardConsole : GuestConsole
    {
        public static readonly StandardConsole Instance = new();

        private readonly Stream output = OpenOutput();
        private Stream? error;
        private Stream? input;

        public override bool IsInteractive { get; } = !Console.IsOutputRedirected;

        public override void Write(ReadOnlySpan<byte> utf8) => output.Write(utf8);

        public override void WriteError(ReadOnlySpan<byte> utf8) => (error ??= Console.OpenStandardError()).Write(utf8);

        public override int Read(Span<byte> buffer) => (input ??= Console.OpenStandardInput()).Read(buffer);

        /// <summary>.NET's own stream drops what goes to a pipe that nobody reads, so an endless program would never end.</summary>
        private static Stream OpenOutput() =>
            OperatingSystem.IsLinux() && new FileInfo("/proc/self/fd/1").LinkTarget?.StartsWith("pipe:", StringComparison.Ordinal) == true
                ? new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0)
                : Console.OpenStandardOutput();
    }
}
