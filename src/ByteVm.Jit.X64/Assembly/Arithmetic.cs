using Iced.Intel;

namespace ByteVm.Jit.X64.Assembly;

/// <summary>Operand size of an integer operation.</summary>
internal enum Width
{
    Dword,
    Qword,
}

/// <summary>The two-operand integer operations that share one pattern of encodings.</summary>
internal sealed record Arithmetic(Code Register32, Code Register64, Code Byte32, Code Immediate32, Code Byte64, Code Immediate64)
{
    public static readonly Arithmetic Add = new(
        Code.Add_r32_rm32, Code.Add_r64_rm64, Code.Add_rm32_imm8, Code.Add_rm32_imm32, Code.Add_rm64_imm8, Code.Add_rm64_imm32);

    public static readonly Arithmetic Subtract = new(
        Code.Sub_r32_rm32, Code.Sub_r64_rm64, Code.Sub_rm32_imm8, Code.Sub_rm32_imm32, Code.Sub_rm64_imm8, Code.Sub_rm64_imm32);

    public static readonly Arithmetic And = new(
        Code.And_r32_rm32, Code.And_r64_rm64, Code.And_rm32_imm8, Code.And_rm32_imm32, Code.And_rm64_imm8, Code.And_rm64_imm32);

    public static readonly Arithmetic Or = new(
        Code.Or_r32_rm32, Code.Or_r64_rm64, Code.Or_rm32_imm8, Code.Or_rm32_imm32, Code.Or_rm64_imm8, Code.Or_rm64_imm32);

    public static readonly Arithmetic Xor = new(
        Code.Xor_r32_rm32, Code.Xor_r64_rm64, Code.Xor_rm32_imm8, Code.Xor_rm32_imm32, Code.Xor_rm64_imm8, Code.Xor_rm64_imm32);

    public static readonly Arithmetic Compare = new(
        Code.Cmp_r32_rm32, Code.Cmp_r64_rm64, Code.Cmp_rm32_imm8, Code.Cmp_rm32_imm32, Code.Cmp_rm64_imm8, Code.Cmp_rm64_imm32);
}

/// <summary>The operations in both widths, with registers and with the shortest immediate that fits.</summary>
internal static class ArithmeticEmission
{
    public static void Arithmetic(this X64Assembler asm, Arithmetic operation, Width width, Gpr target, Gpr source)
    {
        if (width == Width.Dword)
            asm.Emit(operation.Register32, target.Dword(), source.Dword());
        else
            asm.Emit(operation.Register64, target.Qword(), source.Qword());
    }

    public static void Arithmetic(this X64Assembler asm, Arithmetic operation, Width width, Gpr target, int immediate)
    {
        bool isByte = immediate == (sbyte)immediate;
        if (width == Width.Dword)
            asm.Emit(isByte ? operation.Byte32 : operation.Immediate32, target.Dword(), isByte ? OpKind.Immediate8to32 : OpKind.Immediate32, immediate);
        else
            asm.Emit(isByte ? operation.Byte64 : operation.Immediate64, target.Qword(), isByte ? OpKind.Immediate8to64 : OpKind.Immediate32to64, immediate);
    }

    public static void Arithmetic(this X64Assembler asm, Arithmetic operation, Width width, in Address target, int immediate)
    {
        bool isByte = immediate == (sbyte)immediate;
        if (width == Width.Dword)
            asm.Emit(isByte ? operation.Byte32 : operation.Immediate32, in target, isByte ? OpKind.Immediate8to32 : OpKind.Immediate32, immediate);
        else
            asm.Emit(isByte ? operation.Byte64 : operation.Immediate64, in target, isByte ? OpKind.Immediate8to64 : OpKind.Immediate32to64, immediate);
    }
}
