using RewardScaling.Samples.OwnNetwork;

// Networks that are not this library's, in the roles of policy and reward model.
// Exit codes: 0 done, 2 bad input, 77 libtorch cannot be used here (the line says why), 130 stopped by Ctrl-C.
// The experiment works without ever waiting: only on a thread of its own does it leave this one free to hear Ctrl-C.
var command = OwnNetworkArguments.Command(static (arguments, cancellation) =>
    Task.Run(() => RunAsync(arguments, cancellation), CancellationToken.None));
var parsed = command.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors) Console.Error.WriteLine(error.Message);
    Console.Error.WriteLine("--help lists the options.");
    return 2;
}
return await parsed.InvokeAsync();

static async Task<int> RunAsync(OwnNetworkArguments arguments, CancellationToken cancellation)
{
    try
    {
        return await Experiment.RunAsync(arguments, Console.Out, Console.Error, cancellation);
    }
    catch (OperationCanceledException)
    {
        Console.Error.WriteLine("Stopped.");
        return 130;
    }
    catch (ArgumentException fault)
    {
        Console.Error.WriteLine(fault.Message);
        return 2;
    }
}
