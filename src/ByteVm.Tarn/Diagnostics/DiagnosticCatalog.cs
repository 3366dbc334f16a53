namespace ByteVm.Tarn.Diagnostics;

/// <summary>
/// Every diagnostic of the compiler, once. Codes are stable: one that is no longer used is not given out again. Each has a test of its own in
/// tests/files/diagnostics.
/// </summary>
public static class DiagnosticCatalog
{
    private static readonly List<DiagnosticDescriptor> all = [];

    /// <summary>All of them, by code.</summary>
    public static IReadOnlyList<DiagnosticDescriptor> All => all;

    // syntax
    internal static readonly DiagnosticDescriptor UnexpectedToken = Error(1, "expected {0}, found {1}");
    internal static readonly DiagnosticDescriptor UnknownCharacter = Error(2, "'{0}' has no meaning in Tarn");
    internal static readonly DiagnosticDescriptor UnterminatedString = Error(3, "the string has no closing '\"'", "close it on the same line, or write \"\"\"…\"\"\" for a text of several lines");
    internal static readonly DiagnosticDescriptor UnterminatedRawString = Error(4, "the raw string has no closing '\"\"\"'");
    internal static readonly DiagnosticDescriptor UnterminatedChar = Error(5, "the character literal has no closing '\''");
    internal static readonly DiagnosticDescriptor UnterminatedComment = Error(6, "the comment has no closing '*/'");
    internal static readonly DiagnosticDescriptor MalformedNumber = Error(7, "'{0}' is not a number");
    internal static readonly DiagnosticDescriptor NotUtf8 = Error(8, "what stands here is no UTF-8", "save the file in the encoding UTF-8");
    internal static readonly DiagnosticDescriptor NestingTooDeep = Error(9, "this is nested too deeply", "split it into smaller parts");
    internal static readonly DiagnosticDescriptor IntegerTooLarge = Error(10, "the number does not fit into {0}", "write L after it for a long; a hexadecimal int above 0x7FFFFFFF needs a place of type int");
    internal static readonly DiagnosticDescriptor FloatTooLarge = Error(11, "the number does not fit into {0}");
    internal static readonly DiagnosticDescriptor CharLiteralLength = Error(12, "a character literal holds exactly one character", "a text is written between \"…\"");
    internal static readonly DiagnosticDescriptor InvalidEscape = Error(13, "'{0}' is no escape", "the escapes are \\n \\t \\r \\0 \\\\ \\\" \\' \\$ and \\u{{…}}");
    internal static readonly DiagnosticDescriptor InvalidUnicodeEscape = Error(14, "this is not a Unicode character", "write its hexadecimal number in braces: \\u{{1F600}}");
    internal static readonly DiagnosticDescriptor ImportListNotLast = Error(15, "a list of names ends an import");
    internal static readonly DiagnosticDescriptor RepeatedModifier = Error(16, "'{0}' stands here twice");
    internal static readonly DiagnosticDescriptor LabelIsNotAName = Error(17, "the label of a loop is a name");
    internal static readonly DiagnosticDescriptor ArgumentNameIsNotAName = Error(18, "the left side of ':' names a parameter");
    internal static readonly DiagnosticDescriptor NewWithoutSize = Error(19, "an array needs its size", "write new {0}[size]; an object of a class is made without 'new'");
    internal static readonly DiagnosticDescriptor NewSuffixAfterSize = Error(20, "this belongs before the first size", "for an array of empty places write new T[]?[size]");
    internal static readonly DiagnosticDescriptor InitOutsideClass = Error(21, "an init block belongs into a class");
    internal static readonly DiagnosticDescriptor NestedClass = Error(22, "class '{0}' stands inside another class", "move it to the top level of the module");
    internal static readonly DiagnosticDescriptor ModifierNotAllowed = Error(23, "'{0}' makes no sense on '{1}'");

