using System.Globalization;
using System.Text;
using ByteVm.Bytecode;
using ByteVm.Runtime.Execution.Services;
using ByteVm.Tests.Embedding;
using CsCheck;

namespace ByteVm.Tests.Execution;

/// <summary>What engines do inline with short texts, at each length up to beyond the one at which the monitor takes over.</summary>
public sealed class ShortTextTests
{
    private const int Longest = ServiceCall.BytesPerFuelUnit + 2;

    public static TheoryData<EngineKind, bool> Modes => ServiceTests.Modes;

    /// <summary>The slice is hashed, too: its padding counts, and must be zero whatever lay behind the source.</summary>
    [Theory, MemberData(nameof(Modes))]
    public void SlicesOfEachLengthAtEachPlace(EngineKind engine, bool stress)
    {
        using var guest = new OneFunction(engine, stress, Guests.Function(TypeRef.String, [TypeRef.String, TypeRef.I32, TypeRef.I32], f => Slice(f, hashed: false)));
        using var hashed = new OneFunction(engine, stress, Guests.Function(TypeRef.I32, [TypeRef.String, TypeRef.I32, TypeRef.I32], f => Slice(f, hashed: true)));
        string text = Letters(Longest + 12);
        foreach (int from in new[] { 0, 1, 7, 8, 11 })
        {
            for (int length = 0; length <= Longest; length++)
            {
                string expected = text.Substring(from, length);
                Assert.Equal(expected, guest.Call<string>(text, from, from + length));
                Assert.Equal((int)TextHash.Of(Encoding.UTF8.GetBytes(expected)), hashed.Call<int>(text, from, from + length));
            }
        }
    }

    [Theory, MemberData(nameof(Modes))]
    public void SlicesThatCutOrLeaveTheText(EngineKind engine, bool stress)
    {
        using var guest = new OneFunction(engine, stress, Guests.Function(TypeRef.String, [TypeRef.String, TypeRef.I32, TypeRef.I32], f => Slice(f, hashed: false)));
        string text = "é" + Letters(60) + "→";
        Assert.Equal(text, guest.Call<string>(text, 0, 65));
        Assert.Equal(text[1..61], guest.Call<string>(text, 2, 62));
        foreach ((int from, int to) in new[] { (1, 20), (2, 63), (2, 64), (64, 65) })
            Assert.Equal(FaultKind.MalformedText, Guests.Fault(() => guest.Call<string>(text, from, to)).Kind);
        foreach ((int from, int to) in new[] { (-1, 3), (3, -1), (60, 66), (5, 3), (int.MinValue, int.MaxValue), (66, 66) })
            Assert.Equal(FaultKind.IndexOutOfBounds, Guests.Fault(() => guest.Call<string>(text, from, to)).Kind);
        Assert.Equal("", guest.Call<string>(text, 65, 65));
        Assert.Equal(FaultKind.NullReference, Guests.Fault(() => guest.Call<string>((string?)null, 0, 0)).Kind);
    }

    [Theory, MemberData(nameof(Modes))]
    public void TextsOfEachLengthAreJoined(EngineKind engine, bool stress)
    {
        using var guest = new OneFunction(engine, stress, Guests.Function(TypeRef.String, [TypeRef.String, TypeRef.String], f =>
        {
            Register d = f.NewRegister(TypeRef.String);
            f.StringConcat(d, f.Parameter(0), f.Parameter(1));
            f.ReturnValue(d);
        }));
        for (int length = 0; length <= Longest; length++)
        {
            for (int first = 0; first <= length; first += 1 + length / 8)
                Assert.Equal(Letters(length), guest.Call<string>(Letters(length)[..first], Letters(length)[first..]));
        }

        Assert.Equal("anull", guest.Call<string>("a", (string?)null));
    }

