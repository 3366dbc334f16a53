using ByteVm.Cli;

return CommandLine.Run(args);
