using ByteVm.Bytecode;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution.Imports;

/// <summary>
/// Binds what a module imports to the operations of this host, before anything of the guest runs. What the host does not have fails here. What was not
/// granted is denied when it is called, at a place that has a source line: so a program needs only what it really uses, and can do without.
/// </summary>
internal static class ImportBinder
{
    public static BoundImport[] Bind(Program program, InstanceOptions options)
    {
        var bound = new BoundImport[program.Module.Imports.Count];
        for (int i = 0; i < bound.Length; i++)
            bound[i] = Bind(program, program.Module.Imports[i], options);
        return bound;
    }

    private static BoundImport Bind(Program program, Import import, InstanceOptions options)
    {
        string who = $"module '{program.Module.Name}' imports '{import.Name}'";
        HostOperation operation = options.HostFunctions?.Find(import.Name) ?? HostOperations.Find(import.Name) ??
            throw new InstantiationException($"{who}, which this host does not offer{Suggestion(import.Name)}");

        LinkedType[] parameters = [.. import.Parameters.Select(program.Type)];
        LinkedType? result = import.Result.IsNone ? null : program.Type(import.Result);
        string signature = Signature(parameters, result);
        if (signature != operation.Signature)
            throw new InstantiationException($"{who} as {signature}, but this host offers it as {operation.Signature}");
        if (operation.Capability.Length > 0 && import.Capability != operation.Capability)
            throw new InstantiationException(
                $"{who} as needing '{import.Capability}', but it needs '{operation.Capability}': a module must declare what it needs");
        bool isGranted = operation.Capability.Length == 0 || options.Capabilities.Includes(operation.Capability);
        return new BoundImport(isGranted ? operation : Denied(operation), parameters, result);
    }

    /// <summary>What stands in for an operation that was not granted.</summary>
    private static HostOperation Denied(HostOperation operation) => operation with
    {
        Handler = (in HostCall _) => throw new HostFaultException(
            FaultKind.Denied, $"needs the capability '{operation.Capability}'; {Capabilities.OptionFor(operation.Capability)} grants it"),
    };

    internal static string Signature(IEnumerable<LinkedType> parameters, LinkedType? result)
    {
        string list = $"({string.Join(", ", parameters.Select(p => p.Name))})";
        return result is null ? list : $"{list} -> {result.Name}";
    }

    private static string Suggestion(string name)
    {
        string group = name.Split('.')[0] + ".";
        string[] near = [.. HostOperations.All.Select(o => o.Name).Where(n => n.StartsWith(group, StringComparison.Ordinal))];
        return near.Length == 0 ? "" : $"; it offers {string.Join(", ", near)}";
    }
}
