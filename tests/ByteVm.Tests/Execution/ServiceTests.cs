using ByteVm.Memory;
using System.Text;
using ByteVm.Bytecode;
using ByteVm.Runtime.Execution.Services;
using ByteVm.Tests.Embedding;
using CsCheck;

namespace ByteVm.Tests.Execution;

/// <summary>Each service against .NET's own, on each engine, with and without a collection at every step.</summary>
public sealed class ServiceTests
{
    private static readonly TypeRef[] OneString = [TypeRef.String];
    private static readonly TypeRef[] TwoStrings = [TypeRef.String, TypeRef.String];

    public static TheoryData<EngineKind, bool> Modes
    {
        get
        {
            var modes = new TheoryData<EngineKind, bool>();
            foreach (TheoryDataRow<EngineKind> engine in Guests.Engines)
            {
                modes.Add(engine.Data, false);
                modes.Add(engine.Data, true);
            }

            return modes;
        }
    }

    [Theory, MemberData(nameof(Modes))]
    public void StringsAreJoined(EngineKind engine, bool stress)
    {
        using var guest = new OneFunction(engine, stress, Guests.Function(TypeRef.String, TwoStrings, f => Binary(f, TypeRef.String, f.StringConcat)));
        Assert.Equal("a→b", guest.Call<string>("a→", "b"));
        Assert.Equal("", guest.Call<string>("", ""));
        Assert.Equal("nullx", guest.Call<string>((string?)null, "x"));
    }

    [Theory, MemberData(nameof(Modes))]
    public void ListsOfStringsAreJoinedInOrder(EngineKind engine, bool stress)
    {
        using var guest = new OneFunction(engine, stress, Guests.Function(TypeRef.String, TwoStrings, f =>
        {
            Register d = f.NewRegister(TypeRef.String);
            f.StringConcatList(d, [f.Parameter(0), f.Parameter(1), f.Parameter(0)]);
            f.ReturnValue(d);
        }));
        Assert.Equal("abcab", guest.Call<string>("ab", "c"));
        Assert.Equal("nullcnull", guest.Call<string>((string?)null, "c"));
    }

