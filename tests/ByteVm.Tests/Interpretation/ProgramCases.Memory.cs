using ByteVm.Bytecode;

namespace ByteVm.Tests.Interpretation;

/// <summary>Fields, elements and globals of every storage type; null and bounds faults; bytes.</summary>
internal static partial class ProgramCases
{
    /// <summary>Storage type, what is stored (raw slot), what comes back.</summary>
    private static readonly (TypeRef Type, long Stored, long Loaded)[] stored =
    [
        (TypeRef.I8, 0x1234_5680, 0xffff_ff80),
        (TypeRef.U8, 0x1234_5680, 0x80),
        (TypeRef.I16, 0x1234_8001, 0xffff_8001),
        (TypeRef.U16, 0x1234_8001, 0x8001),
        (TypeRef.I32, 0x8765_4321, 0x8765_4321),
        (TypeRef.F32, 0x7fc0_0001, 0x7fc0_0001),
        (TypeRef.I64, long.MinValue + 5, long.MinValue + 5),
        (TypeRef.F64, 0x7ff8_0000_0000_0007, 0x7ff8_0000_0000_0007),
    ];

    private static IEnumerable<ProgramCase> Memory()
    {
        foreach ((TypeRef type, long value, long expected) in stored)
        {
            string name = TypeRef.PrimitiveNames[type.Index];
            yield return ProgramCase.Of($"field {name}", expected, [type.InRegister], [value], type.InRegister, (m, f) => ThroughField(m, f, type));
            yield return ProgramCase.Of($"element {name}", expected, [type.InRegister], [value], type.InRegister, (m, f) => ThroughElement(m, f, type));
            yield return ProgramCase.Of($"global {name}", expected, [type.InRegister], [value], type.InRegister, (m, f) => ThroughGlobal(m, f, type));
        }

        yield return NoArguments("field string", 5, TypeRef.I32, (m, f) => LengthThrough(f, text => ThroughField(m, f, TypeRef.String, text)));
        yield return NoArguments("element string", 5, TypeRef.I32, (m, f) => LengthThrough(f, text => ThroughElement(m, f, TypeRef.String, text)));
        yield return NoArguments("global string", 5, TypeRef.I32, (m, f) => LengthThrough(f, text => ThroughGlobal(m, f, TypeRef.String, text)));
        yield return NoArguments("fields of all widths do not overlap", 1, TypeRef.I32, FieldsApart);
    }

    private static void LengthThrough(FunctionBuilder f, Func<Register, Register> pass)
    {
        Register length = f.NewRegister(TypeRef.I32);
        f.StringLength(length, pass(Text(f, "five!")));
        f.ReturnValue(length);
    }

    private static void ThroughField(ModuleBuilder m, FunctionBuilder f, TypeRef type) => f.ReturnValue(ThroughField(m, f, type, f.Parameter(0)));

    private static void ThroughElement(ModuleBuilder m, FunctionBuilder f, TypeRef type) => f.ReturnValue(ThroughElement(m, f, type, f.Parameter(0)));

    private static void ThroughGlobal(ModuleBuilder m, FunctionBuilder f, TypeRef type) => f.ReturnValue(ThroughGlobal(m, f, type, f.Parameter(0)));

    private static Register ThroughField(ModuleBuilder m, FunctionBuilder f, TypeRef type, Register value)
    {
        TypeRef box = m.Named(DeclareClass(m, "Box", fields: [new("pad", TypeRef.U8), new("value", type), new("end", TypeRef.U8)]));
        Register target = f.NewRegister(box);
        Register result = f.NewRegister(type);
        f.New(target, box);
        f.StoreField(target, m.Field(box, 1), value);
        f.LoadField(result, target, m.Field(box, 1));
        return result;
    }

    private static Register ThroughElement(ModuleBuilder m, FunctionBuilder f, TypeRef type, Register value)
    {
        TypeRef array = m.ArrayOf(type);
        Register target = f.NewRegister(array);
        Register result = f.NewRegister(type);
        Register index = I32(f, 2);
        f.NewArray(target, I32(f, 3), array);
        f.StoreElement(target, index, value);
        f.LoadElement(result, target, index);
        return result;
    }

    private static Register ThroughGlobal(ModuleBuilder m, FunctionBuilder f, TypeRef type, Register value)
    {
        m.AddGlobal("before", TypeRef.U8);
        GlobalRef global = m.AddGlobal("value", type);
        Register result = f.NewRegister(type);
        f.StoreGlobal(global, value);
        f.LoadGlobal(result, global);
        return result;
    }

