// A shop lets its staff write pricing rules. They run in a virtual machine of their own: they see what this program gives
// them, and nothing else; and whatever they do, this program goes on.

using ByteVm;
using ByteVm.Tarn;

// 1. Compile the rules. (A built .bvm file needs only GuestProgram.Load("rules.bvm").)
CompilationResult rules = TarnCompiler.CompileFile(Path.Combine(AppContext.BaseDirectory, "rules.tarn"), new CompilerOptions { RequireMain = false });
if (rules.Module is null)
{
    Console.Error.Write(rules.RenderDiagnostics());
    return 1;
}

// 2. Prepare them once, for any number of instances. Metered: their work can be limited.
using GuestProgram program = GuestProgram.FromModule(rules.Module, new EngineOptions { Metered = true });

// 3. Make an instance: give it the functions it imports, and limits.
var stock = new Dictionary<string, int> { ["tea"] = 7, ["coffee"] = 100 };
using GuestInstance shop = program.Instantiate(new InstanceOptions
{
    HostFunctions = new HostFunctions()
        .Register("shop.log", (string text) => Console.WriteLine($"  log: {text}"))
        // One that takes its time: the guest is parked meanwhile, and no thread with it.
        .RegisterAsync("shop.stock", async (string item, CancellationToken stop) =>
        {
            await Task.Delay(1, stop);
            return stock.GetValueOrDefault(item);
        }),
    Fuel = 100_000,
    MemoryBytes = 16 << 20,
});

// 4. Call it with plain values.
Console.WriteLine($"3 tea: {await shop.CallAsync<long>("price", "tea", 3, 250)} cents");
Console.WriteLine($"12 tea: {await shop.CallAsync<long>("price", "tea", 12, 250)} cents");
Console.WriteLine($"median rating: {shop.Call<int>("median", new[] { 5, 1, 4, 2, 3 })}");

// 5. Mistakes of the rules are faults with a stack trace in their own source lines.
try
{
    shop.Call<int>("median", Array.Empty<int>());
}
catch (GuestFaultException e)
{
    Console.WriteLine(e.Fault);
}

// 6. An endless loop meets its limit.
try
{
    shop.Call<int>("sum", new[] { 5, 1 });
}
catch (GuestFaultException e) when (e.Fault.Kind == FaultKind.OutOfFuel)
{
    Console.WriteLine($"stopped: {e.Fault.Message}");
}

// 7. Or it is cancelled.
shop.AddFuel(long.MaxValue);
using var impatience = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
try
{
    await shop.CallAsync<int>("sum", impatience.Token, new[] { 5, 1 });
}
catch (GuestFaultException e) when (e.Fault.Kind == FaultKind.Interrupted)
{
    Console.WriteLine($"cancelled: {e.Fault.Frames[0].Function}");
}

// 8. The instance is none the worse for it, and remembers.
Console.WriteLine($"{shop.Call<int>("callsSoFar")} prices so far");
return 0;
