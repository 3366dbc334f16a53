using System.Text;
using ByteVm.Memory;
using ByteVm.Runtime.Execution.Imports;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution.Values;

/// <summary>
/// Copies values between .NET and a guest. Which .NET type is which guest type stands in <see cref="GuestValue"/>'s conversions; generic
/// methods choose by comparing types, which the compiler resolves, so nothing here needs reflection.
/// </summary>
internal static class GuestData
{
    /// <summary>The guest's name of a .NET type.</summary>
    /// <exception cref="NotSupportedException">Values of the type do not cross.</exception>
    public static string TypeName<T>() =>
        typeof(T) == typeof(int) || typeof(T) == typeof(bool) ? "i32"
        : typeof(T) == typeof(long) ? "i64"
        : typeof(T) == typeof(float) ? "f32"
        : typeof(T) == typeof(double) ? "f64"
        : typeof(T) == typeof(string) ? "string"
        : typeof(T) == typeof(byte[]) ? "u8[]"
        : typeof(T) == typeof(int[]) ? "i32[]"
        : typeof(T) == typeof(long[]) ? "i64[]"
        : typeof(T) == typeof(float[]) ? "f32[]"
        : typeof(T) == typeof(double[]) ? "f64[]"
        : typeof(T) == typeof(string[]) ? "string[]"
        : throw new NotSupportedException(
            $"Values of type {typeof(T)} do not cross between host and guest; int, long, float, double, bool, string and " +
            "arrays of byte, int, long, float, double and string do.");

    public static GuestValue From<T>(T value) => value switch
    {
        int number => number,
        long number => number,
        float number => number,
        double number => number,
        bool flag => flag,
        _ => FromReference<T>(value),
    };

    /// <summary>The value of a slot. References are null for 0.</summary>
    public static T Read<T>(Instance instance, long raw)
    {
        if (typeof(T) == typeof(int))
            return (T)(object)(int)raw;
        if (typeof(T) == typeof(long))
            return (T)(object)raw;
        if (typeof(T) == typeof(float))
            return (T)(object)BitConverter.Int32BitsToSingle((int)raw);
        if (typeof(T) == typeof(double))
            return (T)(object)BitConverter.Int64BitsToDouble(raw);
        if (typeof(T) == typeof(bool))
            return (T)(object)(raw != 0);
        return raw == 0 ? default! : (T)ReadReference<T>(instance, (uint)raw);
    }

    /// <summary>A value as it stands in a slot; strings and arrays are allocated, which may move every object.</summary>
    /// <param name="type">The type the guest expects.</param>
    /// <exception cref="HostFaultException">The memory limit was met.</exception>
    public static long Write(Instance instance, GuestValue value, LinkedType type) => value.Content switch
    {
        null => value.Bits,
        string text => WriteString(instance, text),
        byte[] bytes => WriteArray(instance, bytes, type),
        int[] numbers => WriteArray(instance, numbers, type),
        long[] numbers => WriteArray(instance, numbers, type),
        float[] numbers => WriteArray(instance, numbers, type),
        double[] numbers => WriteArray(instance, numbers, type),
        string?[] texts => WriteStrings(instance, texts, type),
        _ => throw new InvalidOperationException($"no guest value holds a {value.Content.GetType()}"),
    };

    private static GuestValue FromReference<T>(T value) =>
        typeof(T) == typeof(string) ? (string?)(object?)value
        : typeof(T) == typeof(byte[]) ? (byte[]?)(object?)value
        : typeof(T) == typeof(int[]) ? (int[]?)(object?)value
        : typeof(T) == typeof(long[]) ? (long[]?)(object?)value
        : typeof(T) == typeof(float[]) ? (float[]?)(object?)value
        : typeof(T) == typeof(double[]) ? (double[]?)(object?)value
        : (string?[]?)(object?)value;

    private static object ReadReference<T>(Instance instance, uint reference)
    {
        GuestObjects objects = instance.Objects;
        return typeof(T) == typeof(string) ? objects.String(reference)
            : typeof(T) == typeof(byte[]) ? objects.Elements<byte>(reference).ToArray()
            : typeof(T) == typeof(int[]) ? objects.Elements<int>(reference).ToArray()
            : typeof(T) == typeof(long[]) ? objects.Elements<long>(reference).ToArray()
            : typeof(T) == typeof(float[]) ? objects.Elements<float>(reference).ToArray()
            : typeof(T) == typeof(double[]) ? objects.Elements<double>(reference).ToArray()
            : ReadStrings(instance, reference);
    }

    /// <summary>
    /// A text that is referred to often is copied once; and all together take no more than the guest may have, whatever its objects look like.
    /// </summary>
    private static string?[] ReadStrings(Instance instance, uint reference)
    {
        uint[] elements = instance.Objects.References(reference).ToArray();
        string?[] texts = new string?[elements.Length];
        var copied = new Dictionary<uint, string>();
        long left = instance.Options.MemoryBytes + instance.Cage.PermanentEnd;
        for (int i = 0; i < texts.Length; i++)
        {
            if (elements[i] == 0 || copied.TryGetValue(elements[i], out texts[i]))
                continue;
            ReadOnlySpan<byte> text = instance.Objects.StringBytes(elements[i]);
            if ((left -= text.Length) < 0)
                throw new GuestLostException("its result holds more text than it may have memory");
            copied.Add(elements[i], texts[i] = Encoding.UTF8.GetString(text));
        }

        return texts;
    }

    private static uint WriteString(Instance instance, string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        uint reference = Allocated(instance.AllocateString(length));
        Encoding.UTF8.GetBytes(text, instance.StringBuffer(reference, length));
        return reference;
    }

    private static uint WriteArray<T>(Instance instance, T[] elements, LinkedType type) where T : unmanaged
    {
        uint reference = Allocated(instance.AllocateArray(type.DescriptorOffset, elements.Length));
        elements.CopyTo(instance.Objects.Elements<T>(reference));
        return reference;
    }

    private static uint WriteStrings(Instance instance, string?[] texts, LinkedType type)
    {
        int handle = instance.Handles.Count;
        instance.Handles.Add(Allocated(instance.AllocateArray(type.DescriptorOffset, texts.Length)));
        try
        {
            for (int i = 0; i < texts.Length; i++)
            {
                uint text = texts[i] is { } present ? WriteString(instance, present) : 0;
                instance.Objects.SetReference((uint)instance.Handles[handle], i, text);
            }

            return (uint)instance.Handles[handle];
        }
        finally
        {
            instance.Handles.RemoveAt(handle);
        }
    }

    private static uint Allocated(uint reference) =>
        reference != 0 ? reference : throw new HostFaultException(FaultKind.OutOfMemory, "a value of the host does not fit into the memory limit");
}
