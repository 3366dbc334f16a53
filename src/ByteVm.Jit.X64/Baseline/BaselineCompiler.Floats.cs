using ByteVm.Jit.X64.Assembly;
using ByteVm.Runtime.Linking;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>Floating-point arithmetic. Guest code runs with all exceptions masked, round to nearest even, denormals honoured.</summary>
internal sealed partial class BaselineCompiler
{
    /// <summary>The immediate of roundsd: the mode, and no precision exception.</summary>
    private const int RoundNearest = 8, RoundDown = 9, RoundUp = 10, RoundToZero = 11;

    private void EmitAddF32(in LinkedInstruction instruction) => FloatBinary(in instruction, Code.Addss_xmm_xmmm32);

    private void EmitSubF32(in LinkedInstruction instruction) => FloatBinary(in instruction, Code.Subss_xmm_xmmm32);

    private void EmitMulF32(in LinkedInstruction instruction) => FloatBinary(in instruction, Code.Mulss_xmm_xmmm32);

    private void EmitDivF32(in LinkedInstruction instruction) => FloatBinary(in instruction, Code.Divss_xmm_xmmm32);

    private void EmitMinF32(in LinkedInstruction instruction) => Extreme(in instruction, FloatExtreme.MinF32);

    private void EmitMaxF32(in LinkedInstruction instruction) => Extreme(in instruction, FloatExtreme.MaxF32);

    private void EmitSqrtF32(in LinkedInstruction instruction) => FloatUnary(in instruction, Code.Sqrtss_xmm_xmmm32);

    private void EmitNegF32(in LinkedInstruction instruction) => NegateF32(in instruction);

    private void EmitAbsF32(in LinkedInstruction instruction) => Absolute(in instruction, Code.Psrld_xmm_imm8);

    private void EmitAddF64(in LinkedInstruction instruction) => FloatBinary(in instruction, Code.Addsd_xmm_xmmm64);

    private void EmitSubF64(in LinkedInstruction instruction) => FloatBinary(in instruction, Code.Subsd_xmm_xmmm64);

    private void EmitMulF64(in LinkedInstruction instruction) => FloatBinary(in instruction, Code.Mulsd_xmm_xmmm64);

    private void EmitDivF64(in LinkedInstruction instruction) => FloatBinary(in instruction, Code.Divsd_xmm_xmmm64);

    private void EmitMinF64(in LinkedInstruction instruction) => Extreme(in instruction, FloatExtreme.MinF64);

    private void EmitMaxF64(in LinkedInstruction instruction) => Extreme(in instruction, FloatExtreme.MaxF64);

    private void EmitSqrtF64(in LinkedInstruction instruction) => FloatUnary(in instruction, Code.Sqrtsd_xmm_xmmm64);

    private void EmitNegF64(in LinkedInstruction instruction) => NegateF64(in instruction);

    private void EmitAbsF64(in LinkedInstruction instruction) => Absolute(in instruction, Code.Psrlq_xmm_imm8);

    private void EmitFloorF64(in LinkedInstruction instruction) => Round(in instruction, RoundDown);

    private void EmitCeilF64(in LinkedInstruction instruction) => Round(in instruction, RoundUp);

    private void EmitTruncF64(in LinkedInstruction instruction) => Round(in instruction, RoundToZero);

    private void EmitNearestF64(in LinkedInstruction instruction) => Round(in instruction, RoundNearest);

    private void EmitCopysignF64(in LinkedInstruction instruction)
    {
        Xmm magnitude = UseFloat(instruction.B), sign = UseFloat(instruction.C);
        Xmm result = CopyOf(magnitude);
        LoadMagnitudeMask(Code.Psrlq_xmm_imm8);
        asm.Emit(Code.Andps_xmm_xmmm128, result.Name(), Xmm0.Name());
        asm.Emit(Code.Andnps_xmm_xmmm128, Xmm0.Name(), sign.Name());
        asm.Emit(Code.Orps_xmm_xmmm128, result.Name(), Xmm0.Name());
        DefineFloat(instruction.A, result);
    }

    private Xmm CopyOf(Xmm source)
    {
        Xmm target = NewVector();
        asm.Emit(Code.Movaps_xmm_xmmm128, target.Name(), source.Name());
        return target;
    }

    private void FloatBinary(in LinkedInstruction instruction, Code operation)
    {
        Xmm left = UseFloat(instruction.B), right = UseFloat(instruction.C);
        Xmm target = CopyOf(left);
        asm.Emit(operation, target.Name(), right.Name());
        DefineFloat(instruction.A, target);
    }

