using RewardScaling.Samples.Study;

// Exit codes: 0 done, 1 a fault of the program, 2 bad input, 130 stopped by Ctrl-C.
return await StudyCommand.RunAsync(args, Console.Out, Console.Error, live: !Console.IsOutputRedirected);
