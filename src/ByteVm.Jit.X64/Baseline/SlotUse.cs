namespace ByteVm.Jit.X64.Baseline;

/// <summary>
/// What the instructions of a function tell of a slot's type. A slot has one type, yet some instructions (moves, calls) take any, and
/// loads name only the width; the highest value wins.
/// </summary>
internal enum SlotUse : byte
{
    /// <summary>Only moved about.</summary>
    Unknown,

    /// <summary>i32 or a reference: the upper half is zero.</summary>
    Narrow,

    /// <summary>i64.</summary>
    Wide,

    /// <summary>f32 or f64.</summary>
    Float,
}
