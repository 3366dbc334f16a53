using ByteVm.Bytecode;
using ByteVm.Runtime.Execution;

namespace ByteVm.Tests.Interpretation;

/// <summary>Value classes: made, stored in arrays, boxed, tested and called.</summary>
internal static partial class ProgramCases
{
    private const string Definitions = """
        module test
        export "main" = main
        interface Measured { method size(i32): i32 method twice(): i32 = Measured.twice }
        interface Named { method name(): i32 }
        value Pair implements Measured { readonly field text: string readonly field wide: i64 readonly field small: u8 method size(i32): i32 = Pair.size }
        value Nothing { }
        fn Measured.twice(r0: Measured): i32 { var r1: i32 const.i32 r1, 1 call.interface r1, Measured::size, (r0, r1) add.i32 r1, r1, r1 return.value r1 }
        fn Pair.size(r0: Pair, r1: i32): i32 {
            var r2: string, r3: i64, r4: i32
            load.field r2, r0, Pair::text string.length r4, r2 add.i32 r1, r1, r4
            load.field r3, r0, Pair::wide i64.to.i32 r4, r3 add.i32 r1, r1, r4
            load.field r4, r0, Pair::small add.i32 r1, r1, r4 return.value r1
        }
        fn pair(): Pair {
            var r0: string, r1: i64, r2: i32, r3: Pair
            const.string r0, "seven 7" const.i64 r1, 1000 const.i32 r2, 300 new.value r3, Pair, (r0, r1, r2) return.value r3
        }

        """;

    private static IEnumerable<ProgramCase> Values()
    {
        yield return FromText("an element of several parts", 1007 + 44, """
            var r0: Pair, r1: Pair[], r2: i32, r3: i32
            call r0, pair, () const.i32 r2, 3 new.array r1, r2, Pair[] const.i32 r2, 2 store.element r1, r2, r0
            call r0, zero, (r1) load.element r0, r1, r2 call r3, Pair.size, (r0, r3) return.value r3
            """, "fn zero(r0: Pair[]): Pair { var r1: i32, r2: Pair load.element r2, r0, r1 return.value r2 }");
        yield return FromText("an element beyond the length", FaultKind.IndexOutOfBounds, """
            var r0: Pair, r1: Pair[], r2: i32
            const.i32 r2, 2 new.array r1, r2, Pair[] load.element r0, r1, r2 return.value r2
            """);
        yield return FromText("an element of no array", FaultKind.NullReference, """
            var r0: Pair, r1: Pair[], r2: i32
            store.element r1, r2, r0 return.value r2
            """);
        yield return FromText("a place without parts", 3, """
            var r0: Nothing, r1: Nothing[], r2: i32
            const.i32 r2, 3 new.array r1, r2, Nothing[] new.value r0, Nothing, () array.length r2, r1 return.value r2
            """);
        yield return FromText("a box called through its interface", 2 * (1007 + 44 + 1), """
            var r0: Pair, r1: Measured, r2: i32
            call r0, pair, () box r1, r0 call.interface r2, Measured::twice, (r1) return.value r2
            """);
        yield return FromText("a box taken apart", 1007 + 44, """
            var r0: Pair, r1: object, r2: i32
            call r0, pair, () box r1, r0 is r2, r1, Pair cast r0, r1, Pair const.i32 r2, 0 call r2, Pair.size, (r0, r2) return.value r2
            """);
        yield return FromText("what is no box of the class", FaultKind.InvalidCast, """
            var r0: Pair, r1: object, r2: Nothing, r3: i32
            box r1, r2 cast r0, r1, Pair return.value r3
            """);
        yield return FromText("a type variable that is a value class", 1007 + 44 + 5 + 2 * (1007 + 44 + 1) + 10, """
            var r0: Pair, r1: i32
            call r0, pair, () call r1, all<Pair>, (r0) return.value r1
            """, all);
        yield return FromText("a type variable that is a box", 1007 + 44 + 5 + 2 * (1007 + 44 + 1) + 10, """
            var r0: Pair, r1: i32, r2: object
            call r0, pair, () box r2, r0 call r1, all<object>, (r2) return.value r1
            """, all);
        yield return FromText("an optional number", 1 + 300, """
            var r0: Optional<i32>, r1: i32, r2: i32
            const.i32 r1, 300 call r0, wrap<i32>, (r1) optional.has r1, r0 optional.get r2, r0 add.i32 r1, r1, r2
            optional.none r0 optional.has r2, r0 add.i32 r1, r1, r2 optional.get r2, r0 add.i32 r1, r1, r2 return.value r1
            """, wrap);
        yield return FromText("an optional reference is a reference", 7 + 1, """
            var r0: string, r1: i32, r2: i32
            const.string r0, "seven 7" call r0, wrap<string>, (r0) string.length r1, r0 call r0, nothing<string>, ()
            br.nonnull r0, no const.i32 r2, 1 no: add.i32 r1, r1, r2 return.value r1
            """, wrap);
        yield return FromText("an optional of an optional is one optional", 1 + 300, """
            var r0: Optional<i64>, r1: i64, r2: i32, r3: i32
            const.i64 r1, 300 optional.some r0, r1 call r0, wrap<Optional<i64>>, (r0) optional.has r2, r0 optional.get r1, r0
            i64.to.i32 r3, r1 add.i32 r2, r2, r3 call r0, nothing<Optional<i64>>, () optional.has r3, r0 add.i32 r2, r2, r3 return.value r2
            """, wrap);
        yield return FromText("an optional of several parts", 1 + 1007 + 44, """
            var r0: Optional<Pair>, r1: Pair, r2: i32
            call r1, pair, () call r0, wrap<Pair>, (r1) optional.get r1, r0 optional.has r2, r0 call r2, Pair.size, (r1, r2) return.value r2
            """, wrap);
    }

    /// <summary>Uses a value as what it implements, whatever it is.</summary>
    private const string all = """
        fn all<T>(r0: $0): i32 {
            var r1: i32, r2: i32, r3: Measured
            const.i32 r1, 5 call.constrained r1, Measured::size, (r0, r1) call.constrained r2, Measured::twice, (r0) add.i32 r1, r1, r2
            is r2, r0, Measured br.false r2, no const.i32 r2, 10 add.i32 r1, r1, r2 no: is r2, r0, Named add.i32 r1, r1, r2
            cast r3, r0, Measured null.check r3 return.value r1
        }
        """;

    private const string wrap = """
        value Optional<T> { readonly field has: bool readonly field value: $0 }
        fn nothing<T>(): optional Optional<$0> { var r0: optional Optional<$0> optional.none r0 return.value r0 }
        fn wrap<T>(r0: $0): optional Optional<$0> {
            var r1: optional Optional<$0>, r2: $0, r3: i32, r4: $0[]
            optional.some r1, r0 optional.has r3, r1 new.array r4, r3, $0[] optional.get r2, r1 const.i32 r3, 0 store.element r4, r3, r2
            load.element r2, r4, r3 optional.some r1, r2 return.value r1
        }
        """;

    private static ProgramCase FromText(string name, object expected, string main, string others = "") =>
        new("values: " + name, Assembler.Assemble($"{Definitions}{others}\nfn main(): i32 {{ {main} }}", "case.bva"), [], expected is int value ? (long)(uint)value : expected);
}
