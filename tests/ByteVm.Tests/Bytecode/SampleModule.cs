using ByteVm.Bytecode;

namespace ByteVm.Tests.Bytecode;

/// <summary>A small valid module that holds something in every section.</summary>
internal static class SampleModule
{
    public static Module Build()
    {
        var module = new ModuleBuilder("sample", "1.2", isChecked: true);
        int shape = module.DeclareType();
        int point = module.DeclareType();
        TypeRef shapeType = module.Named(shape);
        TypeRef pointType = module.Named(point);
        int area = module.DeclareFunction("Point.area");
        int main = module.DeclareFunction("main");
        int initialize = module.DeclareFunction("initialize");
        module.DefineType(shape, new TypeDefinition(
            "Shape", TypeDefinitionKind.Interface, [], TypeRef.None, [], [], [new MethodDefinition("area", [], TypeRef.F64, -1)], IsAbstract: true));
        module.DefineType(point, new TypeDefinition(
            "Point", TypeDefinitionKind.Class, [], TypeRef.None, [shapeType],
            [new FieldDefinition("x", TypeRef.F64), new FieldDefinition("tag", TypeRef.U8, IsMutable: false)],
            [new MethodDefinition("area", [], TypeRef.F64, area)]));
        GlobalRef origin = module.AddGlobal("origin", pointType);
        BuildArea(module, area, pointType);
        BuildMain(module, main, pointType, shapeType, origin, module.Function(area));
        FunctionBuilder initializer = module.DefineFunction(initialize, [], TypeRef.None);
        initializer.Return();
        initializer.Build();
        module.SetInitializer(initialize);
        module.AddExport("main", main);
        module.AddDependency(new Dependency("std", "1", "00ff"));
        return module.Build();
    }

    private static void BuildArea(ModuleBuilder module, int area, TypeRef pointType)
    {
        FunctionBuilder code = module.DefineFunction(area, [pointType], TypeRef.F64);
        Register x = code.NewRegister(TypeRef.F64);
        code.SetPosition(module.SourceFile("sample.tarn"), 3, 5);
        code.LoadField(x, code.Parameter(0), module.Field(pointType, 0));
        int square = code.AddInlinedCall(new InlinedCall("square", module.SourceFile("sample.tarn"), 3, 9, -1));
        int times = code.AddInlinedCall(new InlinedCall("times", module.SourceFile("square.tarn"), 1, 1, square));
        code.SetPosition(module.SourceFile("sample.tarn"), 2, 9, times);
        code.MulF64(x, x, x);
        code.ReturnValue(x);
        code.NameLocal(x, "x", 1, 3);
        code.Build();
    }

    private static void BuildMain(ModuleBuilder module, int main, TypeRef pointType, TypeRef shapeType, GlobalRef origin, FunctionRef area)
    {
        FunctionBuilder code = module.DefineFunction(main, [module.ArrayOf(TypeRef.String)], TypeRef.I32);
        Register shape = code.NewRegister(shapeType);
        Register point = code.NewRegister(pointType);
        Register number = code.NewRegister(TypeRef.F64);
        Register count = code.NewRegister(TypeRef.I32);
        Register text = code.NewRegister(TypeRef.String);
        Label done = code.NewLabel();
        Label other = code.NewLabel();
        code.New(point, pointType);
        code.ConstF64(number, -0.5);
        code.StoreField(point, module.Field(pointType, 0), number);
        code.StoreGlobal(origin, point);
        code.Move(shape, point);
        code.CallInterface(number, module.Method(shapeType, 0), [shape]);
        code.Call(number, area, [point]);
        code.ConstI32(count, -70_000);
        code.Switch(count, [done, other]);
        code.Mark(other);
        code.FormatF64(text, number);
        code.Trap(null, module.Import("console.write", "console", [TypeRef.String], TypeRef.None), [text]);
        code.Mark(done);
        code.ReturnValue(count);
        code.Build();
    }
}
