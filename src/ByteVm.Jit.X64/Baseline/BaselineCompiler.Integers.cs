using ByteVm.Jit.X64.Assembly;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>Constants, moves, and integer arithmetic of both widths.</summary>
internal sealed partial class BaselineCompiler
{
    private void EmitConstI32(in LinkedInstruction instruction) => DefineConstant(instruction.A, (uint)instruction.Word);

    private void EmitConstI64(in LinkedInstruction instruction) => DefineConstant(instruction.A, (long)instruction.Extension);

    private void EmitMove(in LinkedInstruction instruction)
    {
        if (TryConstant(instruction.B, out long value))
            DefineConstant(instruction.A, value);
        else if (IsResultWord(instruction.A))
            MoveResult(instruction.A, instruction.B);
        else if (IsFloat(instruction.B) || IsFloat(instruction.A))
            MoveFloat(instruction.A, instruction.B);
        else
            MoveGeneral(instruction.A, instruction.B);
    }

    private void EmitAddI32(in LinkedInstruction instruction) => Add(in instruction, Width.Dword);

    private void EmitSubI32(in LinkedInstruction instruction) => Subtract(in instruction, Width.Dword);

    private void EmitMulI32(in LinkedInstruction instruction) => Multiply(in instruction, Width.Dword);

    private void EmitDivI32(in LinkedInstruction instruction) => DivideSigned(in instruction, Width.Dword, Rax);

    private void EmitRemI32(in LinkedInstruction instruction) => DivideSigned(in instruction, Width.Dword, Rdx);

    private void EmitDivU32(in LinkedInstruction instruction) => DivideUnsigned(in instruction, Width.Dword, Rax);

    private void EmitRemU32(in LinkedInstruction instruction) => DivideUnsigned(in instruction, Width.Dword, Rdx);

    private void EmitAndI32(in LinkedInstruction instruction) => Bitwise(in instruction, Arithmetic.And, Width.Dword);

    private void EmitOrI32(in LinkedInstruction instruction) => Bitwise(in instruction, Arithmetic.Or, Width.Dword);

    private void EmitXorI32(in LinkedInstruction instruction) => Bitwise(in instruction, Arithmetic.Xor, Width.Dword);

    private void EmitShlI32(in LinkedInstruction instruction) => ShiftBy(in instruction, Shift.Left, Width.Dword);

    private void EmitShrI32(in LinkedInstruction instruction) => ShiftBy(in instruction, Shift.RightSigned, Width.Dword);

    private void EmitShrU32(in LinkedInstruction instruction) => ShiftBy(in instruction, Shift.Right, Width.Dword);

    private void EmitRotlI32(in LinkedInstruction instruction) => ShiftBy(in instruction, Shift.RotateLeft, Width.Dword);

    private void EmitRotrI32(in LinkedInstruction instruction) => ShiftBy(in instruction, Shift.RotateRight, Width.Dword);

    private void EmitMulhI32(in LinkedInstruction instruction) => MultiplyHigh32(in instruction, Code.Movsxd_r64_rm32, Width.Qword);

    private void EmitMulhU32(in LinkedInstruction instruction) => MultiplyHigh32(in instruction, Code.Mov_r32_rm32, Width.Dword);

    private void EmitNegI32(in LinkedInstruction instruction) => Unary(in instruction, Code.Neg_rm32, Code.Neg_rm64, Width.Dword);

    private void EmitNotI32(in LinkedInstruction instruction) => Unary(in instruction, Code.Not_rm32, Code.Not_rm64, Width.Dword);

    private void EmitClzI32(in LinkedInstruction instruction) => CountLeadingZeros(in instruction, Width.Dword);

    private void EmitCtzI32(in LinkedInstruction instruction) => CountTrailingZeros(in instruction, Width.Dword);

    private void EmitPopcntI32(in LinkedInstruction instruction) => CountOnes(in instruction, Width.Dword);

    private void EmitAddCheckedI32(in LinkedInstruction instruction) => Checked(in instruction, Code.Add_r32_rm32, Code.Add_r64_rm64, Width.Dword);

    private void EmitSubCheckedI32(in LinkedInstruction instruction) => Checked(in instruction, Code.Sub_r32_rm32, Code.Sub_r64_rm64, Width.Dword);

    private void EmitMulCheckedI32(in LinkedInstruction instruction) => Checked(in instruction, Code.Imul_r32_rm32, Code.Imul_r64_rm64, Width.Dword);

    private void EmitAddI64(in LinkedInstruction instruction) => Add(in instruction, Width.Qword);

