using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Laws;

public sealed class SharedSamplesTests
{
    private static readonly int[] Ns = [1, 2, 4, 8, 16, 32];

    [Fact]
    public void Errors_are_those_of_fitting_every_prompt_by_itself()
    {
        // A linear law's least squares is a mean of the prompts' own least squares, so its error is the error of that mean.
        var prompts = Pool(25, 32, RandomStream.FromSeed(4));
        var fit = OveroptimizationLaw.BestOfN.Fit(BestOfNCurve.From(prompts, Ns),
            new() { Weighting = LawWeighting.SharedSamples, OffsetRule = OffsetRule.Zero });
        var each = prompts.Select(static prompt => OveroptimizationLaw.BestOfN.Fit(BestOfNCurve.From([prompt], Ns),
            new() { OffsetRule = OffsetRule.Zero })).ToArray();
        var alpha = Estimate.Mean([.. each.Select(static one => one.Alpha.Value)]);
        var beta = Estimate.Mean([.. each.Select(static one => one.Beta.Value)]);
        Assert.Equal(alpha.Value, fit.Alpha.Value, 1e-12);
        Assert.Equal(alpha.StandardError, fit.Alpha.StandardError, 1e-12);
        Assert.Equal(beta.StandardError, fit.Beta.StandardError, 1e-12);
        Assert.Contains("covariance of the points over 25 prompts", fit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_covariance_has_the_points_errors_on_its_diagonal()
    {
        var curve = BestOfNCurve.From(Pool(10, 32, RandomStream.FromSeed(4)), Ns);
        for (int k = 0; k < Ns.Length; k++)
        {
            Assert.Equal(curve.Points[k].Gold.StandardError, Math.Sqrt(curve.GoldCovariance![k, k]), 1e-14);
            Assert.Equal(curve.Points[k].Proxy.StandardError, Math.Sqrt(curve.ProxyCovariance![k, k]), 1e-14);
        }
    }

    [Fact]
    public void A_curve_without_a_covariance_is_refused()
    {
        var curve = BestOfNCurve.From(Pool(1, 32, RandomStream.FromSeed(4)), Ns);
        Assert.Contains("has no covariance", Assert.Throws<ArgumentException>(() =>
            OveroptimizationLaw.BestOfN.Fit(curve, new() { Weighting = LawWeighting.SharedSamples })).Message,
                StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => curve with { GoldCovariance = PointCovariance.OfMeans([[1.0, 2]]) });
        Assert.Throws<ArgumentException>(static () => PointCovariance.OfMeans([[1.0]]));
        Assert.Throws<ArgumentException>(static () => PointCovariance.OfMeans([[1.0, 2], [1]]));
    }

    /// <summary>Gold is 1.2 u - 0.6 u^40 of the proxy's quantile u, plus noise of the sample and of the prompt.</summary>
    internal static ScoredPrompt[] Pool(int prompts, int samples, RandomStream stream)
    {
        var pool = new ScoredPrompt[prompts];
        for (int p = 0; p < prompts; p++)
        {
            var draws = stream.Fork(p);
            double shift = 0.2 * draws.Normal(1_000_000);
            var (proxy, gold) = (new double[samples], new double[samples]);
            for (int s = 0; s < samples; s++)
            {
                proxy[s] = draws.Uniform((ulong)(2 * s));
                gold[s] = shift + 1.2 * proxy[s] - 0.6 * Math.Pow(proxy[s], 40) + 0.4 * draws.Normal((ulong)(2 * s + 1));
            }
            pool[p] = new($"{p}", proxy, gold);
        }
        return pool;
    }
}