    [Theory, MemberData(nameof(Modes))]
    public void StringsCompareByBytes(EngineKind engine, bool stress)
    {
        using var equal = new OneFunction(engine, stress, Guests.Function(TypeRef.I32, TwoStrings, f => Binary(f, TypeRef.I32, f.StringEqual)));
        using var compare = new OneFunction(engine, stress, Guests.Function(TypeRef.I32, TwoStrings, f => Binary(f, TypeRef.I32, f.StringCompare)));
        Gen.Select(Gen.String[Gen.Char["ab é\U0000ffee"], 0, 4], Gen.String[Gen.Char["ab é\U0000ffee"], 0, 4]).Sample((a, b) =>
        {
            Assert.Equal(a == b, equal.Call<bool>(a, b));
            Assert.Equal(Math.Sign(Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b))), compare.Call<int>(a, b));
        }, iter: 200, threads: 1);
        Assert.True(equal.Call<bool>((string?)null, (string?)null));
        Assert.False(equal.Call<bool>("", (string?)null));
        Assert.Equal(FaultKind.NullReference, Guests.Fault(() => compare.Call<int>("", (string?)null)).Kind);
    }

    [Theory, MemberData(nameof(Modes))]
    public void HashesAreTheSpecifiedOnes(EngineKind engine, bool stress)
    {
        using var guest = new OneFunction(engine, stress, Guests.Function(TypeRef.I32, OneString, f => Unary(f, TypeRef.I32, f.StringHash)));
        foreach (string text in new[] { "", "a", "12345678", "123456789", "a longer text with ümlauts" })
            Assert.Equal((int)TextHash.Of(Encoding.UTF8.GetBytes(text)), guest.Call<int>(text));
    }

    /// <summary>Past the length at which the inline path ends: a difference at each place is seen.</summary>
    [Theory, MemberData(nameof(Modes))]
    public void StringsOfEachLengthCompareAtEachByte(EngineKind engine, bool stress)
    {
        using var equal = new OneFunction(engine, stress, Guests.Function(TypeRef.I32, TwoStrings, f => Binary(f, TypeRef.I32, f.StringEqual)));
        using var itself = new OneFunction(engine, stress, Guests.Function(TypeRef.I32, OneString, f => Unary(f, TypeRef.I32, (d, a) => f.StringEqual(d, a, a))));
        for (int length = 0; length <= 66; length++)
        {
            string text = new('x', length);
            Assert.True(itself.Call<bool>(text));
            Assert.True(equal.Call<bool>(text, new string(text)));
            Assert.False(equal.Call<bool>(text, text + "x"));
            for (int i = 0; i < length; i++)
                Assert.False(equal.Call<bool>(text, string.Concat(text.AsSpan(0, i), "y", text.AsSpan(i + 1))));
        }
    }

    /// <summary>What is paid for: hashing once; comparing equal lengths, unless both hashes are known and tell.</summary>
    [Theory, MemberData(nameof(Modes))]
    public void OnlyWorkThatIsDoneIsPaidFor(EngineKind engine, bool stress)
    {
        string text = new('x', 64 * 100), other = new('y', 64 * 100);
        Assert.Equal(100, ExtraFuel(engine, stress, text, other, hashes: [0]));
        Assert.Equal(100, ExtraFuel(engine, stress, text, other, hashes: [0, 0, 0]));
        Assert.Equal(200, ExtraFuel(engine, stress, text, other, hashes: [0, 1]));
        Assert.Equal(100, ExtraFuel(engine, stress, text, other, hashes: [], compares: true));
        Assert.Equal(200, ExtraFuel(engine, stress, text, other, hashes: [0], compares: true));
        Assert.Equal(200, ExtraFuel(engine, stress, text, other, hashes: [0, 1], compares: true));
        Assert.Equal(300, ExtraFuel(engine, stress, text, text, hashes: [0, 1], compares: true));
        Assert.Equal(0, ExtraFuel(engine, stress, text, "x", hashes: [], compares: true));
    }

    /// <summary>The fuel beyond what the same instructions cost with empty texts.</summary>
    private static long ExtraFuel(EngineKind engine, bool stress, string a, string b, int[] hashes, bool compares = false)
    {
        Module module = Guests.Function(TypeRef.I32, TwoStrings, f =>
        {
            Register d = f.NewRegister(TypeRef.I32);
            f.ConstI32(d, 0);
            foreach (int parameter in hashes)
                f.StringHash(d, f.Parameter(parameter));
            if (compares)
                f.StringEqual(d, f.Parameter(0), f.Parameter(1));
            f.ReturnValue(d);
        });
        using GuestProgram program = GuestProgram.FromModule(module, new EngineOptions { Engine = engine, Metered = true });
        return Used(a, b) - Used("", "");

        long Used(string first, string second)
        {
            using GuestInstance guest = program.Instantiate(new InstanceOptions { GcStress = stress ? GcStress.Safepoints : GcStress.Never });
            guest.Call<int>("f", first, second);
            return guest.FuelUsed;
        }
    }

    /// <summary>Fixed values: the hash is part of the specification.</summary>
    [Theory]
    [InlineData("", 1u)]
    [InlineData("a", 0x9DE58D00u)]
    [InlineData("12345678", 0x8E1EE71Eu)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x518408E6u)]
    public void HashesNeverChange(string text, uint hash) => Assert.Equal(hash, TextHash.Of(Encoding.UTF8.GetBytes(text)));

    [Theory, MemberData(nameof(Modes))]
    public void SlicesEndAtCharacters(EngineKind engine, bool stress)
    {
        using var guest = new OneFunction(engine, stress, Guests.Function(TypeRef.String, [TypeRef.String, TypeRef.I32, TypeRef.I32], f =>
        {
            Register d = f.NewRegister(TypeRef.String);
            f.StringSlice(d, [f.Parameter(0), f.Parameter(1), f.Parameter(2)]);
            f.ReturnValue(d);
        }));
        Assert.Equal("é", guest.Call<string>("aéb", 1, 3));
        Assert.Equal("", guest.Call<string>("aéb", 4, 4));
        Assert.Equal("malformed text: byte 2 lies inside a character", Guests.Fault(() => guest.Call<string>("aéb", 1, 2)).Message);
        Assert.Equal("index out of bounds: slice 3 to 1, length 4", Guests.Fault(() => guest.Call<string>("aéb", 3, 1)).Message);
        Assert.Equal("index out of bounds: slice 0 to 5, length 4", Guests.Fault(() => guest.Call<string>("aéb", 0, 5)).Message);
        Assert.Equal(FaultKind.NullReference, Guests.Fault(() => guest.Call<string>((string?)null, 0, 0)).Kind);
    }

    [Theory, MemberData(nameof(Modes))]
    public void BytesAndStringsConvert(EngineKind engine, bool stress)
    {
        using var toBytes = new OneFunction(engine, stress, Guests.Function(TypeRef.String, _ => OneString, (f, m) =>
        {
            Register bytes = f.NewRegister(m.ArrayOf(TypeRef.U8)), length = f.NewRegister(TypeRef.I32), zero = f.NewRegister(TypeRef.I32), d = f.NewRegister(TypeRef.String);
            f.StringToBytes(bytes, f.Parameter(0));
            f.ArrayLength(length, bytes);
            f.StringFromBytes(d, [bytes, zero, length]);
            f.ReturnValue(d);
        }));
        Assert.Equal("naïve ☃", toBytes.Call<string>("naïve ☃"));

        using var fromBytes = new OneFunction(engine, stress, Guests.Function(TypeRef.String, m => [m.ArrayOf(TypeRef.U8), TypeRef.I32, TypeRef.I32], (f, _) =>
        {
            Register d = f.NewRegister(TypeRef.String);
            f.StringFromBytes(d, [f.Parameter(0), f.Parameter(1), f.Parameter(2)]);
            f.ReturnValue(d);
        }));
        Assert.Equal("ell", fromBytes.Call<string>("hello"u8.ToArray(), 1, 4));
        Assert.Equal("malformed text: byte 2 is not UTF-8", Guests.Fault(() => fromBytes.Call<string>(new byte[] { 65, 65, 0xFF, 65 }, 1, 4)).Message);
        Assert.Equal(FaultKind.IndexOutOfBounds, Guests.Fault(() => fromBytes.Call<string>(new byte[3], -1, 2)).Kind);
    }

    [Theory, MemberData(nameof(Modes))]
    public void CharactersAreScalars(EngineKind engine, bool stress)
    {
        using var guest = new OneFunction(engine, stress, Guests.Function(TypeRef.String, [TypeRef.I32], f => Unary(f, TypeRef.String, f.StringFromChar)));
        Assert.Equal("A", guest.Call<string>('A'));
        Assert.Equal("\U0001F600", guest.Call<string>(0x1F600));
        Assert.Equal("malformed text: 0xD800 is not a Unicode scalar", Guests.Fault(() => guest.Call<string>(0xD800)).Message);
        Assert.Equal(FaultKind.MalformedText, Guests.Fault(() => guest.Call<string>(-1)).Kind);
    }

    [Theory, MemberData(nameof(Modes))]
    public void IntegersAreFormatted(EngineKind engine, bool stress)
    {
        using var narrow = new OneFunction(engine, stress, Guests.Function(TypeRef.String, [TypeRef.I32], f => Unary(f, TypeRef.String, f.FormatI32)));
        using var wide = new OneFunction(engine, stress, Guests.Function(TypeRef.String, [TypeRef.I64], f => Unary(f, TypeRef.String, f.FormatI64)));
        Assert.Equal("-2147483648", narrow.Call<string>(int.MinValue));
        Assert.Equal("-9223372036854775808", wide.Call<string>(long.MinValue));
    }

    [Theory, MemberData(nameof(Modes))]
    public void RemaindersOfDoublesAreExact(EngineKind engine, bool stress)
    {
        using var guest = new OneFunction(engine, stress, Guests.Function(TypeRef.F64, [TypeRef.F64, TypeRef.F64], f => Binary(f, TypeRef.F64, f.RemF64)));
        Gen.Select(Gen.Double, Gen.Double).Sample((a, b) => Assert.Equal(a % b, guest.Call<double>(a, b)), iter: 200, threads: 1);
        Assert.Equal("-0", guest.Call<double>(-4.0, 2.0).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory, MemberData(nameof(Modes))]
    public void ArraysAreCopiedAsThroughABuffer(EngineKind engine, bool stress)
    {
        using var guest = new OneFunction(engine, stress, Guests.Function(TypeRef.None, m => [m.ArrayOf(TypeRef.I32), TypeRef.I32, TypeRef.I32, TypeRef.I32], (f, _) =>
        {
            f.ArrayCopy([f.Parameter(0), f.Parameter(1), f.Parameter(0), f.Parameter(2), f.Parameter(3)]);
            f.Return();
        }));
        guest.Run(new[] { 1, 2, 3 }, 0, 1, 2);
        Assert.Equal("index out of bounds: 3 elements from 1, length 3", Guests.Fault(() => guest.Run(new int[3], 1, 0, 3)).Message);
        Assert.Equal("index out of bounds: 2 elements to 2, length 3", Guests.Fault(() => guest.Run(new int[3], 0, 2, 2)).Message);
        Assert.Equal("index out of bounds: -1 elements from 0, length 3", Guests.Fault(() => guest.Run(new int[3], 0, 0, -1)).Message);
        Assert.Equal(FaultKind.IndexOutOfBounds, Guests.Fault(() => guest.Run(new int[3], int.MaxValue, 0, 1)).Kind);
        Assert.Equal(FaultKind.NullReference, Guests.Fault(() => guest.Run((int[]?)null, 0, 0, 0)).Kind);
    }

    [Theory, MemberData(nameof(Modes))]
    public void OverlappingCopiesKeepTheirSource(EngineKind engine, bool stress)
    {
        using var guest = new OneFunction(engine, stress, Guests.Function(m => m.ArrayOf(TypeRef.I32), m => [m.ArrayOf(TypeRef.I32), TypeRef.I32, TypeRef.I32, TypeRef.I32], (f, _) =>
        {
            f.ArrayCopy([f.Parameter(0), f.Parameter(1), f.Parameter(0), f.Parameter(2), f.Parameter(3)]);
            f.ReturnValue(f.Parameter(0));
        }));
        Assert.Equal([1, 1, 2, 3], guest.Call<int[]>(new[] { 1, 2, 3, 4 }, 0, 1, 3));
        Assert.Equal([2, 3, 4, 4], guest.Call<int[]>(new[] { 1, 2, 3, 4 }, 1, 0, 3));
    }

    [Theory, MemberData(nameof(Modes))]
    public void ArraysAreFilled(EngineKind engine, bool stress)
    {
        using var guest = new OneFunction(engine, stress, Guests.Function(m => m.ArrayOf(TypeRef.String), m => [m.ArrayOf(TypeRef.String), TypeRef.I32, TypeRef.I32, TypeRef.String], (f, _) =>
        {
            f.ArrayFill([f.Parameter(0), f.Parameter(1), f.Parameter(2), f.Parameter(3)]);
            f.ReturnValue(f.Parameter(0));
        }));
        Assert.Equal(["a", "z", "z", null], guest.Call<string?[]>(new[] { "a", "b", null, null }, 1, 3, "z"));
        Assert.Equal("index out of bounds: elements 1 to 5, length 2", Guests.Fault(() => guest.Call<string?[]>(new string?[2], 1, 5, "z")).Message);
    }

    [Theory, MemberData(nameof(Modes))]
    public void NegativeLengthsFault(EngineKind engine, bool stress)
    {
        using var guest = new OneFunction(engine, stress, Guests.Function(m => m.ArrayOf(TypeRef.F64), _ => [TypeRef.I32], (f, m) =>
        {
            Register d = f.NewRegister(m.ArrayOf(TypeRef.F64));
            f.NewArray(d, f.Parameter(0), m.ArrayOf(TypeRef.F64));
            f.ReturnValue(d);
        }));
        Assert.Equal(new double[5], guest.Call<double[]>(5));
        Assert.Equal("negative array length: -3", Guests.Fault(() => guest.Call<double[]>(-3)).Message);
        Assert.Equal(FaultKind.OutOfMemory, Guests.Fault(() => guest.Call<double[]>(int.MaxValue)).Kind);
    }

    /// <summary>What a service changes it changes wholly: for want of fuel it does nothing, and goes on once there is more.</summary>
    [Theory, MemberData(nameof(Modes))]
    public void LongWorkIsPaidForBeforeItIsDone(EngineKind engine, bool stress)
    {
        Module module = Guests.Function(TypeRef.String, OneString, f => Unary(f, TypeRef.String, (d, a) => f.StringConcat(d, a, a)));
        using GuestProgram program = GuestProgram.FromModule(module, new EngineOptions { Engine = engine, Metered = true });
        string text = new('x', 64 * 1000);
        using GuestInstance rich = program.Instantiate(new InstanceOptions { Fuel = 10_000, GcStress = stress ? GcStress.Safepoints : GcStress.Never });
        rich.Call("f", text);
        long used = rich.FuelUsed;
        Assert.InRange(used, 2000, 2050);

        using GuestInstance poor = program.Instantiate(new InstanceOptions { Fuel = used - 1, GcStress = stress ? GcStress.Safepoints : GcStress.Never });
        Assert.True(Assert.Throws<GuestFaultException>(() => poor.Call("f", text)).CanResume);
        poor.AddFuel(1);
        Assert.Equal(text + text, poor.Resume<string>());
        Assert.Equal(used, poor.FuelUsed);
    }

    private static void Unary(FunctionBuilder f, TypeRef result, Action<Register, Register> emit)
    {
        Register d = f.NewRegister(result);
        emit(d, f.Parameter(0));
        f.ReturnValue(d);
    }

    private static void Binary(FunctionBuilder f, TypeRef result, Action<Register, Register, Register> emit)
    {
        Register d = f.NewRegister(result);
        emit(d, f.Parameter(0), f.Parameter(1));
        f.ReturnValue(d);
    }
}