    /// <summary>Sets every field to all ones but the one under test; that one must still be zero.</summary>
    private static void FieldsApart(ModuleBuilder m, FunctionBuilder f)
    {
        TypeRef[] types = [TypeRef.U8, TypeRef.I64, TypeRef.U16, TypeRef.I32, TypeRef.U8, TypeRef.I64];
        TypeRef box = m.Named(DeclareClass(m, "Box", fields: [.. types.Select((t, i) => new FieldDefinition($"f{i}", t))]));
        Register target = f.NewRegister(box);
        Register narrow = I32(f, -1);
        Register wide = f.NewRegister(TypeRef.I64);
        Register loaded = f.NewRegister(TypeRef.I32);
        Register loadedWide = f.NewRegister(TypeRef.I64);
        Register one = I32(f, 1);
        Label overlap = f.NewLabel();
        f.ConstI64(wide, -1);
        for (int tested = 0; tested < types.Length; tested++)
        {
            f.New(target, box);
            for (int i = 0; i < types.Length; i++)
            {
                if (i != tested)
                    f.StoreField(target, m.Field(box, i), types[i] == TypeRef.I64 ? wide : narrow);
            }

            Register into = types[tested] == TypeRef.I64 ? loadedWide : loaded;
            f.LoadField(into, target, m.Field(box, tested));
            if (types[tested] == TypeRef.I64)
                f.I64ToI32(loaded, loadedWide);
            f.BrTrue(loaded, overlap);
        }

        f.ReturnValue(one);
        f.Mark(overlap);
        f.ReturnValue(narrow);
    }

    private static IEnumerable<ProgramCase> NullAndBounds()
    {
        foreach (int index in new[] { -1, 3, int.MaxValue, int.MinValue })
        {
            foreach (TypeRef type in new[] { TypeRef.U8, TypeRef.I16, TypeRef.I32, TypeRef.I64, TypeRef.String })
            {
                yield return NoArguments($"load {type.Index}[{index}]", FaultKind.IndexOutOfBounds, TypeRef.None, (m, f) => Access(m, f, type, index, store: false));
                yield return NoArguments($"store {type.Index}[{index}]", FaultKind.IndexOutOfBounds, TypeRef.None, (m, f) => Access(m, f, type, index, store: true));
            }
        }

        yield return NullFault("load.field", (m, f) => f.LoadField(f.NewRegister(TypeRef.I32), Null(f, Box(m)), m.Field(Box(m), 0)));
        yield return NullFault("store.field", (m, f) => f.StoreField(Null(f, Box(m)), m.Field(Box(m), 0), I32(f, 1)));
        yield return NullFault("load.element", (m, f) => f.LoadElement(f.NewRegister(TypeRef.I32), Null(f, m.ArrayOf(TypeRef.I32)), I32(f, 0)));
        yield return NullFault("store.element", (m, f) => f.StoreElement(Null(f, m.ArrayOf(TypeRef.I32)), I32(f, 0), I32(f, 0)));
        yield return NullFault("array.length", (m, f) => f.ArrayLength(f.NewRegister(TypeRef.I32), Null(f, m.ArrayOf(TypeRef.I32))));
        yield return NullFault("string.length", (_, f) => f.StringLength(f.NewRegister(TypeRef.I32), Null(f, TypeRef.String)));
        yield return NullFault("string.byte", (_, f) => f.StringByte(f.NewRegister(TypeRef.I32), Null(f, TypeRef.String), I32(f, 0)));
        yield return NullFault("null.check", (_, f) => f.NullCheck(Null(f, TypeRef.Object)));
        yield return NullFault("load.bytes", (m, f) => f.LoadBytesI32(f.NewRegister(TypeRef.I32), Null(f, m.ArrayOf(TypeRef.U8)), I32(f, 0)));
        yield return NullFault("store.bytes", (m, f) => f.StoreBytesI32(Null(f, m.ArrayOf(TypeRef.U8)), I32(f, 0), I32(f, 0)));
        yield return NoArguments("negative length", FaultKind.NegativeArrayLength, TypeRef.None, (m, f) =>
        {
            TypeRef array = m.ArrayOf(TypeRef.I32);
            f.NewArray(f.NewRegister(array), I32(f, -1), array);
            f.Return();
        });
        yield return NoArguments("string.byte out of bounds", FaultKind.IndexOutOfBounds, TypeRef.None, (_, f) =>
        {
            f.StringByte(f.NewRegister(TypeRef.I32), Text(f, "abc"), I32(f, 3));
            f.Return();
        });
        yield return NoArguments("string.byte", 0xa4, TypeRef.I32, (_, f) =>
        {
            Register result = f.NewRegister(TypeRef.I32);
            f.StringByte(result, Text(f, "aä"), I32(f, 2));
            f.ReturnValue(result);
        });
    }

