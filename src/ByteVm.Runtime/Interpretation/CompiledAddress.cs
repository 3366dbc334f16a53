using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ByteVm.Runtime.Interpretation;

/// <summary>
/// A function pointer to a C# method is the address of a small stub that jumps to the method's code. In a chain of handlers the
/// stub would cost one jump per instruction. Where the stub has the form that .NET gives it on x64, "jmp [rip + displacement]", its
/// target replaces it; everything else stays as it is. Handlers are compiled once, fully optimized, so their code does not move.
/// Compiling them all takes some 70 ms, so that happens beside the running guest; each entry is replaced by one aligned store.
/// </summary>
internal static unsafe class CompiledAddress
{
    private const ushort JumpThroughMemory = 0x25FF;
    private const int JumpBytes = 6;

    /// <param name="functions">A table of function pointers that lives as long as the process.</param>
    public static void ResolveInBackground(nint* functions, int count)
    {
        if (RuntimeFeature.IsDynamicCodeCompiled && RuntimeInformation.ProcessArchitecture == Architecture.X64)
            ThreadPool.UnsafeQueueUserWorkItem(_ => ResolveAll(new Span<nint>(functions, count)), null);
    }

    private static void ResolveAll(Span<nint> functions)
    {
        foreach (MethodInfo method in typeof(Handlers).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
            RuntimeHelpers.PrepareMethod(method.MethodHandle);
        foreach (ref nint function in functions)
            function = Resolve(function);
    }

    private static nint Resolve(nint function)
    {
        if (*(ushort*)function != JumpThroughMemory)
            return function;
        return *(nint*)(function + JumpBytes + *(int*)(function + 2));
    }
}
