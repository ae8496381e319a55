using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Reports;
using RewardScaling.Samples.Penalty;
using RewardScaling.Tool;

// Does a KL penalty buy anything, and how fast does PPO leave the initial policy? Two plots and two verdicts, over several seeds.
// Exit codes: 0 done, 2 bad input, 130 stopped by Ctrl-C.
return await CommandRun.RunAsync(PenaltyArguments.Command().Running(PenaltyArguments.Read, RunAsync), args);

static async Task<int> RunAsync(PenaltyArguments arguments, CancellationToken cancellation)
{
    Directory.CreateDirectory(arguments.Out);
    using var world = await PenaltyWorld.CreateAsync(arguments.Threads, cancellation);
    var curves = new List<RewardCurve>();
    foreach (double penalty in PenaltyWorld.Penalties)
        curves.AddRange(await world.RunAsync(penalty, arguments.Seeds, cancellation));
    IGrouping<string, RewardCurve>[] groups = [.. curves.GroupBy(static curve => curve.Label)];
    foreach (var group in groups)
    {
        Console.WriteLine(FormattableString.Invariant(
            $"{group.Key,-14} ends at KL {group.Average(static c => c.Points[^1].Kl.Value),5:F1} nats, gold {group.Average(static c => c.Points[^1].Gold.Value),6:F3}, proxy {group.Average(static c => c.Points[^1].Proxy.Value),6:F3} (mean of {arguments.Seeds} seeds)"));
    }
    Console.WriteLine();
    var growth = KlGrowth.OfRuns([.. groups[0].Select(KlGrowth.BeforeSaturation)]);
    Console.WriteLine($"Without a penalty, before saturation, over {arguments.Seeds} seeds: {growth}; d = sqrt(KL) grows linearly in the steps where the exponent is 2.");
    foreach (var group in groups.Skip(1)) Console.WriteLine(FrontierTest.Of(group, groups[0]));
    RunFigures.KlByStep(groups, 2).Save(Path.Combine(arguments.Out, "kl-by-step.svg"));
    RunFigures.GoldByKl(groups).Save(Path.Combine(arguments.Out, "gold-by-kl.svg"));
    Console.WriteLine($"Plots: {Path.Combine(arguments.Out, "kl-by-step.svg")}, {Path.Combine(arguments.Out, "gold-by-kl.svg")}");
    return 0;
}
