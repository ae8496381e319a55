using RewardScaling.Tool;

// Exit codes: 0 done, 1 a fault of the program, 2 bad input, 130 stopped by Ctrl-C.
return await CommandLine.RunAsync(args, new(Console.Out, Console.Error) { Live = !Console.IsOutputRedirected });
