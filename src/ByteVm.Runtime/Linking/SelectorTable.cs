namespace ByteVm.Runtime.Linking;

/// <summary>
/// Numbers the methods of closed interface types, in the order of first use. A class finds a method in its interface table at
/// selector modulo table size; the table is as large as it takes for the class's own selectors to be free of collisions.
/// </summary>
internal sealed class SelectorTable
{
    private readonly Dictionary<LinkedType, int> firstSelectors = [];
    private int next;

    public int Of(LinkedType type, int method)
    {
        if (!firstSelectors.TryGetValue(type, out int first))
        {
            first = next;
            next += type.Definition!.Methods.Count;
            firstSelectors.Add(type, first);
        }

        return first + method;
    }
}
