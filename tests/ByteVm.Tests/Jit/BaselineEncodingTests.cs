using ByteVm.Bytecode;
using ByteVm.Jit.X64.Baseline;
using ByteVm.Jit.X64.Checking;
using ByteVm.Runtime.Linking;
using Iced.Intel;
using Instruction = Iced.Intel.Instruction;
using Register = Iced.Intel.Register;
using static ByteVm.Tests.Jit.LinkedFragment;

namespace ByteVm.Tests.Jit;

/// <summary>Every linked opcode compiles, the checker accepts it, and two decoders agree on what was emitted.</summary>
public sealed class BaselineEncodingTests
{
    public static TheoryData<string> Opcodes => [.. Enumerable.Range(0, LinkedOpcodeTable.Count).Select(i => ((LinkedOpcode)i).ToString())];

    [Theory]
    [MemberData(nameof(Opcodes))]
    public void CheckerAcceptsOpcode(string name)
    {
        CompiledFunction compiled = WithOpcode(Enum.Parse<LinkedOpcode>(name)).Compile(out LinkedFunction function);
        EmittedCodeChecker.Check(function, compiled);
    }

    [Theory]
    [MemberData(nameof(Opcodes))]
    public void DecodersAgree(string name)
    {
        CompiledFunction compiled = WithOpcode(Enum.Parse<LinkedOpcode>(name)).Compile(out _);
        Decoder expected = Decoder.Create(64, new ByteArrayCodeReader(compiled.Code, 0, compiled.InstructionBytes), 0);
        GuestInstructionDecoder actual = new(compiled.Code.AsSpan(0, compiled.InstructionBytes));
        int offset = 0;
        while (offset < compiled.InstructionBytes)
        {
            Instruction theirs = expected.Decode();
            GuestInstruction ours = actual.Decode(offset);
            Assert.False(theirs.IsInvalid);
            Assert.Equal(theirs.Length, ours.Length);
            AssertSameMemory(in theirs, in ours);
            offset += ours.Length;
        }
    }

    private static void AssertSameMemory(in Instruction theirs, in GuestInstruction ours)
    {
        int memory = Enumerable.Range(0, theirs.OpCount).Select(theirs.GetOpKind).ToList().IndexOf(OpKind.Memory);
        Assert.Equal(memory >= 0, ours.IsMemory);
        if (memory < 0)
            return;
        Assert.Equal(NumberOf(theirs.MemoryBase), ours.Base);
        Assert.Equal(NumberOf(theirs.MemoryIndex), ours.Index);
        Assert.Equal(theirs.MemoryIndexScale, ours.Scale);
        if (ours.Base == GuestInstruction.Rip)
            Assert.Equal((int)theirs.MemoryDisplacement64, ours.Target);
        else
            Assert.Equal((int)theirs.MemoryDisplacement64, ours.Displacement);
        if (ours.Form.Name is not ("lea" or "mov" or "call" or "jmp"))
            Assert.Equal(MemorySizeExtensions.GetSize(theirs.MemorySize), ours.MemoryBytes);
    }

    private static int NumberOf(Register register) => register switch
    {
        Register.None => GuestInstruction.NoRegister,
        Register.RIP => GuestInstruction.Rip,
        _ => register.GetNumber(),
    };

    /// <summary>One instruction of the opcode, with as many operands as it has, between others that make its operands known.</summary>
    private static LinkedFragment WithOpcode(LinkedOpcode opcode)
    {
        LinkedFragment code = new();
        code.Add(LinkedOpcode.Poll);
        int[] operands = OperandsOf(opcode);
        bool hasWord = opcode.Info().Operands.Any(o => o.Kind == OperandKind.Word || o is { Kind: OperandKind.Immediate, Type: OperandType.I32 });
        if (opcode == LinkedOpcode.Switch)
            code.AddSwitch(Parameter(0), 8, 8, 9, 8, 9, 8);
        else if (opcode == LinkedOpcode.Jump)
            code.AddWord(opcode, 0, 1);
        else if (LinkedOpcodeTable.HasExtension(opcode))
            code.AddExtended(opcode, operands[0], operands[1], operands[2], 128);
        else if (hasWord)
            code.AddWord(opcode, operands[0], 100_000);
        else
            code.Add(opcode, operands[0], operands[1], operands[2]);
        return code.Add(LinkedOpcode.Move, Local(3), Parameter(1)).Add(LinkedOpcode.ReturnSlot, Local(3));
    }

    private static int[] OperandsOf(LinkedOpcode opcode)
    {
        int[] operands = new int[3];
        int position = 0, uses = 0;
        foreach (OperandInfo operand in opcode.Info().Operands.Where(o => o.Kind is not (OperandKind.Word or OperandKind.Extension or OperandKind.Labels)).Take(3))
        {
            operands[position++] = operand.Kind switch
            {
                OperandKind.Destination or OperandKind.OptionalDestination => Local(0),
                OperandKind.Label => 1,
                OperandKind.Immediate => 24,
                OperandKind.Arguments => 0,
                _ => new[] { Parameter(0), Parameter(1), Local(2) }[uses++],
            };
        }

        return operands;
    }
}
