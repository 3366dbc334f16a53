namespace ByteVm.Bytecode;

/// <summary>A rule of the verifier. Each has its bad modules under tests/files/verifier.</summary>
/// <param name="Id">For example "V0604". Never reused for another rule.</param>
/// <param name="Text">What must hold.</param>
public sealed record VerifierRule(string Id, string Text)
{
    public override string ToString() => $"{Id}: {Text}";
}

/// <summary>The rules, by group: 01 tables, 02 types, 03 type definitions, 04 references, 05 functions, 06 instructions, 07 exceptions.</summary>
public static class VerifierRules
{
    private static readonly List<VerifierRule> all = [];

    public static readonly VerifierRule Limit = Define("V0101", "counts are within the limits of the format");
    public static readonly VerifierRule Index = Define("V0102", "an index is within its table");
    public static readonly VerifierRule Text = Define("V0103", "strings are well-formed Unicode within the limits");
    public static readonly VerifierRule Initializer = Define("V0104", "the initializer takes nothing, returns nothing and is not generic");
    public static readonly VerifierRule Export = Define("V0105", "exports have distinct names and are not generic");
    public static readonly VerifierRule ImportSignature = Define(
        "V0106", "imports take and return i32, i64, f32, f64, string, object and arrays of primitives or strings");
    public static readonly VerifierRule GlobalType = Define("V0107", "a global has a type without type variables");

    public static readonly VerifierRule TypeShape = Define("V0201", "an entry of the type table fills exactly the parts its form has");
    public static readonly VerifierRule TypeOrder = Define("V0202", "the types that an entry of the type table is made of stand before it");
    public static readonly VerifierRule TypeDuplicate = Define("V0203", "no two entries of the type table are equal");
    public static readonly VerifierRule TypeArity = Define("V0204", "a type has one argument for each parameter of its definition");
    public static readonly VerifierRule TypeDepth = Define("V0205", "constructed types are nested no deeper than the limit");
    public static readonly VerifierRule StorageType = Define("V0206", "i8, u8, i16, u16, bool and char are types of fields, globals, array elements and type arguments only");
    public static readonly VerifierRule TypeMissing = Define("V0207", "a type stands where one is needed");
    public static readonly VerifierRule TypeVariable = Define("V0208", "a type variable is a parameter of the enclosing function or definition");
    public static readonly VerifierRule BoundKind = Define("V0209", "the bound of a type parameter is a reference type and not a type variable");
    public static readonly VerifierRule BoundUnmet = Define("V0210", "a type argument is assignable to the bound of its parameter");
    public static readonly VerifierRule TypeWork = Define("V0211", "substituting type arguments and searching supertypes stays within the work limit");

    public static readonly VerifierRule OptionalDefinition = Define("V0212", "an optional type names a value class of one type parameter with the fields bool and $0");
    public static readonly VerifierRule DefinitionShape = Define("V0301", "a definition has only the parts that its kind allows");
    public static readonly VerifierRule BaseClass = Define("V0302", "the base of a class is a class and not final");
    public static readonly VerifierRule InterfaceList = Define("V0303", "a definition implements interfaces only");
    public static readonly VerifierRule HierarchyCycle = Define("V0304", "no class or interface is its own supertype");
    public static readonly VerifierRule HierarchySize = Define("V0305", "depth and number of the supertypes of a definition are within the limits");
    public static readonly VerifierRule InterfaceTwice = Define("V0306", "a definition inherits an interface with one list of type arguments");
    public static readonly VerifierRule ValueCycle = Define("V0307", "a value class does not contain itself");
    public static readonly VerifierRule MethodFunction = Define("V0308", "a method's function has the receiver and the method's parameters, result and type parameters");
    public static readonly VerifierRule MethodDuplicate = Define("V0309", "no two methods of a definition have the same name and parameter types");
    public static readonly VerifierRule OverrideResult = Define("V0310", "an overriding method has the result of the method it overrides");
    public static readonly VerifierRule OverrideFinal = Define("V0311", "a final method is not overridden");
    public static readonly VerifierRule Unimplemented = Define("V0312", "a class that is not abstract implements all its methods");
    public static readonly VerifierRule AmbiguousDefault = Define("V0313", "one inherited interface method is more specific than the others");