    // names and modules
    internal static readonly DiagnosticDescriptor UnknownName = Error(100, "there is no '{0}' here", "{1}");
    internal static readonly DiagnosticDescriptor UnknownType = Error(101, "there is no type '{0}' here", "{1}");
    internal static readonly DiagnosticDescriptor UnknownModule = Error(102, "there is no module '{0}'", "a module is a file beneath the folder of the main file: {1}");
    internal static readonly DiagnosticDescriptor UnknownLibraryModule = Error(103, "the standard library has no module '{0}'");
    internal static readonly DiagnosticDescriptor UnknownModuleMember = Error(104, "module '{0}' has no '{1}'");
    internal static readonly DiagnosticDescriptor AlreadyDeclared = Error(105, "'{0}' is already declared");
    internal static readonly DiagnosticDescriptor BuiltInName = Error(106, "'{0}' is the name of a built-in type");
    internal static readonly DiagnosticDescriptor PrivateToModule = Error(107, "'{0}' is private to module '{1}'");
    internal static readonly DiagnosticDescriptor PrivateToClass = Error(108, "'{0}' is private to class '{1}'");
    internal static readonly DiagnosticDescriptor NotAType = Error(109, "'{0}' is not a type");
    internal static readonly DiagnosticDescriptor NotAValue = Error(110, "'{0}' is not a value");
    internal static readonly DiagnosticDescriptor FunctionAsValue = Error(111, "'{0}' is a function and must be called", "write {0}(…)");
    internal static readonly DiagnosticDescriptor NotCallable = Error(112, "'{0}' cannot be called");
    internal static readonly DiagnosticDescriptor NoSuchMember = Error(113, "'{0}' has no '{1}'");
    internal static readonly DiagnosticDescriptor InstanceMemberOfClass = Error(114, "'{0}' belongs to the objects of '{1}', not to the class");
    internal static readonly DiagnosticDescriptor StaticMemberOfValue = Error(115, "'{0}' is static", "write {1}.{0}");
    internal static readonly DiagnosticDescriptor NoThis = Error(116, "there is no 'this' outside of methods and init blocks");
    internal static readonly DiagnosticDescriptor NoThisFor = Error(117, "'{0}' belongs to an object, and there is no 'this' here");
    internal static readonly DiagnosticDescriptor SuperAlone = Error(118, "'super' is only for calling a method of the base class", "write super.method(…)");
    internal static readonly DiagnosticDescriptor NoBaseClass = Error(119, "there is no base class here");
    internal static readonly DiagnosticDescriptor SuperIsAbstract = Error(120, "'{0}' of '{1}' is abstract and has no code to call");
    internal static readonly DiagnosticDescriptor UnknownLabel = Error(121, "there is no loop with the label '{0}' around this");
    internal static readonly DiagnosticDescriptor OutsideLoop = Error(122, "'{0}' stands outside of any loop");