    private void EmitSubI64(in LinkedInstruction instruction) => Subtract(in instruction, Width.Qword);

    private void EmitMulI64(in LinkedInstruction instruction) => Multiply(in instruction, Width.Qword);

    private void EmitDivI64(in LinkedInstruction instruction) => DivideSigned(in instruction, Width.Qword, Rax);

    private void EmitRemI64(in LinkedInstruction instruction) => DivideSigned(in instruction, Width.Qword, Rdx);

    private void EmitDivU64(in LinkedInstruction instruction) => DivideUnsigned(in instruction, Width.Qword, Rax);

    private void EmitRemU64(in LinkedInstruction instruction) => DivideUnsigned(in instruction, Width.Qword, Rdx);

    private void EmitAndI64(in LinkedInstruction instruction) => Bitwise(in instruction, Arithmetic.And, Width.Qword);

    private void EmitOrI64(in LinkedInstruction instruction) => Bitwise(in instruction, Arithmetic.Or, Width.Qword);

    private void EmitXorI64(in LinkedInstruction instruction) => Bitwise(in instruction, Arithmetic.Xor, Width.Qword);

    private void EmitShlI64(in LinkedInstruction instruction) => ShiftBy(in instruction, Shift.Left, Width.Qword);

    private void EmitShrI64(in LinkedInstruction instruction) => ShiftBy(in instruction, Shift.RightSigned, Width.Qword);

    private void EmitShrU64(in LinkedInstruction instruction) => ShiftBy(in instruction, Shift.Right, Width.Qword);

    private void EmitRotlI64(in LinkedInstruction instruction) => ShiftBy(in instruction, Shift.RotateLeft, Width.Qword);

    private void EmitRotrI64(in LinkedInstruction instruction) => ShiftBy(in instruction, Shift.RotateRight, Width.Qword);

    private void EmitMulhI64(in LinkedInstruction instruction) => MultiplyHigh64(in instruction, Code.Imul_rm64);

    private void EmitMulhU64(in LinkedInstruction instruction) => MultiplyHigh64(in instruction, Code.Mul_rm64);

    private void EmitNegI64(in LinkedInstruction instruction) => Unary(in instruction, Code.Neg_rm32, Code.Neg_rm64, Width.Qword);

    private void EmitNotI64(in LinkedInstruction instruction) => Unary(in instruction, Code.Not_rm32, Code.Not_rm64, Width.Qword);

    private void EmitClzI64(in LinkedInstruction instruction) => CountLeadingZeros(in instruction, Width.Qword);

    private void EmitCtzI64(in LinkedInstruction instruction) => CountTrailingZeros(in instruction, Width.Qword);

    private void EmitPopcntI64(in LinkedInstruction instruction) => CountOnes(in instruction, Width.Qword);

    private void EmitAddCheckedI64(in LinkedInstruction instruction) => Checked(in instruction, Code.Add_r32_rm32, Code.Add_r64_rm64, Width.Qword);

    private void EmitSubCheckedI64(in LinkedInstruction instruction) => Checked(in instruction, Code.Sub_r32_rm32, Code.Sub_r64_rm64, Width.Qword);

    private void EmitMulCheckedI64(in LinkedInstruction instruction) => Checked(in instruction, Code.Imul_r32_rm32, Code.Imul_r64_rm64, Width.Qword);

    // ---- constants and moves

    private void DefineConstant(int slot, long value)
    {
        if (value == (int)value)
        {
            asm.Emit(Code.Mov_rm64_imm32, Address.Slot(slot), OpKind.Immediate32to64, (int)value);
        }
        else
        {
            LoadConstant(Rax, value);
            asm.Emit(Code.Mov_rm64_r64, Address.Slot(slot), Rax.Qword());
        }

        Forget(slot);
        SetConstant(slot, value);
    }

    private void LoadConstant(Gpr target, long value)
    {
        if (value == (uint)value)
            asm.Emit(Code.Mov_r32_imm32, target.Dword(), OpKind.Immediate32, value);
        else
            asm.Emit(Code.Mov_r64_imm64, target.Qword(), OpKind.Immediate64, value);
    }

    /// <summary>A result of several slots goes where parameters were, whose kinds say nothing of it.</summary>
    private bool IsResultWord(int slot) => function.ResultSlots > 1 && slot >= FrameLayout.FirstParameterWord;

    private void MoveResult(int destination, int source)
    {
        Copy64(Rax, source);
        asm.Emit(Code.Mov_rm64_r64, Address.Slot(destination), Rax.Qword());
        Forget(destination);
    }

