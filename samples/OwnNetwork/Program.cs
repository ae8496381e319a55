using RewardScaling.Samples.OwnNetwork;
using RewardScaling.Tool;

// Networks that are not this library's, in the roles of policy and reward model.
// Exit codes: 0 done, 2 bad input, 77 libtorch cannot be used here (the line says why), 130 stopped by Ctrl-C.
var command = OwnNetworkArguments.Command().Running(OwnNetworkArguments.Read, static (arguments, cancellation) =>
    Experiment.RunAsync(arguments, Console.Out, Console.Error, cancellation));
return await CommandRun.RunAsync(command, args);