    // types
    internal static readonly DiagnosticDescriptor TypeMismatch = Error(200, "expected {0}, found {1}");
    internal static readonly DiagnosticDescriptor Narrowing = Error(201, "{0} does not convert to {1} by itself", "write .{2}() to convert it");
    internal static readonly DiagnosticDescriptor NullForNonNull = Error(202, "null is no {0}", "a type that has null is written {0}?");
    internal static readonly DiagnosticDescriptor MayBeNull = Error(203, "this may be null: expected {1}, found {0}", "test it with != null, give a default with ??, or write !! to fault on null");
    internal static readonly DiagnosticDescriptor AccessOnNullable = Error(204, "'{0}' on a value that may be null ({1})", "test it with != null, or write ?. or !!");
    internal static readonly DiagnosticDescriptor NeverNull = Error(205, "'{0}' on a value that is never null ({1})");
    internal static readonly DiagnosticDescriptor NotNullable = Error(206, "{0} cannot be null");
    internal static readonly DiagnosticDescriptor NotAValueType = Error(207, "there are no values of type {0}");
    internal static readonly DiagnosticDescriptor NoValue = Error(208, "this gives no value");
    internal static readonly DiagnosticDescriptor TypeOfNull = Error(209, "the type of '{0}' cannot be found from null", "write it: T?");
    internal static readonly DiagnosticDescriptor NoTypeAndNoValue = Error(210, "'{0}' needs a type or a value");
    internal static readonly DiagnosticDescriptor TypeNeedsItself = Error(211, "the type of '{0}' depends on itself", "write the type in its declaration");
    internal static readonly DiagnosticDescriptor DefaultNeedsItself = Error(212, "the default of '{0}' depends on itself");
    internal static readonly DiagnosticDescriptor UnaryOperator = Error(213, "'{0}' is not defined for {1}");
    internal static readonly DiagnosticDescriptor BinaryOperator = Error(214, "'{0}' is not defined for {1} and {2}");
    internal static readonly DiagnosticDescriptor NotPrintable = Error(215, "a value of type {0} has no text", "give its class a method fn toString(): string");
    internal static readonly DiagnosticDescriptor NotIterable = Error(216, "'for' cannot go through {0}", "it goes through arrays, strings and ranges");
    internal static readonly DiagnosticDescriptor RangeType = Error(217, "a range goes from int to int, long to long or char to char, not from {0} to {1}");
    internal static readonly DiagnosticDescriptor StepOfZero = Error(218, "a range with a step of 0 never ends");
    internal static readonly DiagnosticDescriptor ImpossibleCast = Error(219, "{0} can never be {1}");
    internal static readonly DiagnosticDescriptor CastOfNumber = Error(220, "'as' and 'is' are for references, not for {0} and {1}", "numbers are converted with .toInt(), .toDouble() …");
    internal static readonly DiagnosticDescriptor TestOfNullable = Error(221, "'is {0}' would not say whether it is null", "test for null with == null");
    internal static readonly DiagnosticDescriptor EmptyArrayLiteral = Error(222, "the element type of an empty array cannot be found", "write new T[0], or give the variable a type");
    internal static readonly DiagnosticDescriptor NoDefaultElement = Error(223, "the places of a new array of {0} need a value", "write new {0}[size](value), new {0}[size](i => value), or new {0}?[size]");
    internal static readonly DiagnosticDescriptor IfWithoutElse = Error(224, "an 'if' that gives a value needs 'else'");
    internal static readonly DiagnosticDescriptor BranchWithoutValue = Error(225, "this branch gives no value", "end it with an expression");
    internal static readonly DiagnosticDescriptor StringIsImmutable = Error(227, "a string cannot be changed");
    internal static readonly DiagnosticDescriptor NoEffect = Error(228, "this computes a value and does nothing with it");

    internal static readonly DiagnosticDescriptor TypeArgumentCount = Error(229, "'{0}' takes {1} type arguments");
    internal static readonly DiagnosticDescriptor BoundUnmet = Error(230, "{0} cannot stand for '{1}', which must be {2}");
    internal static readonly DiagnosticDescriptor BoundKind = Error(231, "{0} cannot bound a type parameter", "a bound is a class, an interface or object");
    internal static readonly DiagnosticDescriptor CannotInfer = Error(232, "the type argument '{0}' of '{1}' cannot be found from the arguments", "write it: {1}<…>(…)");
    internal static readonly DiagnosticDescriptor GenericMethodDispatched = Error(233, "'{0}' has type parameters and cannot be overridden or be extern");
    internal static readonly DiagnosticDescriptor GenericDefault = Error(234, "the default of '{0}' would need the type arguments of a call", "only null can be the default of a parameter whose type has type parameters");
    internal static readonly DiagnosticDescriptor LambdaParameterType = Error(235, "the type of '{0}' cannot be found", "write it: ({0}: T) => …");
    internal static readonly DiagnosticDescriptor LambdaParameterCount = Error(236, "expected {0}, found a function with {1} parameters");
    internal static readonly DiagnosticDescriptor FunctionTooWide = Error(237, "a function type has at most {0} parameters");

