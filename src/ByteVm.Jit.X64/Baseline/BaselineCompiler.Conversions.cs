using ByteVm.Jit.X64.Assembly;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>Conversions between numbers, and between numbers and bits.</summary>
internal sealed partial class BaselineCompiler
{
    private void EmitSext8I32(in LinkedInstruction instruction) => Extend(in instruction, Code.Movsx_r32_rm8);

    private void EmitSext16I32(in LinkedInstruction instruction) => Extend(in instruction, Code.Movsx_r32_rm16);

    private void EmitI32ToI64(in LinkedInstruction instruction)
    {
        Gpr source = Use32(instruction.B);
        Gpr target = NewGeneral();
        asm.Emit(Code.Movsxd_r64_rm32, target.Qword(), source.Dword());
        Define64(instruction.A, target);
    }

    private void EmitU32ToI64(in LinkedInstruction instruction) => Define64(instruction.A, CopyOf(instruction.B, Width.Dword));

    private void EmitI64ToI32(in LinkedInstruction instruction)
    {
        Gpr source = Use64(instruction.B);
        Gpr target = NewGeneral();
        Copy(target, source, Width.Dword);
        Define32(instruction.A, target);
    }

    private void EmitI32ToF32(in LinkedInstruction instruction) => IntegerToFloat(in instruction, Code.Cvtsi2ss_xmm_rm32, Width.Dword);

    private void EmitI64ToF32(in LinkedInstruction instruction) => IntegerToFloat(in instruction, Code.Cvtsi2ss_xmm_rm64, Width.Qword);

    private void EmitI32ToF64(in LinkedInstruction instruction) => IntegerToFloat(in instruction, Code.Cvtsi2sd_xmm_rm32, Width.Dword);

    private void EmitI64ToF64(in LinkedInstruction instruction) => IntegerToFloat(in instruction, Code.Cvtsi2sd_xmm_rm64, Width.Qword);

    private void EmitF32ToF64(in LinkedInstruction instruction) => FloatToFloat(in instruction, Code.Cvtss2sd_xmm_xmmm32);

    private void EmitF64ToF32(in LinkedInstruction instruction) => FloatToFloat(in instruction, Code.Cvtsd2ss_xmm_xmmm64);

    private void EmitF32ToI32(in LinkedInstruction instruction) => Saturate(in instruction, Code.Cvttss2si_r32_xmmm32, Code.Ucomiss_xmm_xmmm32, Width.Dword);

    private void EmitF32ToI64(in LinkedInstruction instruction) => Saturate(in instruction, Code.Cvttss2si_r64_xmmm32, Code.Ucomiss_xmm_xmmm32, Width.Qword);

    private void EmitF64ToI32(in LinkedInstruction instruction) => Saturate(in instruction, Code.Cvttsd2si_r32_xmmm64, Code.Ucomisd_xmm_xmmm64, Width.Dword);

    private void EmitF64ToI64(in LinkedInstruction instruction) => Saturate(in instruction, Code.Cvttsd2si_r64_xmmm64, Code.Ucomisd_xmm_xmmm64, Width.Qword);

    /// <summary>The 64-bit conversion is exact wherever the result could be an i32, and gives MIN otherwise.</summary>
    private void EmitF64ToI32Checked(in LinkedInstruction instruction)
    {
        Xmm source = UseFloat(instruction.B);
        Gpr target = NewGeneral();
        asm.Emit(Code.Cvttsd2si_r64_xmmm64, Rax.Qword(), source.Name());
        asm.Emit(Code.Movsxd_r64_rm32, Rcx.Qword(), Rax.Dword());
        asm.Arithmetic(Arithmetic.Compare, Width.Qword, Rax, Rcx);
        asm.Jump(Condition.NotEqual, FaultLabel(FaultKind.ArithmeticOverflow));
        Copy(target, Rax, Width.Dword);
        Define32(instruction.A, target);
    }

    /// <summary>The processor gives MIN for all it cannot convert, which is right for -2^63 alone.</summary>
    private void EmitF64ToI64Checked(in LinkedInstruction instruction)
    {
        int done = asm.NewLabel(), fault = FaultLabel(FaultKind.ArithmeticOverflow);
        Xmm source = UseFloat(instruction.B);
        Gpr target = NewGeneral();
        asm.Emit(Code.Cvttsd2si_r64_xmmm64, target.Qword(), source.Name());
        asm.Arithmetic(Arithmetic.Compare, Width.Qword, target, 1);
        asm.Jump(Condition.NoOverflow, done);
        asm.Emit(Code.Cvtsi2sd_xmm_rm64, Xmm0.Name(), target.Qword());
        asm.Emit(Code.Ucomisd_xmm_xmmm64, Xmm0.Name(), source.Name());
        asm.Jump(Condition.Unordered, fault);
        asm.Jump(Condition.NotEqual, fault);
        asm.Bind(done);
        Define64(instruction.A, target);
    }

