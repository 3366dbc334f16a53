namespace ByteVm.Bytecode;

/// <summary>
/// Decides whether a module may run. Nothing of a module is believed before; everything an engine relies on is checked here:
///
/// tables       counts within the limits, indices within their tables, strings well-formed; imports take and return only what can
///              cross to the host; exports and initializer have the right shape; globals have closed types
/// types        each entry of the type table is well-formed, unlike the others and made of earlier entries (hence no cycles), with
///              one argument per parameter, bounds met, no storage type where a register's type must stand, no variable out of scope
/// definitions  bases are classes that are not final, interfaces are interfaces, no cycles, depth and breadth limited; value
///              classes do not contain themselves; a method's function has the method's signature; overriding methods have the
///              overridden result and leave final methods alone; what is not abstract implements everything, unambiguously
/// references   fields, methods and functions exist and are given the right number of type arguments
/// functions    registers have register types; control stays inside; positions and local names are in order
/// instructions operands are those of the opcode table; registers that are read have the type needed, registers that are written
///              can hold the result; labels and indices exist; calls match the signature of their target
/// exceptions   the class of exceptions has its two fields, of which code cannot name the trace; faults arrive as its subclasses; what
///              is thrown or handled is an exception; handlers lie inside their function and their registers can hold what they take
///
/// How: register types are declared, so instructions are checked one by one in a single pass, without data flow; generic code is
/// checked once, with type variables as opaque types with bounds. Nothing recurses but over the nesting of types, which is
/// limited. Time is linear in the module's size but for the type work that <see cref="FormatLimits.MaxTypeWork"/> bounds. Each
/// group is checked only when those before it hold, because it relies on them. The rules with their numbers are in
/// <see cref="VerifierRules"/>.
/// </summary>
public static class Verifier
{
    public const int DefaultErrorLimit = 20;

    /// <exception cref="VerificationException">The module breaks a rule.</exception>
    public static void Verify(Module module)
    {
        IReadOnlyList<VerificationError> errors = Check(module);
        if (errors.Count > 0)
            throw new VerificationException(module.Name, errors);
    }

    /// <returns>The first errors, at most as many as asked for; none when the module is valid.</returns>
    public static IReadOnlyList<VerificationError> Check(Module module, int errorLimit = DefaultErrorLimit)
    {
        var errors = new ErrorCollector(module, Math.Max(errorLimit, 1));
        try
        {
            CheckAll(module, errors);
        }
        catch (TypeLimitException limit)
        {
            errors.Add(limit.Rule, limit.Expected, limit.Found);
        }

        return errors.Errors;
    }

    private static void CheckAll(Module module, ErrorCollector errors)
    {
        var tables = new ModuleTables(module);
        var types = new TypeSystem(tables.Definition);
        var uses = new TypeUses(types, errors.Add);
        var references = new References(tables, types, errors.Add);
        var functions = new FunctionChecks(module, types, uses, new InstructionChecker(tables, types, references, errors.Add), errors);
        Action[] groups =
        [
            new TableChecks(module, errors).Check,
            new TypeTableChecks(module, types, errors).Check,
            new HierarchyChecks(module, types, uses, errors).Check,
            functions.CheckHeaders,
            new MemberChecks(module, types, uses, errors).Check,
            new ReferenceChecks(module, types, uses, references, errors).Check,
            new ExceptionChecks(module, types, errors).Check,
            functions.CheckBodies,
        ];
        foreach (Action check in groups)
        {
            check();
            if (errors.Any)
                return;
        }
    }
}
