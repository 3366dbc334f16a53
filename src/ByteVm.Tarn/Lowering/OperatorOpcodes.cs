using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Lowering;

/// <summary>Which opcode an operator is, for each kind of register.</summary>
internal static class OperatorOpcodes
{
    /// <summary>Opcodes of one operator for i32, i64, f32 and f64 registers; null where it is not defined.</summary>
    private readonly record struct Row(Opcode? I32, Opcode? I64, Opcode? F32 = null, Opcode? F64 = null)
    {
        public Opcode? For(TypeRef type) => type == TypeRef.I32 ? I32 : type == TypeRef.I64 ? I64 : type == TypeRef.F32 ? F32 : F64;
    }

    public static Opcode Arithmetic(BinaryOperator @operator, TypeRef type) =>
        ArithmeticRow(@operator).For(type) ?? throw new InvalidOperationException($"{@operator} on {type} has no opcode.");

    private static Row ArithmeticRow(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Add => new(Opcode.AddI32, Opcode.AddI64, Opcode.AddF32, Opcode.AddF64),
        BinaryOperator.Subtract => new(Opcode.SubI32, Opcode.SubI64, Opcode.SubF32, Opcode.SubF64),
        BinaryOperator.Multiply => new(Opcode.MulI32, Opcode.MulI64, Opcode.MulF32, Opcode.MulF64),
        BinaryOperator.Divide => new(Opcode.DivI32, Opcode.DivI64, Opcode.DivF32, Opcode.DivF64),
        BinaryOperator.Remainder => new(Opcode.RemI32, Opcode.RemI64, null, Opcode.RemF64),
        BinaryOperator.BitAnd => new(Opcode.AndI32, Opcode.AndI64),
        BinaryOperator.BitOr => new(Opcode.OrI32, Opcode.OrI64),
        BinaryOperator.BitXor => new(Opcode.XorI32, Opcode.XorI64),
        BinaryOperator.ShiftLeft => new(Opcode.ShlI32, Opcode.ShlI64),
        BinaryOperator.ShiftRight => new(Opcode.ShrI32, Opcode.ShrI64),
        BinaryOperator.ShiftRightUnsigned => new(Opcode.ShrU32, Opcode.ShrU64),
        _ => default,
    };

    public static Opcode Negate(TypeRef type) =>
        type == TypeRef.I32 ? Opcode.NegI32 : type == TypeRef.I64 ? Opcode.NegI64 : type == TypeRef.F32 ? Opcode.NegF32 : Opcode.NegF64;

    /// <summary>A comparison as an opcode on its operands, perhaps exchanged: there is no "greater".</summary>
    public readonly record struct Comparison(Opcode Opcode, bool IsExchanged);

    /// <summary>To 0 or 1.</summary>
    public static Comparison Compare(BinaryOperator @operator, TypeRef type)
    {
        (BinaryOperator normal, bool exchanged) = Normalize(@operator);
        Row row = normal switch
        {
            BinaryOperator.Equal => new(Opcode.EqI32, Opcode.EqI64, Opcode.EqF32, Opcode.EqF64),
            BinaryOperator.NotEqual => new(Opcode.NeI32, Opcode.NeI64, Opcode.NeF32, Opcode.NeF64),
            BinaryOperator.Less => new(Opcode.LtI32, Opcode.LtI64, Opcode.LtF32, Opcode.LtF64),
            _ => new(Opcode.LeI32, Opcode.LeI64, Opcode.LeF32, Opcode.LeF64),
        };
        return new Comparison(row.For(type)!.Value, exchanged);
    }

    /// <summary>A branch taken when the comparison is <paramref name="outcome"/>. "Not less" is not "greater or equal" where NaN is.</summary>
    public static Comparison Branch(BinaryOperator @operator, TypeRef type, bool outcome)
    {
        bool isFloating = type == TypeRef.F32 || type == TypeRef.F64;
        if (!outcome && (!isFloating || @operator is BinaryOperator.Equal or BinaryOperator.NotEqual))
            return Branch(Opposite(@operator), type, outcome: true);
        (BinaryOperator normal, bool exchanged) = Normalize(@operator);
        Row row = outcome ? BranchRow(normal) : NegatedRow(normal);
        return new Comparison(row.For(type)!.Value, exchanged);
    }

    private static Row BranchRow(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Equal => new(Opcode.BrEqI32, Opcode.BrEqI64, Opcode.BrEqF32, Opcode.BrEqF64),
        BinaryOperator.NotEqual => new(Opcode.BrNeI32, Opcode.BrNeI64, Opcode.BrNeF32, Opcode.BrNeF64),
        BinaryOperator.Less => new(Opcode.BrLtI32, Opcode.BrLtI64, Opcode.BrLtF32, Opcode.BrLtF64),
        _ => new(Opcode.BrLeI32, Opcode.BrLeI64, Opcode.BrLeF32, Opcode.BrLeF64),
    };

    private static Row NegatedRow(BinaryOperator @operator) => @operator == BinaryOperator.Less
        ? new(null, null, Opcode.BrNltF32, Opcode.BrNltF64)
        : new(null, null, Opcode.BrNleF32, Opcode.BrNleF64);

    private static (BinaryOperator Operator, bool IsExchanged) Normalize(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Greater => (BinaryOperator.Less, true),
        BinaryOperator.GreaterOrEqual => (BinaryOperator.LessOrEqual, true),
        _ => (@operator, false),
    };

    private static BinaryOperator Opposite(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Equal => BinaryOperator.NotEqual,
        BinaryOperator.NotEqual => BinaryOperator.Equal,
        BinaryOperator.Less => BinaryOperator.GreaterOrEqual,
        BinaryOperator.LessOrEqual => BinaryOperator.Greater,
        BinaryOperator.Greater => BinaryOperator.LessOrEqual,
        _ => BinaryOperator.Less,
    };

    /// <summary>The conversion between two kinds of register; null when there is nothing to do.</summary>
    public static Opcode? Conversion(TypeRef from, TypeRef to)
    {
        Row row = from == TypeRef.I32 ? new(null, Opcode.I32ToI64, Opcode.I32ToF32, Opcode.I32ToF64)
            : from == TypeRef.I64 ? new(Opcode.I64ToI32, null, Opcode.I64ToF32, Opcode.I64ToF64)
            : from == TypeRef.F32 ? new(Opcode.F32ToI32, Opcode.F32ToI64, null, Opcode.F32ToF64)
            : new(Opcode.F64ToI32, Opcode.F64ToI64, Opcode.F64ToF32, null);
        return row.For(to);
    }

    public static Opcode Format(TypeRef type) =>
        type == TypeRef.I32 ? Opcode.FormatI32 : type == TypeRef.I64 ? Opcode.FormatI64 : type == TypeRef.F32 ? Opcode.FormatF32 : Opcode.FormatF64;
}
