using ByteVm.Bytecode;
using ByteVm.Memory;
using ByteVm.Runtime.Linking;
using ByteVm.Tests.Embedding;

namespace ByteVm.Tests.Execution;

/// <summary>Injected fault: an engine that stores references without the write barrier is found by the verifier under stress.</summary>
public sealed unsafe class MissingBarrierTests
{
    private const string Source = """
        class Node(var next: Node?)
        fn f(n: int): int {
            let old = Node(null)
            for i in 0..n {
                old.next = Node(null)
            }
            return n
        }
        """;

    public static TheoryData<EngineKind> Engines => Guests.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    public void TheVerifierFindsIt(EngineKind engine)
    {
        using GuestProgram program = Guests.Tarn(Source, engine);
        using (GuestInstance sound = program.Instantiate(new InstanceOptions { GcStress = GcStress.Safepoints }))
            Assert.Equal(10, sound.Call<int>("f", 10));

        using GuestProgram broken = Guests.Tarn(Source, engine);
        RemoveBarriers(broken, "f");
        using GuestInstance instance = broken.Instantiate(new InstanceOptions { GcStress = GcStress.Safepoints });
        HeapCorruptionException e = Assert.Throws<HeapCorruptionException>(() => instance.Call<int>("f", 10));
        Assert.Contains("a store without the write barrier", e.Message);
    }

    /// <summary>What a compiler or interpreter would do that forgot them: store.ref does what store.32 does.</summary>
    private static void RemoveBarriers(GuestProgram program, string export)
    {
        LinkedFunction function = program.Linked.Export(export)!;
        program.Linked.Link(function);
        int removed = 0;
        for (int word = 0; word < function.CodeWords; word += function.InstructionAt(word).Size)
        {
            LinkedInstruction instruction = function.InstructionAt(word);
            if (instruction.Opcode != LinkedOpcode.StoreRef)
                continue;
            *instruction.Address = LinkedInstruction.Encode(LinkedOpcode.Store32, instruction.A, instruction.B, instruction.C);
            removed++;
        }

        Assert.Equal(1, removed);
    }
}
