using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;

namespace ByteVm.Tarn.Lowering;

/// <summary>
/// A lambda becomes an object of a class of its own, which implements the function type's interface and has a field for each captured variable. A shared
/// variable is an object too: its register, and the field of each function that captures it, refer to that.
/// </summary>
internal sealed partial class FunctionLowering
{
    private void LowerLambda(BoundLambda lambda, Register target)
    {
        int mark = temporaries.Count;
        TypeRef type = program.LambdaType(lambda);
        Register function = Temporary(type);
        Position(lambda.Span);
        builder.New(function, type);
        int field = 0;
        if (lambda.CapturedThis is not null)
            builder.StoreField(function, program.LambdaField(type, field++), activation.Receiver);
        foreach (LocalSymbol captured in lambda.Captured)
            builder.StoreField(function, program.LambdaField(type, field++), locals[captured]);
        MoveInto(target, function);
        ReleaseTo(mark);
    }

    /// <summary>The code of a lambda, whose first parameter is its object.</summary>
    public void LowerLambdaBody(BoundLambda lambda, TypeRef type)
    {
        returnType = lambda.FunctionType.FunctionResult;
        typeParameters = lambda.TypeParameters;
        Register self = builder.Parameter(0);
        for (int i = 0; i < lambda.Parameters.Length; i++)
            locals.Add(lambda.Parameters[i], builder.Parameter(i + 1));
        RegisterCount = lambda.Parameters.Length + 1;
        Position(lambda.Span);
        int field = 0;
        if (lambda.CapturedThis is not null)
            activation = activation with { Receiver = LoadCaptured(self, type, field++, Types.Storage(lambda.CapturedThis)) };
        foreach (LocalSymbol captured in lambda.Captured)
            locals.Add(captured, LoadCaptured(self, type, field++, program.CapturedType(captured)));
        LowerBlock(lambda.Body);
        EndFunction();
    }

    private Register LoadCaptured(Register self, TypeRef type, int field, TypeRef captured)
    {
        Register register = NewRegister(captured.InRegister);
        builder.LoadField(register, self, program.LambdaField(type, field));
        return register;
    }

    private void LowerSharedLocal(BoundLocalDeclaration statement)
    {
        TypeRef type = program.CapturedType(statement.Local);
        int mark = temporaries.Count;
        Register? value = statement.Initializer is null ? null : Lower(statement.Initializer);
        Register register = VariableRegister(type);
        locals[statement.Local] = register;
        builder.New(register, type);
        if (value is { } initial)
            builder.StoreField(register, program.SharedField(statement.Local), initial);
        ReleaseTo(mark);
    }

    private Register LoadShared(LocalSymbol local)
    {
        Register value = Temporary(local.Type);
        builder.LoadField(value, locals[local], program.SharedField(local));
        return value;
    }
}
