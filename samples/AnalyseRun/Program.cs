using RewardScaling.Samples.AnalyseRun;

// Exit codes: 0 done, 1 a fault of the program, 2 bad input.
return AnalyseRunCommand.Run(args, Console.Out, Console.Error);