    private static readonly OncePerModule<TypeRef> boxes = new(m => m.Named(DeclareClass(m, "Box", fields: [new("value", TypeRef.I32)])));

    private static TypeRef Box(ModuleBuilder m) => boxes.In(m);

    private static ProgramCase NullFault(string name, Action<ModuleBuilder, FunctionBuilder> access) =>
        NoArguments($"null: {name}", FaultKind.NullReference, TypeRef.None, (m, f) =>
        {
            access(m, f);
            f.Return();
        });

    private static Register Null(FunctionBuilder f, TypeRef type)
    {
        Register register = f.NewRegister(type);
        f.ConstNull(register);
        return register;
    }

    private static void Access(ModuleBuilder m, FunctionBuilder f, TypeRef type, int index, bool store)
    {
        TypeRef array = m.ArrayOf(type);
        Register target = f.NewRegister(array);
        Register value = f.NewRegister(type);
        f.NewArray(target, I32(f, 3), array);
        if (store)
            f.StoreElement(target, I32(f, index), value);
        else
            f.LoadElement(value, target, I32(f, index));
        f.Return();
    }

    private static IEnumerable<ProgramCase> Bytes()
    {
        yield return NoArguments("bytes i64", 0x0102030405060708, TypeRef.I64, (m, f) => ThroughBytes(m, f, TypeRef.I64, 1));
        yield return NoArguments("bytes i32", 0x05060708, TypeRef.I32, (m, f) => ThroughBytes(m, f, TypeRef.I32, 5));
        yield return NoArguments("bytes u16", 0x0708, TypeRef.I32, (m, f) => ThroughBytes(m, f, TypeRef.I16, 7));
        foreach (int at in new[] { -1, -8, 9, 2, int.MinValue, int.MaxValue })
            yield return NoArguments($"bytes i64 at {at}", FaultKind.IndexOutOfBounds, TypeRef.I64, (m, f) => ThroughBytes(m, f, TypeRef.I64, at));
        yield return NoArguments("string i64", (long)0x6867666564636261, TypeRef.I64, (_, f) => StringWord(f, "abcdefghi", 0));
        yield return NoArguments("string i64 to the end", (long)0x6968676665646362, TypeRef.I64, (_, f) => StringWord(f, "abcdefghi", 1));
        yield return NoArguments("string i64 over the end", FaultKind.IndexOutOfBounds, TypeRef.I64, (_, f) => StringWord(f, "abcdefghi", 2));
        yield return NoArguments("string i64 before the start", FaultKind.IndexOutOfBounds, TypeRef.I64, (_, f) => StringWord(f, "abcdefghi", -1));
        yield return NullFault("load.string.i64", (_, f) => f.LoadStringI64(f.NewRegister(TypeRef.I64), Null(f, TypeRef.String), I32(f, 0)));
        yield return NoArguments("bytes i32 over the end", FaultKind.IndexOutOfBounds, TypeRef.I32, (m, f) => ThroughBytes(m, f, TypeRef.I32, 6));
        yield return NoArguments("bytes i16 over the end", FaultKind.IndexOutOfBounds, TypeRef.I32, (m, f) => ThroughBytes(m, f, TypeRef.I16, 8));
    }

    private static void StringWord(FunctionBuilder f, string text, int at)
    {
        Register word = f.NewRegister(TypeRef.I64);
        f.LoadStringI64(word, Text(f, text), I32(f, at));
        f.ReturnValue(word);
    }

    /// <summary>Writes to and reads from 9 bytes at an offset.</summary>
    private static void ThroughBytes(ModuleBuilder m, FunctionBuilder f, TypeRef width, int offset)
    {
        TypeRef bytes = m.ArrayOf(TypeRef.U8);
        Register array = f.NewRegister(bytes);
        Register at = I32(f, offset);
        Register narrow = I32(f, 0x05060708);
        Register wide = f.NewRegister(TypeRef.I64);
        f.ConstI64(wide, 0x0102030405060708);
        f.NewArray(array, I32(f, 9), bytes);
        if (width == TypeRef.I64)
        {
            f.StoreBytesI64(array, at, wide);
            f.LoadBytesI64(wide, array, at);
            f.ReturnValue(wide);
        }
        else if (width == TypeRef.I32)
        {
            f.StoreBytesI32(array, at, narrow);
            f.LoadBytesI32(narrow, array, at);
            f.ReturnValue(narrow);
        }
        else
        {
            f.StoreBytesI16(array, at, narrow);
            f.LoadBytesU16(narrow, array, at);
            f.ReturnValue(narrow);
        }
    }
}
