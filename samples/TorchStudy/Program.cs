using RewardScaling.Samples.Study;
using RewardScaling.Samples.TorchStudy;

// The study of samples/Study, computed by libtorch: one engine in the place of the other.
// Exit codes: 0 done, 1 a fault of the program, 2 bad input, 130 stopped by Ctrl-C.
return await StudyCommand.RunAsync(args, Console.Out, Console.Error, live: !Console.IsOutputRedirected,
    static (device, threads) => Libtorch.Engine(device, threads));