    // arguments
    internal static readonly DiagnosticDescriptor TooManyArguments = Error(250, "this argument is too many: '{0}' takes {1}");
    internal static readonly DiagnosticDescriptor MissingArgument = Error(251, "'{0}' needs its argument {1}");
    internal static readonly DiagnosticDescriptor UnknownParameter = Error(252, "'{0}' has no parameter '{1}'");
    internal static readonly DiagnosticDescriptor RepeatedArgument = Error(253, "'{0}' is given twice");
    internal static readonly DiagnosticDescriptor PositionalAfterNamed = Error(254, "an argument without a name follows one with a name");

    // classes
    internal static readonly DiagnosticDescriptor NotASuperType = Error(300, "{0} is neither a class nor an interface");
    internal static readonly DiagnosticDescriptor BaseNotOpen = Error(301, "class '{0}' is not open for subclasses", "declare it as open class {0}");
    internal static readonly DiagnosticDescriptor BaseClassNotFirst = Error(302, "base class '{0}' must come first after ':'", "a class has one base class, an interface has none");
    internal static readonly DiagnosticDescriptor InterfaceArguments = Error(303, "interface '{0}' has no constructor");
    internal static readonly DiagnosticDescriptor RepeatedSuperType = Error(304, "'{0}' stands twice among the supertypes of '{1}'");
    internal static readonly DiagnosticDescriptor InheritanceCycle = Error(305, "'{0}' is its own supertype");
    internal static readonly DiagnosticDescriptor InterfaceMember = Error(306, "interface '{0}' can only have methods");
    internal static readonly DiagnosticDescriptor AmbiguousDefault = Error(307, "class '{0}' must implement '{1}': both '{2}' and '{3}' have a default for it");
    internal static readonly DiagnosticDescriptor MissingBody = Error(308, "'{0}' needs a body");
    internal static readonly DiagnosticDescriptor AbstractMethodBody = Error(309, "abstract method '{0}' has no body");
    internal static readonly DiagnosticDescriptor AbstractInConcreteClass = Error(310, "abstract method '{0}' needs an abstract class");
    internal static readonly DiagnosticDescriptor NothingToOverride = Error(311, "'{0}' overrides nothing: no supertype of '{1}' has it");
    internal static readonly DiagnosticDescriptor OverridesClosed = Error(312, "'{0}' of '{1}' is not open", "declare it as open fn there");
    internal static readonly DiagnosticDescriptor SignatureDiffers = Error(313, "'{0}' must be declared as {1}, as in '{2}'");
    internal static readonly DiagnosticDescriptor NotImplemented = Error(314, "class '{0}' must implement {1} of '{2}'", "implement it, or declare the class abstract");
    internal static readonly DiagnosticDescriptor HidesInherited = Error(315, "'{0}' is inherited from '{1}' already", "write override to replace a method");
    internal static readonly DiagnosticDescriptor AbstractCreated = Error(316, "abstract class '{0}' has no objects of its own");
    internal static readonly DiagnosticDescriptor InterfaceCreated = Error(317, "interface '{0}' has no objects of its own");
    internal static readonly DiagnosticDescriptor FieldNotAssigned = Error(318, "field '{0}' is not assigned on every way through the constructor");
    internal static readonly DiagnosticDescriptor OpcodeOutsideLibrary = Error(319, "only the standard library may name an instruction; '{0}' can name an operation of the host");
    internal static readonly DiagnosticDescriptor NotOfHost = Error(320, "{0} cannot go to the host or come from it", "numbers, bool, char, string and object can, and arrays of all these but object");

