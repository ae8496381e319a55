using RewardScaling.Samples.TorchStudy;
using RewardScaling.Tool;

// rewardscaling study, computed by libtorch: one engine in the place of the other.
// Exit codes: 0 done, 1 a fault of the program, 2 bad input, 130 stopped by Ctrl-C.
return await CommandLine.RunAsync(["study", .. args], new(Console.Out, Console.Error)
{
    Live = !Console.IsOutputRedirected,
    Engine = static (device, threads) => Libtorch.Engine(device, threads),
});
