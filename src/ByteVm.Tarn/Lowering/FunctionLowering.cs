using System.Collections.Immutable;
using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Lowering;

/// <summary>
/// One function's typed tree to code. Every local is a register; so is every intermediate value, taken from a pool by type.
/// <para>Temporaries are a stack: a method that lowers operands notes its height, lowers them, and gives back everything above before it takes the
/// register of its result, which may then be one of theirs. Reading a local gives its own register, not a copy.</para>
/// <para>Where a result takes several instructions, its register is written last or is known to be fresh: the operands may still read the
/// local that the result is for (<c>x = x?.next ?? x</c>).</para>
/// </summary>
internal sealed partial class FunctionLowering
{
    private readonly ProgramLowering program;
    private readonly FunctionBuilder builder;
    private ImmutableArray<TypeParameterSymbol> typeParameters = [];
    private Dictionary<LocalSymbol, Register> locals = [];
    private Dictionary<BoundPlaceholder, Register> placeholders = new(ReferenceEqualityComparer.Instance);
    private Dictionary<LoopTarget, LoopLabels> loops = [];
    private List<Register> temporaries = [];
    private Dictionary<TypeRef, Stack<Register>> free = [];
    private TarnType returnType = BuiltInType.Void;
    private Span position;
    private bool keepsPosition;

    /// <summary>Nothing comes here: what would follow is not emitted.</summary>
    private bool isDead;

    /// <param name="copiesLocals">Locals may change while an expression that has read them is still being evaluated.</param>
    public FunctionLowering(ProgramLowering program, FunctionBuilder builder, SourceText source, bool copiesLocals)
    {
        this.program = program;
        this.builder = builder;
        activation = new Activation(builder.Name, source, program.FileOf(source), -1, default, copiesLocals, null);
    }

    public int RegisterCount { get; private set; }

    private TypeLowering Types => program.Types;

    public void LowerBody(FunctionBody body)
    {
        returnType = body.Function.ReturnType;
        typeParameters = body.Function.AllTypeParameters;
        int parameter = 0;
        if (body.Function.HasReceiver)
            activation = activation with { Receiver = builder.Parameter(parameter++) };
        foreach (LocalSymbol symbol in body.Function.Parameters)
            locals.Add(symbol, builder.Parameter(parameter++));
        RegisterCount = parameter;
        Position(body.Function.NameSpan);
        LowerBlock(body.Block);
        EndFunction();
    }

    private void EndFunction()
    {
        if (!isDead)
            EmitDefaultReturn(returnType);
        LowerOutOfLine();
    }

    /// <returns>Lowers what belongs behind the code of all globals.</returns>
    public Action LowerGlobal(GlobalBody body)
    {
        Position(body.Global.NameSpan);
        int mark = temporaries.Count;
        Register value = Lower(body.Value!);
        builder.StoreGlobal(program.GlobalOf(body.Global), value);
        ReleaseTo(mark);
        return LowerOutOfLine;
    }

    public void LowerReturn()
    {
        builder.Return();
        isDead = true;
    }

    // Also stands where control never comes, so that the code ends.
    private void EmitDefaultReturn(TarnType type)
    {
        if (Types.Result(type).IsNone)
        {
            LowerReturn();
            return;
        }

        // No constant is a value of a type parameter or value class, so control is kept here where it never comes anyway.
        if (type is TypeVariable || TypeRelations.IsValue(type))
        {
            Label here = builder.NewLabel();
            builder.Mark(here);
            builder.Jump(here);
            isDead = true;
            return;
        }

        Register value = Temporary(Types.Register(type));
        if (TypeRelations.IsOptional(type))
            builder.OptionalNone(value);
        else
            EmitZero(value);
        builder.ReturnValue(value);
        isDead = true;
    }

    private void EmitZero(Register register)
    {
        TypeRef type = builder.TypeOf(register);
        if (type == TypeRef.I32)
            builder.ConstI32(register, 0);
        else if (type == TypeRef.I64)
            builder.ConstI64(register, 0);
        else if (type == TypeRef.F32)
            builder.ConstF32(register, 0);
        else if (type == TypeRef.F64)
            builder.ConstF64(register, 0);
        else
            builder.ConstNull(register);
    }

    private Register NewRegister(TypeRef type)
    {
        RegisterCount++;
        return builder.NewRegister(type);
    }

    private Register Temporary(TypeRef type)
    {
        Register register = free.TryGetValue(type, out Stack<Register>? pool) && pool.TryPop(out Register reused) ? reused : NewRegister(type);
        temporaries.Add(register);
        return register;
    }

    private Register Temporary(TarnType type) => Temporary(Types.Register(type));

    private void ReleaseTo(int mark)
    {
        for (int i = temporaries.Count - 1; i >= mark; i--)
            Free(temporaries[i]);
        temporaries.RemoveRange(mark, temporaries.Count - mark);
    }

    private void Free(Register register)
    {
        TypeRef type = builder.TypeOf(register);
        if (!free.TryGetValue(type, out Stack<Register>? pool))
            free.Add(type, pool = new Stack<Register>());
        pool.Push(register);
    }

    private Register Constant(int value)
    {
        Register register = Temporary(TypeRef.I32);
        builder.ConstI32(register, value);
        return register;
    }

    private void Position(Span span)
    {
        if (!keepsPosition)
            SetPosition(span);
    }

    private void SetPosition(Span span)
    {
        position = span;
        builder.SetPosition(activation.File, activation.Source.LineOf(span.Start), activation.Source.ColumnOf(span.Start), activation.Inlined);
    }

    private void Mark(Label label)
    {
        builder.Mark(label);
        isDead = false;
    }

    private void Jump(Label label)
    {
        if (!isDead)
            builder.Jump(label);
        isDead = true;
    }
}