    // variables and flow
    internal static readonly DiagnosticDescriptor NotAssigned = Error(400, "'{0}' may not have a value yet");
    internal static readonly DiagnosticDescriptor AssignToLet = Error(401, "'{0}' is a let and has its value", "declare it with var to change it");
    internal static readonly DiagnosticDescriptor AssignToParameter = Error(402, "'{0}' is a parameter and cannot be changed", "copy it into a var");
    internal static readonly DiagnosticDescriptor NotAssignable = Error(403, "this is not a place that can be assigned");
    internal static readonly DiagnosticDescriptor MissingReturn = Error(404, "'{0}' must return a value of type {1} on every way");
    internal static readonly DiagnosticDescriptor ReturnValueInVoid = Error(405, "'{0}' returns no value", "give it a result type: fn {0}(…): T");
    internal static readonly DiagnosticDescriptor ReturnWithoutValue = Error(406, "'{0}' must return a value of type {1}");
    internal static readonly DiagnosticDescriptor ReturnInInit = Error(407, "'return' stands outside of any function");
    internal static readonly DiagnosticDescriptor GlobalWithoutValue = Error(408, "'{0}' needs a value");
    internal static readonly DiagnosticDescriptor InitializerCycle = Error(409, "the value of '{0}' depends on itself: {1}");

    // programs
    internal static readonly DiagnosticDescriptor NoMain = Error(500, "the program has no main function", "write fn main() {{ … }}");
    internal static readonly DiagnosticDescriptor MainSignature = Error(501, "main takes nothing or (args: string[]) and returns nothing or int");
    internal static readonly DiagnosticDescriptor TooLarge = Error(502, "'{0}' is too large: {1} {2}, at most {3} are possible");
    internal static readonly DiagnosticDescriptor PreludeDiffers = Error(503, "the compiler is built on the prelude, which must have here: {0}", "bodies and tests may differ, declarations may not");

    // exceptions
    internal static readonly DiagnosticDescriptor TryWithoutHandler = Error(600, "a try needs a catch or a finally");
    internal static readonly DiagnosticDescriptor ThrowsNoException = Error(601, "{0} is no exception and cannot be thrown", "exceptions inherit Exception: class MyError(message: string) : Exception(message)");
    internal static readonly DiagnosticDescriptor CatchesNoException = Error(602, "{0} is no exception and is never caught", "exceptions inherit Exception");
    internal static readonly DiagnosticDescriptor CatchNeverReached = Error(603, "this catch is never reached: the catch of {0} before it takes every {1}", "put the catch of the more special class first");
    internal static readonly DiagnosticDescriptor LeavesFinally = Error(604, "'{0}' would leave a finally or defer, which ends at its end", "what ran before it, a return or an exception, goes on then");

    // enums and match
    internal static readonly DiagnosticDescriptor MatchNotExhaustive = Error(630, "this match does not cover every value; missing: {0}", "add an arm for it, or one for the rest: _ => …");
    internal static readonly DiagnosticDescriptor UnreachablePattern = Error(631, "nothing comes here: the arms before cover all that this matches");
    internal static readonly DiagnosticDescriptor MatchTooComplex = Error(632, "this match is too complex to decide", "split it: match one part first, and the others inside its arms");
    internal static readonly DiagnosticDescriptor AlternativeVariables = Error(633, "'{0}' must stand in every alternative, and with the same type");
    internal static readonly DiagnosticDescriptor NoSuchCase = Error(634, "{0} has no case '{1}'");
    internal static readonly DiagnosticDescriptor PatternArity = Error(635, "'{0}' holds {1} values and the pattern has {2}", "write _ for those that do not matter");
    internal static readonly DiagnosticDescriptor TypeAsPattern = Error(636, "'{0}' is a type", "write is {0}, or name: {0}");
    internal static readonly DiagnosticDescriptor NotAPattern = Error(637, "'{0}' is no pattern", "patterns are constants, ranges, cases, types, and names for what is there");
    internal static readonly DiagnosticDescriptor NotDeconstructible = Error(638, "'{0}' cannot be taken apart", "a class can when each parameter of its constructor is a field to be seen here");
    internal static readonly DiagnosticDescriptor FloatPattern = Error(639, "a number with a fraction is no pattern", "compare it in a guard: x if x == …");
    internal static readonly DiagnosticDescriptor RangePatternType = Error(640, "a range of whole numbers or chars cannot match {0}");
    internal static readonly DiagnosticDescriptor EmptyRangePattern = Error(641, "there is nothing in this range");
    internal static readonly DiagnosticDescriptor CaseAfterMember = Error(643, "case '{0}' stands after a member", "write all cases of an enum first");
    internal static readonly DiagnosticDescriptor EnumWithoutCases = Error(644, "enum '{0}' has no cases");
    internal static readonly DiagnosticDescriptor EnumState = Error(645, "enum '{0}' has no fields or init blocks", "values belong into its cases: Case(name: T)");
    internal static readonly DiagnosticDescriptor EnumInheritance = Error(646, "'{0}' cannot be a class below '{1}'", "enums have interfaces only, and nothing is below an enum");
    internal static readonly DiagnosticDescriptor CaseNeedsPayload = Error(647, "case '{0}' holds values", "write {0}(…)");
    internal static readonly DiagnosticDescriptor CaseWithoutPayload = Error(648, "case '{0}' holds nothing", "write it without parentheses");

