namespace ByteVm.Bytecode;

/// <summary>
/// Limits of module format 1. Part of the specification, enforced by reader, builder and verifier, and chosen so that no index,
/// slot displacement or displacement in machine code can overflow.
/// </summary>
public static class FormatLimits
{
    public const int Version = 2;
    public const int MaxModuleBytes = 256 << 20;
    public const int MaxStringBytes = 16 << 20;
    public const int MaxNameBytes = 4096;
    public const int MaxTableEntries = 1 << 20;
    public const int MaxTypeArguments = 64;

    /// <summary>Nesting of constructed types, for example arrays of arrays.</summary>
    public const int MaxTypeDepth = 32;

    /// <summary>Superclasses above a class.</summary>
    public const int MaxClassDepth = 64;

    /// <summary>Classes and interfaces above a definition, counted once each.</summary>
    public const int MaxSupertypes = 512;

    /// <summary>Value classes inside a value class, one within the other.</summary>
    public const int MaxValueDepth = 32;

    /// <summary>
    /// Steps of the verifier that are not proportional to the module's size: each type visited by a substitution of type arguments
    /// and each of its arguments, each supertype collected, each method looked up.
    /// </summary>
    public const int MaxTypeWork = 1 << 22;

    public const int MaxFields = 4000;
    public const int MaxMethods = 16_000;
    public const int MaxInterfaces = 256;
    public const int MaxParameters = 255;
    public const int MaxRegisters = 8_000;
    public const int MaxInstructions = 1 << 20;
    public const int MaxCatchableFaults = 64;

    /// <summary>Exception handlers of a function.</summary>
    public const int MaxHandlers = 1 << 16;

    public const int MaxSwitchTargets = 1 << 16;
}
