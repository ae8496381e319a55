#:project ../src/RewardScaling/RewardScaling.csproj
// A law of your own, fitted and compared with the paper's: gold that saturates, R(d) = a (1 - exp(-d / s)).
//   dotnet run samples/custom-law.cs
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Reports;

// Any function of d = sqrt(KL) and its coefficients, with where to start the search. Slopes and errors follow by themselves.
var saturating = new CustomLaw("saturating", "a (1 - exp(-d / s))", ["a", "s"], start: [1, 1],
    (d, p) => p[0] * (1 - Math.Exp(-d / p[1])));

// Stands for a run of yours: 24 evaluations of gold 1.2 (1 - exp(-d / 1.5)), each with a standard error of 0.02.
RandomStream noise = RandomStream.FromSeed(2);
RewardPoint[] points = [.. Enumerable.Range(1, 24).Select(i => new RewardPoint
{
    Effort = i,
    Kl = Estimate.WithoutError(0.04 * i * i),
    Proxy = Estimate.WithoutError(0.2 * i),
    Gold = new(1.2 * (1 - Math.Exp(-0.2 * i / 1.5)) + 0.02 * noise.Normal((ulong)i), 0.02),
})];
var curve = new RewardCurve(OptimizationMethod.ReinforcementLearning, "saturating run", points);

LawFit fit = saturating.Fit(curve);
Console.WriteLine(fit);
Console.WriteLine($"a = {fit["a"]:F2}, s = {fit["s"]:F2}; {fit.LackOfFit}");

// Which law do the points speak for? Akaike's criterion, with weights that say how sure it is.
LawComparison comparison = LawComparison.Of(
    [saturating, OveroptimizationLaw.ReinforcementLearning, OveroptimizationLaw.BestOfN, OveroptimizationLaw.Linear], curve);
Console.WriteLine(comparison);
Console.WriteLine($"Best: {comparison.Best.Fit.Law.Name}");
CurveFigure.Of(curve, fit).Save("custom-law.svg");

// Prints: ^a = 1\.[12][0-9] ± 0\.[0-9]+, s = 1\.[45]
// Prints: ^Best: saturating$
