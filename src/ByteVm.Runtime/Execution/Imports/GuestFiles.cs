using System.Text;

namespace ByteVm.Runtime.Execution.Imports;

/// <summary>
/// The files an instance was granted. A guest's path is relative to the instance's working directory, or absolute; after ".." is taken
/// out it must lie beneath a granted folder. Symbolic links are followed only where they stay beneath it: each link on the way is
/// resolved and checked, and the file is opened in a way that a link put there in between is not followed or found out
/// (<see cref="FileRoot.Open"/>), before a byte is read, written or cut off.
/// Messages name a path as the guest wrote it, so they tell nothing about the host.
/// </summary>
internal sealed class GuestFiles(InstanceOptions options)
{
    private readonly FileRoot[] roots = [.. options.Capabilities.Files.Select(grant => new FileRoot(grant, options.WorkingDirectory))];

    public byte[] ReadBytes(string path)
    {
        using FileStream file = Open(path, Capabilities.FileRead, "read", write: false);
        return Guard("read", path, () => ReadAll(file, path));
    }

    public string ReadText(string path)
    {
        byte[] bytes = ReadBytes(path);
        try
        {
            ReadOnlySpan<byte> mark = Encoding.UTF8.Preamble;
            ReadOnlySpan<byte> text = bytes.AsSpan().StartsWith(mark) ? bytes.AsSpan(mark.Length) : bytes;
            return StrictUtf8.GetString(text);
        }
        catch (DecoderFallbackException e)
        {
            throw new HostFaultException(FaultKind.MalformedText, $"\"{path}\" is not UTF-8 at byte {e.Index}");
        }
    }

    public bool Exists(string path)
    {
        string real = Resolve(path, Capabilities.FileRead, "look for").RealPath;
        return File.Exists(real) || Directory.Exists(real);
    }

    public void Write(string path, ReadOnlySpan<byte> bytes) => Write(path, bytes, append: false);

    public void Append(string path, ReadOnlySpan<byte> bytes) => Write(path, bytes, append: true);

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private void Write(string path, ReadOnlySpan<byte> bytes, bool append)
    {
        using FileStream file = Open(path, Capabilities.FileWrite, "write", write: true);
        try
        {
            if (append)
                file.Seek(0, SeekOrigin.End);
            else
                file.SetLength(0);
            file.Write(bytes);
        }
        catch (IOException e)
        {
            throw Failure("write", path, e);
        }
    }

    private FileStream Open(string path, string capability, string verb, bool write)
    {
        (FileRoot root, string real) = Resolve(path, capability, verb);
        if (Directory.Exists(real))
            throw Failure(verb, path, "it is a folder");
        return Guard(verb, path, () => root.Open(real, write)) ?? throw Failure(verb, path, "a link leads out of the granted folder");
    }

    private byte[] ReadAll(FileStream file, string path)
    {
        if (file.Length > options.MemoryBytes)
            throw Failure("read", path, $"its {file.Length:N0} bytes exceed the memory limit");
        // A file of the kind that /proc has says 0 and still has content.
        using var content = new MemoryStream((int)file.Length);
        file.CopyTo(content);
        return content.Length == content.Capacity ? content.GetBuffer() : content.ToArray();
    }

    private (FileRoot Root, string RealPath) Resolve(string path, string capability, string verb)
    {
        if (path.Length == 0 || path.Contains('\0'))
            throw Failure(verb, path, "it is not a path");
        string full = Path.GetFullPath(path, options.WorkingDirectory);
        FileRoot root = Array.Find(roots, r => r.Grants(capability) && r.Contains(full)) ??
            throw Failure(verb, path, $"it lies beneath no folder granted for that; {Capabilities.OptionFor(capability)} grants one");
        string? real = Guard(verb, path, () => root.Follow(full));
        return real is null ? throw Failure(verb, path, "a link leads out of the granted folder") : (root, real);
    }

    private static T Guard<T>(string verb, string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Failure(verb, path, e);
        }
    }

    private static HostFaultException Failure(string verb, string path, Exception e) => Failure(verb, path, e switch
    {
        FileNotFoundException => "there is no such file",
        DirectoryNotFoundException => "there is no such folder",
        UnauthorizedAccessException => "the system denies access",
        PathTooLongException => "the path is too long",
        _ => "the system reports an error",
    });

    private static HostFaultException Failure(string verb, string path, string why) => new(FaultKind.HostError, $"cannot {verb} \"{path}\": {why}");
}
