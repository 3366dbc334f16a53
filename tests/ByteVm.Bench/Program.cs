using ByteVm.Bench;

switch (args)
{
    case ["memory"]:
        MemoryFigures.Print();
        return 0;
    default:
        Console.Error.WriteLine("usage: ByteVm.Bench memory");
        return 2;
}
