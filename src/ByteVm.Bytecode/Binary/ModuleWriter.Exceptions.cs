namespace ByteVm.Bytecode;

/// <summary>The section of exception classes and handlers.</summary>
public sealed partial class ModuleWriter
{
    private void WriteExceptions(ByteWriter writer)
    {
        ExceptionClasses classes = module.Exceptions ?? throw writer.Error("there are handlers, but no exception classes");
        writer.Type(classes.Root);
        writer.Unsigned(classes.MessageField);
        writer.Unsigned(classes.TraceField);
        writer.List(classes.Faults, fault =>
        {
            writer.Byte((int)fault.Fault);
            writer.Type(fault.Class);
        });
        int[] functions = [.. Enumerable.Range(0, module.Functions.Count).Where(f => module.Functions[f].Handlers.Count > 0)];
        writer.List(functions, function =>
        {
            writer.Unsigned(function);
            writer.List(module.Functions[function].Handlers, handler => WriteHandler(writer, handler));
        });
    }

    private static void WriteHandler(ByteWriter writer, ExceptionHandler handler)
    {
        writer.Unsigned(handler.Start);
        writer.Unsigned(handler.End);
        writer.Unsigned(handler.Target);
        writer.Type(handler.Type);
        writer.OptionalIndex(handler.Register);
    }
}
