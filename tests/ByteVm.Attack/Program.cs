using ByteVm.Attack;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

if (args is [LifecycleTests.HoldScenario])
    return LifecycleTests.HoldAWorker();
if (args is [AttackTable.Option, .. var rest])
    return await AttackTable.Run(rest is [var repetitions] ? repetitions : "1");
return args.Contains("--server") || args.Contains("--internal-msbuild-node")
    ? await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
    : await ConsoleRunner.Run(args);
