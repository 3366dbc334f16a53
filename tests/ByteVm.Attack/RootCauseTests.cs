using ByteVm.Memory;
namespace ByteVm.Attack;

/// <summary>
/// Classes of errors by which other machines' sandboxes were escaped, as programs that must do the same on the interpreter, in the cage and in a worker.
/// </summary>
public sealed class RootCauseTests
{
    public static TheoryData<string, string> Classes => new()
    {
        {
            "CVE-2023-26489: a 32-bit shift folded into an address",
            """
            fn run(x: int): int {
                let a = new int[16]
                var s = 0
                for k in 0..6 { let i = (x << k) & 0x7fffffff; if i < 16 { s += a[i] + i } else { s ^= i } }
                return s
            }
            """
        },
        {
            "CVE-2023-26489: an index beyond the array after a shift",
            "fn run(x: int): int { let a = new int[16]; return a[x << 3] }"
        },
        {
            "CVE-2021-32629: a spilled 32-bit value with bit 31 set",
            """
            fn id(x: int): int = x
            fn run(x: int): int {
                let a = x + 1; let b = x - 2; let c = x * 3; let d = x ^ 4; let e = x | 5; let f = x & 6; let g = x << 1; let h = x >>> 1
                let i = id(a); let j = id(b); let k = id(c); let l = id(d); let m = id(e); let n = id(f); let o = id(g); let p = id(h)
                return (a.toLong() + b.toLong() + c.toLong() + d.toLong() + e.toLong() + f.toLong() + g.toLong() + h.toLong()
                    + i.toLong() * 3L + j.toLong() + k.toLong() + l.toLong() + m.toLong() + n.toLong() + o.toLong() + p.toLong()).toInt()
            }
            """
        },
        {
            "CVE-2026-34971: a shift amount masked with the wrong type",
            "fn run(x: int): int { var s = 0; for k in 0..70 { s += (x << k) ^ (x >> k) ^ (x >>> k) ^ ((x.toLong() << k) >>> 7).toInt() }; return s }"
        },
        {
            "CVE-2026-34987: dirty upper halves of an index",
            "fn run(x: int): int { let a = new int[8]; let wide = (x.toLong() << 32) + 3L; a[3] = 7; return a[wide.toInt()] }"
        },
        {
            "CVE-2026-35186: minus one from a helper used as an index",
            "fn run(x: int): int { let a = new int[4]; let at = if \"abc\" == \"${x}\" { 0 } else { -1 }; return a[at] }"
        },
        {
            "CVE-2026-24116: an access that ends with the array",
            "fn run(x: int): int { let a = new long[3]; a[2] = x.toLong(); let b = new byte[1]; b[0] = 1; return a[2].toInt() }"
        },
        {
            "CVE-2022-24791, CVE-2022-31146: references across safepoints in code that is rarely run",
            """
            fn run(x: int): int {
                let kept = "kept ${x}"
                let other = "other ${x}"
                var s = 0
                for i in 0..20 { if i == 13 { s += "cold ${kept} ${i}".length + other.length } else { s += kept.length } }
                return s
            }
            """
        },
        {
            "CVE-2021-39218: a safepoint without references after one with some",
            "fn run(x: int): int { let n = \"text ${x}\".length; var s = 0; for i in 0..10 { s += (new byte[n + i]).length }; return s }"
        },
        {
            "CVE-2021-21220: extension after an operation that changes nothing",
            "fn run(x: int): int { let y = x ^ 0; let z = y + 0; return ((z.toLong() * 2L) >>> 1).toInt() ^ (z * 1) }"
        },
    };

    [Theory, MemberData(nameof(Classes))]
    public void DoesTheSameEverywhere(string name, string source)
    {
        using GuestProgram interpreted = Guests.Compile(source, new EngineOptions { Engine = EngineKind.Interpreter });
        using GuestProgram compiled = Guests.Compile(source);
        foreach (int x in (int[])[0, 1, -1, 2, 7, 15, 16, int.MaxValue, int.MinValue, 0x4000_0000, 0x2000_0001])
        {
            string expected = End(interpreted, InstanceOptions.Default, x);
            foreach (bool stress in (bool[])[false, true])
            {
                Assert.Equal((name, expected), (name, End(compiled, InstanceOptions.Default with { GcStress = stress ? GcStress.Safepoints : GcStress.Never }, x)));
                Assert.Equal((name, expected), (name, End(compiled, InstanceOptions.Default with { GcStress = stress ? GcStress.Safepoints : GcStress.Never, Isolation = IsolationLevel.Process }, x)));
            }
        }
    }

    private static string End(GuestProgram program, InstanceOptions options, int x)
    {
        using GuestInstance instance = program.Instantiate(options);
        try
        {
            return $"{instance.Call<int>("run", x)}";
        }
        catch (GuestFaultException e)
        {
            return e.Fault.Message;
        }
    }
}
