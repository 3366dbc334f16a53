using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ByteVm.Runtime.Execution.Imports.Files;

/// <summary>
/// The files an instance was granted. A guest's path is relative to the instance's working directory, or absolute; after ".." is taken
/// out it must lie beneath a granted folder. Symbolic links are followed only where they stay beneath it: each link on the way is
/// resolved and checked, and the operation is done in a way that a link put there in between is not followed or found out
/// (<see cref="IFolder"/>), before a byte is read, written or cut off.
/// Messages name a path as the guest wrote it, so they tell nothing about the host.
/// </summary>
internal sealed class GuestFiles(InstanceOptions options)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly FileRoot[] roots = [.. options.Capabilities.Files.Select(grant => new FileRoot(grant, options.WorkingDirectory))];

    public GuestFile Open(string path, FileUse use) => new(path, OpenHandle(path, use), use);

    public byte[] ReadBytes(string path)
    {
        using GuestFile file = Open(path, FileUse.Read);
        return file.ReadAll(options.MemoryBytes);
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

    public void Write(string path, ReadOnlySpan<byte> bytes) => Write(path, bytes, FileUse.Replace);

    public void Append(string path, ReadOnlySpan<byte> bytes) => Write(path, bytes, FileUse.Append);

    public bool Exists(string path) => Find(path) is not null;

    /// <summary>Kind, length and time of change of what lies at a path; null when there is nothing.</summary>
    public long[]? Metadata(string path) => Facts(Find(path));

    /// <summary>As <see cref="Metadata"/>, of a name that may be a link.</summary>
    public long[]? LinkMetadata(string path)
    {
        Place place = Resolve(path, Capabilities.FileRead, "look for", asName: true);
        return Facts(Guard("look for", path, () => place.Folder.FindName(place.Relative)));
    }

    /// <summary>The names in a folder, sorted.</summary>
    public string[] List(string path)
    {
        Place place = Resolve(path, Capabilities.FileRead, "list");
        return [.. Guard("list", path, () => place.Folder.List(place.Relative)).Order(StringComparer.Ordinal)];
    }

    public void CreateFolder(string path)
    {
        Place place = Resolve(path, Capabilities.FileWrite, "make the folder", asName: true);
        Guard("make the folder", path, () => place.Folder.CreateFolder(place.Relative));
    }

    public void Remove(string path)
    {
        Place place = Resolve(path, Capabilities.FileWrite, "remove", asName: true);
        Guard("remove", path, () => place.Folder.Remove(place.Relative));
    }

    public void Rename(string path, string newPath)
    {
        Place from = Resolve(path, Capabilities.FileWrite, "rename", asName: true);
        Place to = Resolve(newPath, Capabilities.FileWrite, "rename to", asName: true);
        Guard("rename", path, () => from.Folder.Rename(from.Relative, to.Folder, to.Relative));
    }

    private static long[]? Facts(Entry? entry) => entry is { } found ? [(long)found.Kind, found.Length, found.Modified] : null;

    private Entry? Find(string path)
    {
        Place place = Resolve(path, Capabilities.FileRead, "look for");
        return Guard("look for", path, () => place.Folder.Find(place.Relative));
    }

    private void Write(string path, ReadOnlySpan<byte> bytes, FileUse use)
    {
        using GuestFile file = Open(path, use);
        file.Write(bytes);
    }

    private SafeFileHandle OpenHandle(string path, FileUse use)
    {
        (string capability, string verb) = use == FileUse.Read ? (Capabilities.FileRead, "read") : (Capabilities.FileWrite, "write");
        Place place = Resolve(path, capability, verb);
        return Guard(verb, path, () => place.Folder.Open(place.Relative, use));
    }

    /// <param name="asName">The operation is about the name itself: if it is a link, that is not followed, and it cannot be the granted folder.</param>
    private Place Resolve(string path, string capability, string verb, bool asName = false)
    {
        if (path.Length == 0 || path.Contains('\0'))
            throw FileFailure.Of(verb, path, "it is not a path");
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path, options.WorkingDirectory));
        string followed = asName ? Path.GetDirectoryName(full) ?? full : full;
        FileRoot root = Array.Find(roots, r => r.Grants(capability) && r.Contains(followed)) ?? throw NotGranted(verb, path, full, capability, asName);
        string real = Guard(verb, path, () => root.Follow(followed)) ?? throw FileFailure.Of(verb, path, new LinkLeadsOutException());
        return new Place(root.Folder, root.Relative(asName ? Path.Join(real, Path.GetFileName(full)) : real));
    }

    private HostFaultException NotGranted(string verb, string path, string full, string capability, bool asName) =>
        asName && Array.Exists(roots, r => r.Grants(capability) && r.Contains(full))
            ? FileFailure.Of(verb, path, "it is the granted folder itself")
            : FileFailure.Denied(verb, path, $"it lies beneath no folder granted for that; {Capabilities.OptionFor(capability)} grants one");

    private static T Guard<T>(string verb, string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (FileFailure.IsOutside(e))
        {
            throw FileFailure.Of(verb, path, e);
        }
    }

    private static void Guard(string verb, string path, Action action) => Guard(verb, path, () =>
    {
        action();
        return true;
    });

    /// <summary>Where an operation happens: a path without links beneath a granted folder.</summary>
    private readonly record struct Place(IFolder Folder, string Relative);
}
