namespace ByteVm.Bytecode;

/// <summary>
/// The verifier's checks while a module is built: the same checker and the same messages, thrown at the line that emits. What is
/// not defined yet is taken to be right, so a module still has to be verified when it is complete.
/// </summary>
internal sealed class BuildChecker
{
    private readonly IModuleTables tables;
    private readonly TypeSystem types;
    private readonly References references;
    private readonly TypeUses uses;
    private string place = "module";

    public BuildChecker(IModuleTables tables)
    {
        this.tables = tables;
        types = new TypeSystem(tables.Definition);
        references = new References(tables, types, Fail);
        uses = new TypeUses(types, Fail);
    }

    /// <summary>Checks the next entry of the type table.</summary>
    public void AddType(TypeNode entry)
    {
        place = "type";
        Try(() => TypeTableChecks.CheckEntry(entry, types, index => (uint)index < (uint)tables.DefinitionCount, Fail));
    }

    public void DefinitionChanged() => types.ForgetHierarchy();

    /// <summary>The checks of one function.</summary>
    public FunctionBuildChecker Function(string name, FunctionSignature signature) => new(this, name, signature);

    private void Fail(VerifierRule rule, string expected, string found) => throw new BuilderException(rule, place, expected, found);

    private void Try(Action check)
    {
        try
        {
            check();
        }
        catch (TypeLimitException limit)
        {
            Fail(limit.Rule, limit.Expected, limit.Found);
        }
    }

    internal sealed class FunctionBuildChecker
    {
        private readonly BuildChecker module;
        private readonly string name;
        private readonly TypeScope scope;
        private readonly InstructionChecker instructions;

        public FunctionBuildChecker(BuildChecker module, string name, FunctionSignature signature)
        {
            this.module = module;
            this.name = name;
            instructions = new InstructionChecker(module.tables, module.types, module.references, module.Fail);
            module.place = name;
            module.Try(() => module.uses.CheckBounds(signature.TypeParameters));
            scope = module.types.ScopeOf(signature.TypeParameters);
            module.Try(() => module.uses.CheckResult(signature.Result, scope));
            instructions.EnterFunction(scope, signature.Result);
            foreach (TypeRef parameter in signature.Parameters)
                AddRegister(parameter);
        }

        public void AddRegister(TypeRef type)
        {
            module.place = name;
            module.Try(() => module.uses.CheckRegister(type, scope));
            instructions.AddRegister(type);
        }

        /// <param name="labels">How many labels there are; labels are still their ids.</param>
        public void Check(Instruction instruction, int index, int labels)
        {
            module.place = $"{name}, instruction {index}";
            instructions.LabelLimit = labels;
            module.Try(() => instructions.Check(in instruction));
        }

        public void CheckEnd(IReadOnlyList<Instruction> code)
        {
            module.place = name;
            instructions.CheckEnd(code);
        }
    }
}
