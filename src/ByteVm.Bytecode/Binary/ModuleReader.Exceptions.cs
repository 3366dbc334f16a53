namespace ByteVm.Bytecode;

/// <summary>The section of exception classes and handlers.</summary>
public sealed partial class ModuleReader
{
    private void ReadExceptions(ref ByteReader reader)
    {
        exceptions = new ExceptionClasses(
            reader.Type("the class of exceptions"),
            reader.Unsigned("the message field"),
            reader.Unsigned("the trace field"),
            reader.List("fault classes", FormatLimits.MaxCatchableFaults, ReadFaultClass));
        handlers = new ExceptionHandler[signatures.Length][];
        int count = reader.Count("functions with handlers", signatures.Length);
        int previous = -1;
        for (int i = 0; i < count; i++)
        {
            int function = reader.Unsigned("a function with handlers");
            if (function <= previous || function >= signatures.Length)
                throw reader.Error($"function {function} with handlers; the functions ascend and are below {signatures.Length}");
            handlers[function] = reader.FilledList("handlers", FormatLimits.MaxHandlers, ReadHandler);
            previous = function;
        }
    }

    private static FaultClass ReadFaultClass(ref ByteReader reader) => new((CatchableFault)reader.Byte("a fault"), reader.Type("a class"));

    private static ExceptionHandler ReadHandler(ref ByteReader reader) => new(
        reader.Unsigned("the start of a handler"),
        reader.Unsigned("the end of a handler"),
        reader.Unsigned("the target of a handler"),
        reader.Type("the type of a handler"),
        reader.OptionalIndex("the register of a handler"));
}