    [Theory, MemberData(nameof(Modes))]
    public void ListsOfTextsAreJoined(EngineKind engine, bool stress)
    {
        for (int count = 0; count <= 6; count++)
        {
            using var guest = new OneFunction(engine, stress, Guests.Function(TypeRef.String, [TypeRef.String, TypeRef.String], f =>
            {
                Register d = f.NewRegister(TypeRef.String);
                f.StringConcatList(d, [.. Enumerable.Range(0, count).Select(i => f.Parameter(i % 2))]);
                f.ReturnValue(d);
            }));
            foreach ((string a, string b) in new[] { ("", ""), ("é", "x"), (Letters(11), Letters(10)), (Letters(22), Letters(20)), (Letters(63), ""), ("", Letters(64)), (Letters(40), Letters(30)) })
                Assert.Equal(string.Concat(Enumerable.Range(0, count).Select(i => i % 2 == 0 ? a : b)), guest.Call<string>(a, b));
            Assert.Equal(string.Concat(Enumerable.Range(0, count).Select(i => i % 2 == 0 ? "a" : "null")), guest.Call<string>("a", (string?)null));
        }
    }

    [Theory, MemberData(nameof(Modes))]
    public void NumbersOfEachLengthAreWritten(EngineKind engine, bool stress)
    {
        using var guest = new OneFunction(engine, stress, Guests.Function(TypeRef.String, [TypeRef.I32], f =>
        {
            Register d = f.NewRegister(TypeRef.String);
            f.FormatI32(d, f.Parameter(0));
            f.ReturnValue(d);
        }));
        for (long power = 1; power <= int.MaxValue; power *= 10)
        {
            foreach (long number in new[] { power - 1, power, 3 * power + 7, 10 * power - 1, -power, 1 - power, -7 * power })
                Assert.Equal(((int)number).ToString(CultureInfo.InvariantCulture), guest.Call<string>((int)number));
        }

        foreach (int number in new[] { int.MinValue, int.MinValue + 1, int.MaxValue, -1 })
            Assert.Equal(number.ToString(CultureInfo.InvariantCulture), guest.Call<string>(number));
        Gen.Int.Sample(number => Assert.Equal(number.ToString(CultureInfo.InvariantCulture), guest.Call<string>(number)), iter: 300, threads: 1);
    }

    [Theory, MemberData(nameof(Modes))]
    public void BytesOfEachLengthBecomeTexts(EngineKind engine, bool stress)
    {
        using var guest = new OneFunction(engine, stress, Guests.Function(TypeRef.String, m => [m.ArrayOf(TypeRef.U8), TypeRef.I32, TypeRef.I32], (f, _) =>
        {
            Register d = f.NewRegister(TypeRef.String);
            f.StringFromBytes(d, [f.Parameter(0), f.Parameter(1), f.Parameter(2)]);
            f.ReturnValue(d);
        }));
        byte[] ascii = Encoding.UTF8.GetBytes(Letters(Longest + 3));
        for (int length = 0; length <= Longest; length++)
        {
            Assert.Equal(Letters(length + 3)[3..], guest.Call<string>(ascii, 3, 3 + length));
            for (int bad = 0; bad < length; bad += 5)
            {
                byte[] broken = [.. ascii];
                broken[3 + bad] = 0x80;
                Assert.Equal($"malformed text: byte {3 + bad} is not UTF-8", Guests.Fault(() => guest.Call<string>(broken, 3, 3 + length)).Message);
            }
        }

        Assert.Equal("aé→", guest.Call<string>(Encoding.UTF8.GetBytes("aé→"), 0, 6));
        Assert.Equal(FaultKind.IndexOutOfBounds, Guests.Fault(() => guest.Call<string>(ascii, ascii.Length - 1, ascii.Length + 1)).Kind);
        Assert.Equal(FaultKind.NullReference, Guests.Fault(() => guest.Call<string>((byte[]?)null, 0, 0)).Kind);
    }

