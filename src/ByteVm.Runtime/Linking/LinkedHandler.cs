namespace ByteVm.Runtime.Linking;

/// <summary>An exception handler of a linked function.</summary>
/// <param name="StartPc">First module instruction of its range.</param>
/// <param name="EndPc">First module instruction behind it.</param>
/// <param name="TargetWord">Word of linked code where the function goes on.</param>
/// <param name="Type">Exceptions of this class are taken.</param>
/// <param name="Slot">Where the exception is put; 0 when nobody wants it.</param>
internal readonly record struct LinkedHandler(int StartPc, int EndPc, int TargetWord, LinkedType Type, int Slot)
{
    public bool Covers(int pc) => pc >= StartPc && pc < EndPc;
}