    public static readonly VerifierRule FieldReference = Define("V0401", "a field reference names a field of a class or value class");
    public static readonly VerifierRule MethodReference = Define("V0402", "a method reference names a method of a class or interface");
    public static readonly VerifierRule FunctionReference = Define("V0403", "a function reference has one type argument for each type parameter of its function");

    public static readonly VerifierRule ParameterCount = Define("V0501", "the parameters of a function are its first registers");
    public static readonly VerifierRule FallsThrough = Define("V0502", "the last instruction of a function never falls through");
    public static readonly VerifierRule SourcePosition = Define("V0503", "source positions ascend, are inside the code and name a file, line and column");
    public static readonly VerifierRule LocalName = Define("V0504", "a local name has a register and a range inside the code");
    public static readonly VerifierRule InlinedCall = Define("V0505", "an inlined call names a file, line and column, and an earlier one that it is in");

    public static readonly VerifierRule Opcode = Define("V0601", "the opcode is one of the opcode table's");
    public static readonly VerifierRule OperandShape = Define("V0602", "an instruction has exactly the operands of its opcode");
    public static readonly VerifierRule Register = Define("V0603", "a register operand is a register of the function");
    public static readonly VerifierRule UseType = Define("V0604", "a register that is read has the type the instruction needs");
    public static readonly VerifierRule DestinationType = Define("V0605", "a register that is written has a type the result is assignable to");
    public static readonly VerifierRule Label = Define("V0606", "a label is an instruction of the function");
    public static readonly VerifierRule TableIndex = Define("V0607", "an operand that names an entry of a table is within it");
    public static readonly VerifierRule ArgumentCount = Define("V0608", "a call has as many arguments as its target has parameters");
    public static readonly VerifierRule NoResult = Define("V0609", "a call takes a result only from a target that has one");
    public static readonly VerifierRule Return = Define("V0610", "a function with a result returns a value, one without does not");
    public static readonly VerifierRule New = Define("V0611", "new makes an instance of a class that is not abstract");
    public static readonly VerifierRule NewArray = Define("V0612", "new.array has an array type");
    public static readonly VerifierRule ValueField = Define("V0613", "the fields of a value class are never stored to");
    public static readonly VerifierRule TestedType = Define("V0614", "a type test or cast names a reference type or value class, or of a type variable any type");
    public static readonly VerifierRule CallKind = Define("V0615", "call.virtual calls methods of classes, call.interface methods of interfaces");
    public static readonly VerifierRule CopiedElements = Define("V0616", "array.copy copies between arrays of one type, or of references assignable to the target's");

    public static readonly VerifierRule NewValue = Define("V0617", "new.value makes a value of a value class");
    public static readonly VerifierRule Box = Define("V0618", "box takes a value of a value class to object or an interface that the class implements");

    public static readonly VerifierRule Optional = Define("V0619", "optional.none, some, has and get work on optional values");

    public static readonly VerifierRule ExceptionRoot = Define("V0701", "the class of exceptions is a class without type parameters and has a string for the message and an i64[] for the trace");
    public static readonly VerifierRule FaultClass = Define("V0702", "a fault arrives as a class that is not abstract or generic and inherits the class of exceptions; faults ascend");
    public static readonly VerifierRule TraceField = Define("V0703", "no field reference names the trace of an exception");
    public static readonly VerifierRule ThrownType = Define("V0704", "what is thrown or asked for its trace is an exception");
    public static readonly VerifierRule HandlerRange = Define("V0705", "a handler has a range inside the code and a target in it");
    public static readonly VerifierRule HandlerType = Define("V0706", "a handler takes exceptions");
    public static readonly VerifierRule HandlerRegister = Define("V0707", "a handler's register can hold what it takes");

    public static IReadOnlyList<VerifierRule> All => all;

    private static VerifierRule Define(string id, string text)
    {
        var rule = new VerifierRule(id, text);
        all.Add(rule);
        return rule;
    }
}
