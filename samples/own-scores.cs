#:project ../src/RewardScaling/RewardScaling.csproj
// Your own samples, scored twice: by the reward model that is optimised (proxy) and by what counts (gold).
//   dotnet run samples/own-scores.cs [scored.csv]      a row for each sample: prompt, proxy, gold
using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Reports;
using RewardScaling.Runs;

IReadOnlyList<ScoredPrompt> prompts = args.Length > 0 ? ScoredSamples.Read(args[0]).Prompts : Simulated();

// Best-of-n for every n at once, from the pool that is there. KL needs no measuring: it is log n - (n - 1) / n.
RewardCurve curve = BestOfNCurve.From(prompts, n: [1, 2, 4, 8, 16, 32, 64]);
foreach (RewardPoint point in curve.Points)
    Console.WriteLine($"n = {point.Effort,2}: KL {point.Kl.Value:F2} nats, proxy {point.Proxy:F2}, gold {point.Gold:F2}");

// One pool serves every n, so the points are correlated; SharedSamples takes that into account.
LawFit fit = OveroptimizationLaw.BestOfN.Fit(curve, new() { Weighting = LawWeighting.SharedSamples });
Console.WriteLine(fit);                          // the law, what was measured without it, and which of them to believe
Console.WriteLine(Advice.Of([fit]));             // how far to go, in words
CurveFigure.Of(curve, fit).Save("own-scores.svg");
Console.WriteLine("Figure: own-scores.svg");

// Stands for your file: gold is what people think, the proxy is gold with an error of heavy tails. The very highest
// proxy scores are mostly error, and gold falls when n is large: Goodhart's law.
static IReadOnlyList<ScoredPrompt> Simulated()
{
    RandomStream stream = RandomStream.FromSeed(1);
    return [.. Enumerable.Range(0, 400).Select(p =>
    {
        RandomStream gold = stream.Fork("gold").Fork(p), error = stream.Fork("error").Fork(p);
        double[] good = [.. Enumerable.Range(0, 64).Select(s => gold.Normal((ulong)s))];
        double[] liked = [.. good.Select((g, s) => g + 0.6 * Math.Pow(error.Normal((ulong)s), 3))];
        return new ScoredPrompt($"prompt {p}", liked, good);
    })];
}

// Prints: ^n = 64: KL 3\.17
// Prints: best-of-n law fitted to gold
// Prints: Figure: own-scores\.svg
