using System.Security.Cryptography;

namespace ByteVm.Bytecode;

/// <summary>The identity of a module: SHA-256 over the bytes of its file, in lower-case hexadecimal.</summary>
public static class ContentHash
{
    public static string Of(ReadOnlySpan<byte> moduleBytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(moduleBytes, hash);
        return Convert.ToHexStringLower(hash);
    }

    public static string Of(Module module) => Of(ModuleWriter.Write(module));
}
