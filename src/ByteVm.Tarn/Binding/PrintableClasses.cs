using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// Classes and interfaces with a method <c>fn toString(): string</c> implement the prelude's <c>Printable</c> without saying so, so that generic code finds the text of
/// what it knows nothing of. So do value classes, which have that method by themselves, and enums, by <c>EnumValue</c>.
/// </summary>
internal static class PrintableClasses
{
    public const string Method = "toString";

    public static bool IsImplicitlyPrintable(ClassSymbol @class) =>
        !@class.IsEnum && !@class.IsCase && (@class.Members.TryGetValue(Method, out MemberSymbol? member) ? IsText(member) : @class.IsValue);

    private static bool IsText(MemberSymbol member) => member is FunctionSymbol { IsStatic: false, IsPrivate: false, Syntax: { Parameters.IsEmpty: true, TypeParameters.IsEmpty: true } syntax }
        && syntax.ReturnType is NamedTypeSyntax { Path: [{ Text: "string" }], Arguments.IsEmpty: true };
}