    private void MoveGeneral(int destination, int source)
    {
        Gpr value = IsNarrow(source) || IsNarrow(destination) ? Use32(source) : Use64(source);
        asm.Emit(Code.Mov_rm64_r64, Address.Slot(destination), value.Qword());
        ForgetConstant(destination);
        vector.Forget(destination);
        general.Share(destination, (int)value);
    }

    private void MoveFloat(int destination, int source)
    {
        Xmm value = UseFloat(source);
        asm.Emit(Code.Movsd_xmmm64_xmm, Address.Slot(destination), value.Name());
        ForgetConstant(destination);
        general.Forget(destination);
        vector.Share(destination, (int)value);
    }

    // ---- shared by both widths

    private Gpr Use(int slot, Width width) => width == Width.Dword ? Use32(slot) : Use64(slot);

    private void Define(int slot, Gpr value, Width width) => DefineGeneral(slot, value, narrow: width == Width.Dword);

    private void Copy(Gpr target, Gpr source, Width width)
    {
        if (width == Width.Dword)
            asm.Emit(Code.Mov_r32_rm32, target.Dword(), source.Dword());
        else
            asm.Emit(Code.Mov_r64_rm64, target.Qword(), source.Qword());
    }

    /// <summary>A new register with a copy of the slot's value.</summary>
    private Gpr CopyOf(int slot, Width width)
    {
        Gpr source = Use(slot, width);
        Gpr target = NewGeneral();
        Copy(target, source, width);
        return target;
    }

    /// <summary>An operand that an immediate of this width can hold.</summary>
    private bool TryImmediate(int slot, Width width, out int value) =>
        width == Width.Dword ? TryConstant32(slot, out value) : TryImmediate64(slot, out value);

    private void LoadSum(Gpr target, in Address sum, Width width)
    {
        if (width == Width.Dword)
            asm.Emit(Code.Lea_r32_m, target.Dword(), in sum);
        else
            asm.Emit(Code.Lea_r64_m, target.Qword(), in sum);
    }

    private void Add(in LinkedInstruction instruction, Width width)
    {
        (int left, int right) = (instruction.B, instruction.C);
        if (TryImmediate(left, width, out _))
            (left, right) = (right, left);
        Gpr augend = Use(left, width);
        if (TryImmediate(right, width, out int value))
        {
            Gpr sum = NewGeneral();
            LoadSum(sum, Address.Sum(augend, value), width);
            Define(instruction.A, sum, width);
        }
        else
        {
            Gpr addend = Use(right, width);
            Gpr sum = NewGeneral();
            LoadSum(sum, Address.Sum(augend, addend, 1, 0), width);
            Define(instruction.A, sum, width);
        }
    }

    private void Subtract(in LinkedInstruction instruction, Width width)
    {
        if (TryImmediate(instruction.C, width, out int value) && value != int.MinValue)
        {
            Gpr minuend = Use(instruction.B, width);
            Gpr difference = NewGeneral();
            LoadSum(difference, Address.Sum(minuend, -value), width);
            Define(instruction.A, difference, width);
            return;
        }

        Bitwise(in instruction, Arithmetic.Subtract, width);
    }

    /// <summary>Operations of the form target = target op source.</summary>
    private void Bitwise(in LinkedInstruction instruction, Arithmetic operation, Width width)
    {
        bool isImmediate = TryImmediate(instruction.C, width, out int value);
        Gpr source = isImmediate ? default : Use(instruction.C, width);
        Gpr target = CopyOf(instruction.B, width);
        if (isImmediate)
            asm.Arithmetic(operation, width, target, value);
        else
            asm.Arithmetic(operation, width, target, source);
        Define(instruction.A, target, width);
    }

    private void Multiply(in LinkedInstruction instruction, Width width)
    {
        (int left, int right) = (instruction.B, instruction.C);
        if (TryImmediate(left, width, out _))
            (left, right) = (right, left);
        if (TryImmediate(right, width, out int value))
        {
            MultiplyByConstant(instruction.A, left, value, width);
            return;
        }

        Gpr source = Use(right, width);
        Gpr target = CopyOf(left, width);
        if (width == Width.Dword)
            asm.Emit(Code.Imul_r32_rm32, target.Dword(), source.Dword());
        else
            asm.Emit(Code.Imul_r64_rm64, target.Qword(), source.Qword());
        Define(instruction.A, target, width);
    }

    private void MultiplyByConstant(int destination, int slot, int factor, Width width)
    {
        Gpr source = Use(slot, width);
        Gpr target = NewGeneral();
        if (width == Width.Dword)
            asm.Emit(Code.Imul_r32_rm32_imm32, target.Dword(), source.Dword(), OpKind.Immediate32, factor);
        else
            asm.Emit(Code.Imul_r64_rm64_imm32, target.Qword(), source.Qword(), OpKind.Immediate32to64, factor);
        Define(destination, target, width);
    }

