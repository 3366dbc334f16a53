using ByteVm.Memory;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution;

/// <summary>Writes an instance's heap dumps, at moments when its guest stands still at a safepoint or has ended.</summary>
internal sealed class HeapDumper(Instance instance, HeapDumpOptions options)
{
    private volatile bool requested;
    private bool isOutOfMemoryDumped;

    /// <summary>Whether the file holds a dump that must not be replaced by what is left at the end.</summary>
    public bool IsWritten { get; private set; }

    /// <summary>Asks for a dump at the guest's next loop iteration or service. From any thread.</summary>
    public void Request()
    {
        requested = true;
        instance.WakeAtPoll();
    }

    /// <summary>To be called at polls and after services.</summary>
    public void AtSafepoint()
    {
        if (!requested)
            return;
        requested = false;
        instance.CalmPolls();
        instance.Heap.Collect(instance.Roots);
        Write("as asked for");
    }

    /// <summary>To be called when an allocation failed, which has just collected everything. Only the first time counts: the guest may go on.</summary>
    public void AtOutOfMemory()
    {
        if (isOutOfMemoryDumped)
            return;
        isOutOfMemoryDumped = true;
        Write("out of memory");
    }

    /// <summary>What is reachable when the guest has ended, unless there is a dump already.</summary>
    public void AtEnd()
    {
        if (IsWritten)
            return;
        instance.Heap.Collect(instance.Roots);
        Write("at the end");
    }

    private void Write(string why)
    {
        try
        {
            using FileStream file = new(options.Path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 1 << 16);
            long objects = instance.Heap.WriteDump(file, instance.Roots, new HeapDumpNames(TypeName, GlobalName));
            IsWritten = true;
            options.Report($"heap dump: {objects:N0} objects written to {options.Path} ({why})");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            options.Report($"heap dump: cannot write {options.Path} ({why}): {e.Message}");
        }
    }

    private string TypeName(uint index) => instance.Program.TypeAt((int)index).Name;

    /// <summary>The last global that begins at or before the offset: a part of one of several parts lies behind its beginning.</summary>
    private string GlobalName(uint offset)
    {
        Program program = instance.Program;
        int found = 0;
        for (int i = 0; i < program.GlobalOffsets.Count; i++)
        {
            if (program.GlobalOffsets[i] <= offset && program.GlobalOffsets[i] >= program.GlobalOffsets[found])
                found = i;
        }

        return program.Module.Globals[found].Name;
    }
}
