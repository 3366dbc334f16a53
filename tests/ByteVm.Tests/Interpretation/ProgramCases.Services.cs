using ByteVm.Bytecode;

namespace ByteVm.Tests.Interpretation;

/// <summary>One case per service, so that its operands are linked and passed rightly; what they do in full is tested with the monitor.</summary>
internal static partial class ProgramCases
{
    private static IEnumerable<ProgramCase> Services()
    {
        yield return IntegerOf("string.equal", 1, (_, f, d) => f.StringEqual(d, Text(f, "ab"), Text(f, "ab")));
        yield return IntegerOf("string.compare", -1, (_, f, d) => f.StringCompare(d, Text(f, "a"), Text(f, "b")));
        yield return IntegerOf("string.hash", 1, (_, f, d) =>
        {
            Register other = f.NewRegister(TypeRef.I32);
            f.StringHash(d, Text(f, "same"));
            f.StringHash(other, Text(f, "same"));
            f.EqI32(d, d, other);
        });
        yield return TextOf("string.concat", "abc", (_, f, d) => f.StringConcat(d, Text(f, "ab"), Text(f, "c")));
        yield return TextOf("string.concat.list", "abcde", (_, f, d) => f.StringConcatList(d, [Text(f, "a"), Text(f, "bcd"), Text(f, "e")]));
        yield return TextOf("string.slice", "bc", (_, f, d) => f.StringSlice(d, [Text(f, "abcd"), I32(f, 1), I32(f, 3)]));
        yield return TextOf("string.from.char", "€", (_, f, d) => f.StringFromChar(d, I32(f, 0x20ac)));
        yield return TextOf("string.to.bytes and from", "ell", (m, f, d) =>
        {
            Register bytes = f.NewRegister(m.ArrayOf(TypeRef.U8));
            f.StringToBytes(bytes, Text(f, "hello"));
            f.StringFromBytes(d, [bytes, I32(f, 1), I32(f, 4)]);
        });
        yield return TextOf("string.copy.bytes", "xbcx", (m, f, d) =>
        {
            Register bytes = f.NewRegister(m.ArrayOf(TypeRef.U8));
            f.StringToBytes(bytes, Text(f, "xxxx"));
            f.StringCopyBytes([Text(f, "abc"), I32(f, 1), bytes, I32(f, 1), I32(f, 2)]);
            f.StringFromBytes(d, [bytes, I32(f, 0), I32(f, 4)]);
        });
        yield return TextOf("format.i32", "-2147483648", (_, f, d) => f.FormatI32(d, I32(f, int.MinValue)));
        yield return TextOf("format.i64", "-9223372036854775808", (_, f, d) =>
        {
            Register value = f.NewRegister(TypeRef.I64);
            f.ConstI64(value, long.MinValue);
            f.FormatI64(d, value);
        });
        yield return TextOf("format.f32", "0.1", (_, f, d) =>
        {
            Register value = f.NewRegister(TypeRef.F32);
            f.ConstF32(value, 0.1f);
            f.FormatF32(d, value);
        });
        yield return TextOf("parse.f64, rem.f64 and format.f64", "0.5", (_, f, d) =>
        {
            Register value = f.NewRegister(TypeRef.F64);
            Register divisor = f.NewRegister(TypeRef.F64);
            f.ParseF64(value, Text(f, "5.5"));
            f.ConstF64(divisor, 2.5);
            f.RemF64(value, value, divisor);
            f.FormatF64(d, value);
        });
        yield return IntegerOf("identity.hash", 1, (_, f, d) =>
        {
            Register other = f.NewRegister(TypeRef.I32);
            Register target = f.NewRegister(TypeRef.Object);
            f.New(target, Box(_));
            f.IdentityHash(d, target);
            f.IdentityHash(other, target);
            f.EqI32(d, d, other);
        });
        yield return IntegerOf("array.fill and array.copy", 5, (m, f, d) =>
        {
            TypeRef type = m.ArrayOf(TypeRef.I32);
            Register array = f.NewRegister(type);
            f.NewArray(array, I32(f, 8), type);
            f.ArrayFill([array, I32(f, 1), I32(f, 3), I32(f, 5)]);
            f.ArrayCopy([array, I32(f, 2), array, I32(f, 6), I32(f, 1)]);
            f.LoadElement(d, array, I32(f, 6));
        });
    }

    private static ProgramCase IntegerOf(string name, int expected, Action<ModuleBuilder, FunctionBuilder, Register> body) =>
        NoArguments(name, expected, TypeRef.I32, (m, f) =>
        {
            Register result = f.NewRegister(TypeRef.I32);
            body(m, f, result);
            f.ReturnValue(result);
        });

    /// <summary>The program compares the text itself and returns 1.</summary>
    private static ProgramCase TextOf(string name, string expected, Action<ModuleBuilder, FunctionBuilder, Register> body) =>
        IntegerOf(name, 1, (m, f, equal) =>
        {
            Register result = f.NewRegister(TypeRef.String);
            body(m, f, result);
            f.StringEqual(equal, result, Text(f, expected));
        });
}