    // value classes and tuples
    internal static readonly DiagnosticDescriptor ValueClassOpen = Error(670, "value class '{0}' can have no subclasses", "leave out open or abstract");
    internal static readonly DiagnosticDescriptor ValueFieldVar = Error(671, "'{0}' is a field of a value class and cannot be a var", "values are replaced as a whole");
    internal static readonly DiagnosticDescriptor ValueMember = Error(672, "value class '{0}' has only the fields that are its parameters, and no init block", "make it a static or a method");
    internal static readonly DiagnosticDescriptor ValueInheritance = Error(673, "'{0}' and '{1}': a value class neither extends a class nor is extended", "it can implement interfaces");
    internal static readonly DiagnosticDescriptor ValueContainsItself = Error(674, "value class '{0}' would contain itself: {1}", "hold it in an array or an object");
    internal static readonly DiagnosticDescriptor ValueMethodDeclared = Error(675, "'{0}' cannot be declared: every value class has it, as '{1}' does");
    internal static readonly DiagnosticDescriptor TupleTooWide = Error(676, "a tuple has at most {0} parts", "declare a value class");
    internal static readonly DiagnosticDescriptor NotATuple = Error(677, "expected a tuple of {0} parts, found {1}");
    internal static readonly DiagnosticDescriptor DestructuringWithoutValue = Error(678, "names in parentheses need a tuple to take apart", "write let (a, b) = …");
    internal static readonly DiagnosticDescriptor DestructuringOutside = Error(679, "only local variables can be the parts of a tuple");

    // tests and members
    internal static readonly DiagnosticDescriptor RepeatedTest = Error(700, "the module has a test \"{0}\" already");
    internal static readonly DiagnosticDescriptor TestInClass = Error(701, "a test stands at the top level of a module, not in a class");
    internal static readonly DiagnosticDescriptor OperatorWithoutModifier = Error(702, "'{0}' is an operator", "declare it as operator fn {0}(…)");
    internal static readonly DiagnosticDescriptor NotAnOperator = Error(703, "'{0}' is no operator", "these are: + - * / % unary - and ! == <=> [] []= in ()");
    internal static readonly DiagnosticDescriptor OperatorSignature = Error(704, "operator '{0}' is declared as {1}");
    internal static readonly DiagnosticDescriptor OperatorOutsideType = Error(705, "operator '{0}' belongs into a class or extends a type", "write operator fn T.{0}(…)");
    internal static readonly DiagnosticDescriptor PropertyTypes = Error(706, "'{0}' is read as {1} and set as {2}");
    internal static readonly DiagnosticDescriptor PropertyNotReadable = Error(707, "'{0}' can only be set: it has no getter");
    internal static readonly DiagnosticDescriptor PropertyNotSettable = Error(708, "'{0}' cannot be set: it has no setter");
    internal static readonly DiagnosticDescriptor PropertyOutsideClass = Error(709, "property '{0}' belongs into a class or interface");
    internal static readonly DiagnosticDescriptor ExtensionInClass = Error(710, "'{0}' extends a type and so stands at the top level of a module");
    internal static readonly DiagnosticDescriptor AmbiguousExtension = Error(711, "more than one '{0}' extends {1}: in module '{2}' and in module '{3}'");
    internal static readonly DiagnosticDescriptor LocalFunctionRestriction = Error(712, "local function '{0}' cannot have {1}", "declare it outside of the function");
    internal static readonly DiagnosticDescriptor OperatorTypeParameter = Error(713, "'{0}' of operator '{1}' is not found from what the operator is applied to", "use the type parameters of the class, or of the type that it extends");