    private void EmitF32Bits(in LinkedInstruction instruction)
    {
        int done = asm.NewLabel();
        Xmm source = UseFloat(instruction.B);
        Gpr target = NewGeneral();
        asm.Emit(Code.Movd_rm32_xmm, target.Dword(), source.Name());
        asm.Emit(Code.Ucomiss_xmm_xmmm32, source.Name(), source.Name());
        asm.Jump(Condition.Ordered, done);
        LoadConstant(target, BitConverter.SingleToUInt32Bits(float.NaN) & ~FloatSign);
        asm.Bind(done);
        Define32(instruction.A, target);
    }

    private void EmitF64Bits(in LinkedInstruction instruction)
    {
        int done = asm.NewLabel();
        Xmm source = UseFloat(instruction.B);
        Gpr target = NewGeneral();
        asm.Emit(Code.Movq_rm64_xmm, target.Qword(), source.Name());
        asm.Emit(Code.Ucomisd_xmm_xmmm64, source.Name(), source.Name());
        asm.Jump(Condition.Ordered, done);
        LoadConstant(target, BitConverter.DoubleToInt64Bits(double.NaN) & long.MaxValue);
        asm.Bind(done);
        Define64(instruction.A, target);
    }

    private void EmitBitsF32(in LinkedInstruction instruction)
    {
        Gpr source = Use32(instruction.B);
        Xmm target = NewVector();
        asm.Emit(Code.Movd_xmm_rm32, target.Name(), source.Dword());
        DefineFloat(instruction.A, target);
    }

    private void EmitBitsF64(in LinkedInstruction instruction)
    {
        Gpr source = Use64(instruction.B);
        Xmm target = NewVector();
        asm.Emit(Code.Movq_xmm_rm64, target.Name(), source.Qword());
        DefineFloat(instruction.A, target);
    }

    private const uint FloatSign = 1u << 31;

    private void Extend(in LinkedInstruction instruction, Code extend)
    {
        Gpr source = Use32(instruction.B);
        Gpr target = NewGeneral();
        asm.Emit(extend, target.Dword(), extend == Code.Movsx_r32_rm8 ? source.Byte() : source.Word());
        Define32(instruction.A, target);
    }

    /// <summary>Zeroed first: the conversion writes the low lane alone, and would wait for the register's old value.</summary>
    private void IntegerToFloat(in LinkedInstruction instruction, Code convert, Width width)
    {
        Gpr source = Use(instruction.B, width);
        Xmm target = NewVector();
        asm.Emit(Code.Xorps_xmm_xmmm128, target.Name(), target.Name());
        asm.Emit(convert, target.Name(), width == Width.Dword ? source.Dword() : source.Qword());
        DefineFloat(instruction.A, target);
    }

    private void FloatToFloat(in LinkedInstruction instruction, Code convert)
    {
        Xmm source = UseFloat(instruction.B);
        Xmm target = NewVector();
        asm.Emit(Code.Xorps_xmm_xmmm128, target.Name(), target.Name());
        asm.Emit(convert, target.Name(), source.Name());
        DefineFloat(instruction.A, target);
    }

    /// <summary>
    /// The processor gives MIN for all it cannot convert; MIN minus one overflows. Then NaN becomes 0, what is greater than zero MAX,
    /// and MIN is right for the rest.
    /// </summary>
    private void Saturate(in LinkedInstruction instruction, Code convert, Code compare, Width width)
    {
        int done = asm.NewLabel(), ordered = asm.NewLabel();
        Xmm source = UseFloat(instruction.B);
        Gpr target = NewGeneral();
        asm.Emit(convert, width == Width.Dword ? target.Dword() : target.Qword(), source.Name());
        asm.Arithmetic(Arithmetic.Compare, width, target, 1);
        asm.Jump(Condition.NoOverflow, done);
        asm.Emit(Code.Xorps_xmm_xmmm128, Xmm0.Name(), Xmm0.Name());
        asm.Emit(compare, source.Name(), Xmm0.Name());
        asm.Jump(Condition.Ordered, ordered);
        asm.Arithmetic(Arithmetic.Xor, Width.Dword, target, target);
        asm.Bind(ordered);
        asm.Jump(Condition.BelowOrEqual, done);
        LoadConstant(target, width == Width.Dword ? int.MaxValue : long.MaxValue);
        asm.Bind(done);
        Define(instruction.A, target, width);
    }
}
