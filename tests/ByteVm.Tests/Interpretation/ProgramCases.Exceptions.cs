using ByteVm.Bytecode;

namespace ByteVm.Tests.Interpretation;

/// <summary>Throws and handlers: found by the linker, found by the monitor, and not found.</summary>
internal static partial class ProgramCases
{
    /// <summary>A module's exception classes: the root, and one class that stands for every fault.</summary>
    private static readonly OncePerModule<(TypeRef Root, TypeRef Fault)> exceptions = new(module =>
    {
        TypeRef root = module.Named(DeclareClass(module, "Error", fields: [new("message", TypeRef.String), new("trace", module.ArrayOf(TypeRef.I64))]));
        TypeRef fault = module.Named(DeclareClass(module, "Fault", superclass: root));
        module.SetExceptions(new ExceptionClasses(root, 0, 1, [.. Enum.GetValues<CatchableFault>().Select(f => new FaultClass(f, fault))]));
        return (root, fault);
    });

    private static IEnumerable<ProgramCase> Exceptions()
    {
        yield return NoArguments("throw without a handler", FaultKind.UncaughtException, TypeRef.I32, (m, f) => f.Throw(NewError(m, f)));
        yield return NoArguments("throw null", FaultKind.NullReference, TypeRef.I32, (m, f) =>
            f.Throw(f.NewRegister(exceptions.In(m).Root)));
        yield return NoArguments("throw null, caught", 1, TypeRef.I32, (m, f) =>
            Catching(m, f, exceptions.In(m).Fault, () => f.Throw(f.NewRegister(exceptions.In(m).Fault)), null));
        yield return NoArguments("throw to a handler that does not look", 1, TypeRef.I32, (m, f) =>
            Catching(m, f, exceptions.In(m).Root, () => f.Throw(NewError(m, f)), null));
        yield return NoArguments("throw to a handler that looks", 7, TypeRef.I32, (m, f) =>
            Catching(m, f, exceptions.In(m).Root, () => f.Throw(NewError(m, f)), caught => TraceLength(f, caught)));
        yield return NoArguments("throw to a caller's handler", 18, TypeRef.I32, (m, f) =>
            Catching(m, f, exceptions.In(m).Root, () => f.Call(null, m.Function(Thrower(m)), []), caught => TraceLength(f, caught)));
        yield return NoArguments("throw past a handler of another class", FaultKind.UncaughtException, TypeRef.I32, (m, f) =>
            Catching(m, f, exceptions.In(m).Fault, () => f.Call(null, m.Function(Thrower(m)), []), null));
        yield return NoArguments("trace of what was not thrown", 0, TypeRef.I32, (m, f) => TraceLength(f, NewError(m, f)));
        yield return NoArguments("trace of null", FaultKind.NullReference, TypeRef.I32, (m, f) => TraceLength(f, f.NewRegister(exceptions.In(m).Root)));
        yield return NoArguments("a division by zero that is caught", 16, TypeRef.I32, (m, f) =>
            Catching(m, f, exceptions.In(m).Fault, () => f.DivI32(f.NewRegister(TypeRef.I32), I32(f, 1), I32(f, 0)), caught => MessageLength(m, f, caught)));
        yield return NoArguments("a cast that can only fail", FaultKind.InvalidCast, TypeRef.I32, (m, f) =>
        {
            f.Call(null, m.Function(CastToLong(m), TypeRef.I32), [I32(f, 1)]);
            f.ReturnValue(I32(f, 0));
        });
    }

    private static Register NewError(ModuleBuilder m, FunctionBuilder f)
    {
        Register error = f.NewRegister(exceptions.In(m).Root);
        f.New(error, exceptions.In(m).Root);
        return error;
    }

    /// <summary>Returns 0 after the body, or what the handler makes of the exception: 1 when it does not look.</summary>
    private static void Catching(ModuleBuilder m, FunctionBuilder f, TypeRef type, Action body, Action<Register>? handle)
    {
        Label start = f.NewLabel(), end = f.NewLabel(), handler = f.NewLabel();
        Register caught = f.NewRegister(type);
        f.Mark(start);
        body();
        f.ReturnValue(I32(f, 0));
        f.Mark(end);
        f.AddHandler(start, end, handler, type, handle is null ? null : caught);
        f.Mark(handler);
        if (handle is null)
            f.ReturnValue(I32(f, 1));
        else
            handle(caught);
    }

    private static int Thrower(ModuleBuilder m)
    {
        int thrower = m.DeclareFunction("thrower");
        FunctionBuilder f = m.DefineFunction(thrower, [], TypeRef.None);
        f.Throw(NewError(m, f));
        f.Build();
        return thrower;
    }

    private static void TraceLength(FunctionBuilder f, Register exception)
    {
        Register trace = f.NewRegister(TypeRef.String);
        f.ExceptionTrace(trace, exception);
        ReturnLength(f, trace);
    }

    private static void MessageLength(ModuleBuilder m, FunctionBuilder f, Register exception)
    {
        Register message = f.NewRegister(TypeRef.String);
        f.LoadField(message, exception, m.Field(exceptions.In(m).Root, 0));
        ReturnLength(f, message);
    }

    private static void ReturnLength(FunctionBuilder f, Register text)
    {
        Register length = f.NewRegister(TypeRef.I32);
        f.StringLength(length, text);
        f.ReturnValue(length);
    }

    private static int CastToLong(ModuleBuilder m)
    {
        int cast = m.DeclareFunction("cast");
        FunctionBuilder f = m.DefineFunction(cast, [m.TypeVariable(0)], TypeRef.None, new TypeParameter("T", TypeRef.None));
        f.Cast(f.NewRegister(TypeRef.I64), f.Parameter(0), TypeRef.I64);
        f.Return();
        f.Build();
        return cast;
    }
}