    private void Unary(in LinkedInstruction instruction, Code code32, Code code64, Width width)
    {
        Gpr target = CopyOf(instruction.B, width);
        if (width == Width.Dword)
            asm.Emit(code32, target.Dword());
        else
            asm.Emit(code64, target.Qword());
        Define(instruction.A, target, width);
    }

    private void Checked(in LinkedInstruction instruction, Code code32, Code code64, Width width)
    {
        Gpr source = Use(instruction.C, width);
        Gpr target = CopyOf(instruction.B, width);
        if (width == Width.Dword)
            asm.Emit(code32, target.Dword(), source.Dword());
        else
            asm.Emit(code64, target.Qword(), source.Qword());
        asm.Jump(Condition.Overflow, FaultLabel(FaultKind.ArithmeticOverflow));
        Define(instruction.A, target, width);
    }

    // ---- division

    /// <param name="result">rax for the quotient, rdx for the remainder.</param>
    private void DivideSigned(in LinkedInstruction instruction, Width width, Gpr result)
    {
        int done = asm.NewLabel(), divide = asm.NewLabel();
        Gpr divisor = Use(instruction.C, width);
        Gpr dividend = Use(instruction.B, width);
        bool isConstant = TryConstant(instruction.C, out long value) && value != 0;
        if (!isConstant)
            FaultIfZero(divisor, width);
        Copy(Rax, dividend, width);
        if (!isConstant || IsMinusOne(value, width))
        {
            asm.Arithmetic(Arithmetic.Compare, width, divisor, -1);
            asm.Jump(Condition.NotEqual, divide);
            // By -1 the processor would fault on MIN; the quotient is the negation, which wraps there.
            asm.Emit(Code.Xor_r32_rm32, Rdx.Dword(), Rdx.Dword());
            asm.Emit(width == Width.Dword ? Code.Neg_rm32 : Code.Neg_rm64, width == Width.Dword ? Rax.Dword() : Rax.Qword());
            asm.Jump(done);
        }

        asm.Bind(divide);
        asm.Emit(width == Width.Dword ? Code.Cdq : Code.Cqo);
        asm.Emit(width == Width.Dword ? Code.Idiv_rm32 : Code.Idiv_rm64, width == Width.Dword ? divisor.Dword() : divisor.Qword());
        asm.Bind(done);
        DefineCopy(instruction.A, result, width);
    }

    private static bool IsMinusOne(long value, Width width) => width == Width.Dword ? (int)value == -1 : value == -1;

    private void DivideUnsigned(in LinkedInstruction instruction, Width width, Gpr result)
    {
        Gpr divisor = Use(instruction.C, width);
        Gpr dividend = Use(instruction.B, width);
        FaultIfZero(divisor, width);
        Copy(Rax, dividend, width);
        asm.Emit(Code.Xor_r32_rm32, Rdx.Dword(), Rdx.Dword());
        asm.Emit(width == Width.Dword ? Code.Div_rm32 : Code.Div_rm64, width == Width.Dword ? divisor.Dword() : divisor.Qword());
        DefineCopy(instruction.A, result, width);
    }

    private void FaultIfZero(Gpr divisor, Width width)
    {
        if (width == Width.Dword)
            asm.Emit(Code.Test_rm32_r32, divisor.Dword(), divisor.Dword());
        else
            asm.Emit(Code.Test_rm64_r64, divisor.Qword(), divisor.Qword());
        asm.Jump(Condition.Equal, FaultLabel(FaultKind.DivisionByZero));
    }

    /// <summary>Defines a slot from a scratch register.</summary>
    private void DefineCopy(int slot, Gpr scratch, Width width)
    {
        Gpr target = NewGeneral();
        Copy(target, scratch, width);
        Define(slot, target, width);
    }

    // ---- shifts and bits

    private sealed record Shift(Code ByCount32, Code ByCount64, Code ByConstant32, Code ByConstant64)
    {
        public static readonly Shift Left = new(Code.Shl_rm32_CL, Code.Shl_rm64_CL, Code.Shl_rm32_imm8, Code.Shl_rm64_imm8);
        public static readonly Shift Right = new(Code.Shr_rm32_CL, Code.Shr_rm64_CL, Code.Shr_rm32_imm8, Code.Shr_rm64_imm8);
        public static readonly Shift RightSigned = new(Code.Sar_rm32_CL, Code.Sar_rm64_CL, Code.Sar_rm32_imm8, Code.Sar_rm64_imm8);
        public static readonly Shift RotateLeft = new(Code.Rol_rm32_CL, Code.Rol_rm64_CL, Code.Rol_rm32_imm8, Code.Rol_rm64_imm8);
        public static readonly Shift RotateRight = new(Code.Ror_rm32_CL, Code.Ror_rm64_CL, Code.Ror_rm32_imm8, Code.Ror_rm64_imm8);
    }