    private void FloatUnary(in LinkedInstruction instruction, Code operation)
    {
        Xmm source = UseFloat(instruction.B);
        Xmm target = CopyOf(source);
        asm.Emit(operation, target.Name(), source.Name());
        DefineFloat(instruction.A, target);
    }

    private void Round(in LinkedInstruction instruction, int mode)
    {
        Xmm source = UseFloat(instruction.B);
        Xmm target = CopyOf(source);
        asm.Emit(Code.Roundsd_xmm_xmmm64_imm8, target.Name(), source.Name(), OpKind.Immediate8, mode);
        DefineFloat(instruction.A, target);
    }

    // ---- minimum and maximum

    /// <param name="OfEqual">Of equal numbers, which differ in sign if at all: the bits of both together, or the bits common to both.</param>
    /// <param name="Add">Makes a NaN of operands of which one is.</param>
    private sealed record FloatExtreme(Code Compare, Code Select, Code OfEqual, Code Add)
    {
        public static readonly FloatExtreme MinF32 =
            new(Code.Ucomiss_xmm_xmmm32, Code.Minss_xmm_xmmm32, Code.Orps_xmm_xmmm128, Code.Addss_xmm_xmmm32);

        public static readonly FloatExtreme MaxF32 =
            new(Code.Ucomiss_xmm_xmmm32, Code.Maxss_xmm_xmmm32, Code.Andps_xmm_xmmm128, Code.Addss_xmm_xmmm32);

        public static readonly FloatExtreme MinF64 =
            new(Code.Ucomisd_xmm_xmmm64, Code.Minsd_xmm_xmmm64, Code.Orps_xmm_xmmm128, Code.Addsd_xmm_xmmm64);

        public static readonly FloatExtreme MaxF64 =
            new(Code.Ucomisd_xmm_xmmm64, Code.Maxsd_xmm_xmmm64, Code.Andps_xmm_xmmm128, Code.Addsd_xmm_xmmm64);
    }

    /// <summary>The processor's own minimum gives the second operand for equal zeros and for NaN.</summary>
    private void Extreme(in LinkedInstruction instruction, FloatExtreme extreme)
    {
        int different = asm.NewLabel(), unordered = asm.NewLabel(), done = asm.NewLabel();
        Xmm left = UseFloat(instruction.B), right = UseFloat(instruction.C);
        Xmm result = CopyOf(left);
        asm.Emit(extreme.Compare, result.Name(), right.Name());
        asm.Jump(Condition.NotEqual, different);
        asm.Jump(Condition.Unordered, unordered);
        asm.Emit(extreme.OfEqual, result.Name(), right.Name());
        asm.Jump(done);
        asm.Bind(unordered);
        asm.Emit(extreme.Add, result.Name(), right.Name());
        asm.Jump(done);
        asm.Bind(different);
        asm.Emit(extreme.Select, result.Name(), right.Name());
        asm.Bind(done);
        DefineFloat(instruction.A, result);
    }

    // ---- signs

    /// <summary>Only the lowest lane's sign: the slot's upper half stays zero.</summary>
    private void NegateF32(in LinkedInstruction instruction)
    {
        asm.Emit(Code.Mov_r32_imm32, Rax.Dword(), OpKind.Immediate32, int.MinValue);
        asm.Emit(Code.Movd_xmm_rm32, Xmm0.Name(), Rax.Dword());
        FlipSign(in instruction);
    }

    private void NegateF64(in LinkedInstruction instruction)
    {
        asm.Emit(Code.Pcmpeqd_xmm_xmmm128, Xmm0.Name(), Xmm0.Name());
        asm.Emit(Code.Psllq_xmm_imm8, Xmm0.Name(), OpKind.Immediate8, 63);
        FlipSign(in instruction);
    }

    private void FlipSign(in LinkedInstruction instruction)
    {
        Xmm target = CopyOf(UseFloat(instruction.B));
        asm.Emit(Code.Xorps_xmm_xmmm128, target.Name(), Xmm0.Name());
        DefineFloat(instruction.A, target);
    }

    private void Absolute(in LinkedInstruction instruction, Code shiftRight)
    {
        LoadMagnitudeMask(shiftRight);
        Xmm target = CopyOf(UseFloat(instruction.B));
        asm.Emit(Code.Andps_xmm_xmmm128, target.Name(), Xmm0.Name());
        DefineFloat(instruction.A, target);
    }

    /// <summary>xmm0 = all bits but the sign of each lane.</summary>
    private void LoadMagnitudeMask(Code shiftRight)
    {
        asm.Emit(Code.Pcmpeqd_xmm_xmmm128, Xmm0.Name(), Xmm0.Name());
        asm.Emit(shiftRight, Xmm0.Name(), OpKind.Immediate8, 1);
    }
}