    /// <summary>Nothing beside the bytes is written.</summary>
    [Theory, MemberData(nameof(Modes))]
    public void TextsOfEachLengthAreCopied(EngineKind engine, bool stress)
    {
        using var guest = new OneFunction(engine, stress, Guests.Function(m => m.ArrayOf(TypeRef.U8), m => [TypeRef.String, TypeRef.I32, m.ArrayOf(TypeRef.U8), TypeRef.I32, TypeRef.I32], (f, _) =>
        {
            f.StringCopyBytes([f.Parameter(0), f.Parameter(1), f.Parameter(2), f.Parameter(3), f.Parameter(4)]);
            f.ReturnValue(f.Parameter(2));
        }));
        string text = Letters(Longest + 2);
        for (int length = 0; length <= Longest; length++)
        {
            byte[] expected = new byte[Longest + 8];
            Encoding.UTF8.GetBytes(text.AsSpan(2, length), expected.AsSpan(5));
            Assert.Equal(expected, guest.Call<byte[]>(text, 2, new byte[Longest + 8], 5, length));
        }

        foreach ((int from, int at, int count) in new[] { (0, 0, -1), (-1, 0, 1), (0, -1, 1), (text.Length, 0, 1), (0, 8, 1), (int.MaxValue, 0, 2), (0, int.MaxValue, 2) })
            Assert.Equal(FaultKind.IndexOutOfBounds, Guests.Fault(() => guest.Call<byte[]>(text, from, new byte[8], at, count)).Kind);
        Assert.Equal(FaultKind.NullReference, Guests.Fault(() => guest.Call<byte[]>(text, 0, (byte[]?)null, 0, 1)).Kind);
    }

    /// <summary>A difference at each place, upward and downward, also by bytes beyond ASCII; and by length alone.</summary>
    [Theory, MemberData(nameof(Modes))]
    public void TextsOfEachLengthHaveAnOrder(EngineKind engine, bool stress)
    {
        using var guest = new OneFunction(engine, stress, Guests.Function(TypeRef.I32, [TypeRef.String, TypeRef.String], f =>
        {
            Register d = f.NewRegister(TypeRef.I32);
            f.StringCompare(d, f.Parameter(0), f.Parameter(1));
            f.ReturnValue(d);
        }));
        for (int length = 0; length <= Longest; length++)
        {
            string text = Letters(length);
            Assert.Equal(0, guest.Call<int>(text, new string(text)));
            Assert.Equal(-1, guest.Call<int>(text, text + "a"));
            Assert.Equal(1, guest.Call<int>(text + Letters(70), text));
            for (int i = 0; i < length; i += 3)
            {
                string later = text[..i] + "é" + text[(i + 1)..];
                Assert.Equal(-1, guest.Call<int>(text, later));
                Assert.Equal(1, guest.Call<int>(later, text));
            }
        }

        Assert.Equal(FaultKind.NullReference, Guests.Fault(() => guest.Call<int>((string?)null, "a")).Kind);
        Assert.Equal(FaultKind.NullReference, Guests.Fault(() => guest.Call<int>("a", (string?)null)).Kind);
    }

    [Theory, MemberData(nameof(Modes))]
    public void HashesOfEachLength(EngineKind engine, bool stress)
    {
        using var guest = new OneFunction(engine, stress, Guests.Function(TypeRef.I32, [TypeRef.String], f =>
        {
            Register d = f.NewRegister(TypeRef.I32);
            f.StringHash(d, f.Parameter(0));
            f.ReturnValue(d);
        }));
        for (int length = 0; length <= Longest; length++)
            Assert.Equal((int)TextHash.Of(Encoding.UTF8.GetBytes(Letters(length))), guest.Call<int>(Letters(length)));
        Assert.Equal(FaultKind.NullReference, Guests.Fault(() => guest.Call<int>((string?)null)).Kind);
    }

    private static string Letters(int length) => string.Concat(Enumerable.Range(0, length).Select(i => (char)('!' + i * 7 % 90)));

    private static void Slice(FunctionBuilder f, bool hashed)
    {
        Register text = f.NewRegister(TypeRef.String), hash = f.NewRegister(TypeRef.I32);
        f.StringSlice(text, [f.Parameter(0), f.Parameter(1), f.Parameter(2)]);
        if (hashed)
            f.StringHash(hash, text);
        f.ReturnValue(hashed ? hash : text);
    }
}
