using RewardScaling.Cpu;
using RewardScaling.Interrupted;
using RewardScaling.Studies;
using RewardScaling.Tests.Studies;

// Run by tests that kill it or take its disk away: three small trainings after each other, each with checkpoints below the folder
// named. Says "begun" when the first step is made and, if it lives, "done" with a digest of every bit the trainings came to.
// With "study" before the folder it runs a tiny study, for tests that start it as on a lesser processor.
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
    using var trainings = new Trainings(args[0], static () => Console.WriteLine("begun"));
    Console.WriteLine("done " + await trainings.RunAsync());
    return 0;
}
catch (IOException fault)
{
    Console.WriteLine("fault " + fault.Message);
    return 1;
}
