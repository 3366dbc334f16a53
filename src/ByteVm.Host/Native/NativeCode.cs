using System.Runtime.Versioning;
using ByteVm.Jit.X64.Baseline;
using ByteVm.Jit.X64.Checking;
using ByteVm.Memory;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;

namespace ByteVm.Host.Native;

/// <summary>
/// The machine code of one program, shared by all its instances and threads. A function is linked, compiled and checked when it is
/// first called; until then its entry holds the address of a stub that leaves to the host. Publishing is one store to the entry.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class NativeCode : ICompilationContext, IDisposable
{
    private readonly Lock gate = new();
    private readonly Program program;
    private readonly NativeOptions options;
    private readonly CodeRegion region;
    private readonly CodeMap map = new();
    private readonly BaselineCompiler compiler;
    private readonly ulong stub;

    /// <exception cref="InvalidOperationException">The program has machine code already.</exception>
    public NativeCode(Program program, NativeOptions options)
    {
        if (program.CompileStub != 0)
            throw new InvalidOperationException($"Program '{program.Module.Name}' has machine code already: one processor serves all its instances.");
        this.program = program;
        this.options = options;
        compiler = new BaselineCompiler(this);
        region = new CodeRegion(options.CodeBytes);
        stub = Write(CompileStub.Emit());
        program.CompileStub = stub;
    }

    public int FunctionCount => map.Count;

    public long CodeBytes => region.UsedBytes;

    /// <summary>For a worker process.</summary>
    public SharedRange Shared => region.Shared;

    /// <summary>Address of the function's code, which is made now if need be. Any thread may call it.</summary>
    /// <exception cref="LinkException">The function cannot be linked.</exception>
    /// <exception cref="OutOfNativeMemoryException">The program's limit of code bytes is reached.</exception>
    /// <exception cref="RefusedCodeException">The code did not pass the checker: a defect of the compiler.</exception>
    public ulong AddressOf(LinkedFunction function)
    {
        ref ulong code = ref program.Metadata.At<FunctionEntry>(function.EntryOffset).Code;
        ulong address = Volatile.Read(ref code);
        if (address != stub)
            return address;
        program.Link(function);
        lock (gate)
        {
            if (code == stub)
                Volatile.Write(ref code, Publish(function));
            return code;
        }
    }

    /// <summary>The function at an address of its code.</summary>
    public PublishedFunction? Find(ulong address) => map.Find(address);

    /// <summary>The function compiled now, without publishing it: for listings.</summary>
    public CompiledFunction Compile(LinkedFunction function)
    {
        program.Link(function);
        lock (gate)
        {
            return CompileChecked(function);
        }
    }

    public uint AddTrapSite(LinkedFunction function, int word) => (uint)program.AddTrapSite(function, word);

    public TypeDescriptor Descriptor(uint offset) => program.Metadata.At<TypeDescriptor>(offset);

    public uint StringDescriptor => program.String.DescriptorOffset;

    public void Dispose() => region.Dispose();

    private ulong Publish(LinkedFunction function)
    {
        CompiledFunction compiled = CompileChecked(function);
        ulong address = Write(compiled.Code);
        map.Add(new PublishedFunction(address, function, compiled));
        return address;
    }

    private CompiledFunction CompileChecked(LinkedFunction function)
    {
        CompiledFunction compiled = compiler.Compile(function);
        if (options.CheckCode)
            EmittedCodeChecker.Check(function, compiled);
        return compiled;
    }

    private ulong Write(ReadOnlySpan<byte> code)
    {
        CodeBlock block = region.Allocate(code.Length);
        code.CopyTo(block.Writable);
        return block.Address;
    }
}
