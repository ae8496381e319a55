using System.Security.Cryptography;
using System.Text;
using RewardScaling.Cpu;
using RewardScaling.Interrupted;
using RewardScaling.Studies;
using RewardScaling.Tests.Studies;

// Run by tests that kill it or take its disk away: three small trainings after each other, each with checkpoints below the folder
// named. Says "begun" when the first step is made and, if it lives, "done" with a digest of every bit the trainings came to.
// With "study" before the folder it runs a tiny study, for tests that start it as on a lesser processor; with "killed-study"
// another, for those that kill it, and with "killed-jobs" the same with two cells side by side: it says "done" with a digest of
// its study.json. With "collect" and an address behind the folder it collects samples from a server.
try
{
    if (args is ["study", var run])
    {
        var engine = new CpuEngine(threads: 1);
        Console.WriteLine(engine.Description);
        var result = await new OveroptimizationStudy(TinyStudy.Plan, engine).RunAsync(run);
        foreach (var timing in result.Timings) Console.WriteLine(timing.Stage);
        return 0;
    }
    if (args is ["killed-study" or "killed-jobs", var killed])
    {
        // A pool of two parts, so that best-of-n has something to keep.
        string study = await TinyStudy.RunAsync(TinyStudy.Plan with { Comparisons = [40], EvaluationPrompts = 4, PoolSize = 2100 }, killed,
            jobs: args[0] == "killed-jobs" ? 2 : 1);
        Console.WriteLine("done " + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(study))));
        return 0;
    }
    if (args is ["collect", var collection, var address])
    {
        Console.WriteLine("begun");
        await Collections.RunAsync(collection, new(address));
        Console.WriteLine("done");
        return 0;
    }
    using var trainings = new Trainings(args[0], static () => Console.WriteLine("begun"));
    Console.WriteLine("done " + await trainings.RunAsync());
    return 0;
}
catch (IOException fault)
{
    Console.WriteLine("fault " + fault.Message);
    return 1;
}