    /// <summary>The processor masks the count by the width, as the bytecode defines it.</summary>
    private void ShiftBy(in LinkedInstruction instruction, Shift shift, Width width)
    {
        bool isConstant = TryConstant32(instruction.C, out int count);
        if (!isConstant)
            Copy32(Rcx, instruction.C);
        Gpr target = CopyOf(instruction.B, width);
        Register name = width == Width.Dword ? target.Dword() : target.Qword();
        if (isConstant)
            asm.Emit(width == Width.Dword ? shift.ByConstant32 : shift.ByConstant64, name, OpKind.Immediate8, count & (width == Width.Dword ? 31 : 63));
        else
            asm.Emit(width == Width.Dword ? shift.ByCount32 : shift.ByCount64, name, Register.CL);
        Define(instruction.A, target, width);
    }

    /// <param name="extend">How an operand is widened, with the width of the register it names.</param>
    private void MultiplyHigh32(in LinkedInstruction instruction, Code extend, Width width)
    {
        Gpr left = Use32(instruction.B), right = Use32(instruction.C);
        asm.Emit(extend, width == Width.Dword ? Rax.Dword() : Rax.Qword(), left.Dword());
        asm.Emit(extend, width == Width.Dword ? Rcx.Dword() : Rcx.Qword(), right.Dword());
        asm.Emit(Code.Imul_r64_rm64, Rax.Qword(), Rcx.Qword());
        asm.Emit(Code.Shr_rm64_imm8, Rax.Qword(), OpKind.Immediate8, 32);
        DefineCopy(instruction.A, Rax, Width.Dword);
    }

    private void MultiplyHigh64(in LinkedInstruction instruction, Code multiply)
    {
        Gpr left = Use64(instruction.B), right = Use64(instruction.C);
        Copy(Rax, left, Width.Qword);
        asm.Emit(multiply, right.Qword());
        DefineCopy(instruction.A, Rdx, Width.Qword);
    }

    /// <summary>bsr finds the highest one bit and leaves ZF set for zero, where 2 * width - 1 makes the count come out as the width.</summary>
    private void CountLeadingZeros(in LinkedInstruction instruction, Width width)
    {
        int highest = width == Width.Dword ? 31 : 63;
        Gpr source = Use(instruction.B, width);
        asm.Emit(Code.Mov_r32_imm32, Rcx.Dword(), OpKind.Immediate32, 2 * highest + 1);
        ScanBits(Code.Bsr_r32_rm32, Code.Bsr_r64_rm64, source, width);
        asm.Emit(Code.Cmove_r32_rm32, Rax.Dword(), Rcx.Dword());
        asm.Arithmetic(Arithmetic.Xor, Width.Dword, Rax, highest);
        DefineCopy(instruction.A, Rax, Width.Dword);
    }

    private void CountTrailingZeros(in LinkedInstruction instruction, Width width)
    {
        Gpr source = Use(instruction.B, width);
        asm.Emit(Code.Mov_r32_imm32, Rcx.Dword(), OpKind.Immediate32, width == Width.Dword ? 32 : 64);
        ScanBits(Code.Bsf_r32_rm32, Code.Bsf_r64_rm64, source, width);
        asm.Emit(Code.Cmove_r32_rm32, Rax.Dword(), Rcx.Dword());
        DefineCopy(instruction.A, Rax, Width.Dword);
    }

    private void ScanBits(Code code32, Code code64, Gpr source, Width width)
    {
        if (width == Width.Dword)
            asm.Emit(code32, Rax.Dword(), source.Dword());
        else
            asm.Emit(code64, Rax.Qword(), source.Qword());
    }

    private void CountOnes(in LinkedInstruction instruction, Width width)
    {
        Gpr source = Use(instruction.B, width);
        Gpr target = NewGeneral();
        if (width == Width.Dword)
            asm.Emit(Code.Popcnt_r32_rm32, target.Dword(), source.Dword());
        else
            asm.Emit(Code.Popcnt_r64_rm64, target.Qword(), source.Qword());
        Define32(instruction.A, target);
    }
}