    // inline functions
    internal static readonly DiagnosticDescriptor InlineParameterAsValue = Error(720, "'{0}' is put into the body of inline function '{1}' and is no value there", "call it, or hand it on to an inline function");
    internal static readonly DiagnosticDescriptor InlineRecursion = Error(721, "inline function '{0}' would contain itself: {1}", "leave out inline");
    internal static readonly DiagnosticDescriptor InlineDispatched = Error(722, "'{0}' cannot be inline: which body a call means is known only when the program runs", "leave out inline");

    // packages
    internal static readonly DiagnosticDescriptor ManifestSyntax = Error(740, "{0}");
    internal static readonly DiagnosticDescriptor ManifestKeyMissing = Error(741, "the manifest has no '{0}'", "a package needs at least a name and a version: {0} = \"…\"");
    internal static readonly DiagnosticDescriptor ManifestKeyUnknown = Error(742, "a manifest has no '{0}' here", "there are: {1}");
    internal static readonly DiagnosticDescriptor ManifestValue = Error(743, "'{0}' must be a text", "{0} = \"…\"");
    internal static readonly DiagnosticDescriptor ManifestDependency = Error(744, "a dependency names the folder of a package", "{0} = {{ path = \"../{0}\" }}");
    internal static readonly DiagnosticDescriptor PackageName = Error(745, "'{0}' cannot be the name of a package", "at most 100 small letters, digits and '_', no word of the language, and other than std");
    internal static readonly DiagnosticDescriptor PackageVersion = Error(746, "'{0}' is no version", "three numbers: 1.0.0");
    internal static readonly DiagnosticDescriptor PackageMissing = Error(747, "there is no package in '{0}': it has no tarn.toml");
    internal static readonly DiagnosticDescriptor PackageCycle = Error(748, "packages need each other in a circle: {0}", "move what both need into a third package");
    internal static readonly DiagnosticDescriptor PackageClash = Error(749, "two packages are called '{0}': in '{1}' and in '{2}'");
    internal static readonly DiagnosticDescriptor PackageNameDiffers = Error(750, "the package in '{0}' is called '{1}', not '{2}'", "{1} = {{ path = … }}");
    internal static readonly DiagnosticDescriptor PackageEntryMissing = Error(751, "the entry is no module of the package: there is no file '{0}'");
    internal static readonly DiagnosticDescriptor PackageHasNoEntry = Error(752, "package '{0}' is a library: it names no entry", "entry = \"main\"");
    internal static readonly DiagnosticDescriptor UndeclaredDependency = Error(753, "package '{0}' is not a dependency of this package", "add it to [dependencies] in tarn.toml");
    internal static readonly DiagnosticDescriptor PackageEntryName = Error(754, "'{0}' is no name of a module", "named as in an import, from the package's folder: main, or app.main for app/main.tarn");

    /// <summary>Those that say that something of a name is not there.</summary>
    internal static readonly HashSet<DiagnosticDescriptor> NamesNotFound =
        [UnknownName, UnknownType, UnknownModuleMember, NoSuchMember, NothingToOverride, NoSuchCase, NotAPattern];

    private static DiagnosticDescriptor Error(int number, string message, string? hint = null)
    {
        var descriptor = new DiagnosticDescriptor($"TARN{number:D4}", Severity.Error, message, hint);
        all.Add(descriptor);
        return descriptor;
    }
}
