using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.BestOfN;

public sealed class BestOfNCurveTests
{
    [Fact]
    public void A_curve_has_analytic_kl_and_prompt_level_means()
    {
        ScoredPrompt[] prompts = [new("a", [0.1, 0.7, 0.4, 0.9, 0.2], [1, 3, -2, 0.5, 0]), new("b", [0, 1], [0, 4])];
        var curve = BestOfNCurve.From(prompts, [1, 2], "two prompts");
        Assert.Equal((OptimizationMethod.BestOfN, "two prompts"), (curve.Method, curve.Label));
        Assert.Equal(0, curve.Points[0].Kl.Value);
        Assert.Equal(0.1931471806, curve.Points[1].Kl.Value, 1e-10);
        Assert.Equal(0, curve.Points[1].Kl.StandardError);
        Assert.Equal(2, curve.Points[1].Effort);
        // n = 2: gold 0.7 and 4, mean 2.35, error |4 - 0.7| / 2; proxy 0.67 and 1.
        Assert.Equal(2.35, curve.Points[1].Gold.Value, 1e-14);
        Assert.Equal(1.65, curve.Points[1].Gold.StandardError, 1e-14);
        Assert.Equal(0.835, curve.Points[1].Proxy.Value, 1e-14);
    }

    [Fact]
    public void Too_few_samples_name_the_prompt_n_and_N()
    {
        ScoredPrompt[] prompts = [new("first", [1, 2, 3, 4], [1, 2, 3, 4]), new("short one", [1, 2, 3], [1, 2, 3])];
        string message = Assert.Throws<ArgumentException>(() => BestOfNCurve.From(prompts, [1, 2, 4])).Message;
        Assert.Contains("'short one' has N = 3 samples, fewer than n = 4", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_name_what_is_wrong()
    {
        ScoredPrompt[] one = [new("a", [1], [1])];
        Assert.Contains("at least one prompt", Assert.Throws<ArgumentException>(() => BestOfNCurve.From([], [1])).Message,
            StringComparison.Ordinal);
        Assert.Contains("at least one n", Assert.Throws<ArgumentException>(() => BestOfNCurve.From(one, [])).Message,
            StringComparison.Ordinal);
        Assert.Contains("n[1] = 0", Assert.Throws<ArgumentOutOfRangeException>(() => BestOfNCurve.From(one, [1, 0])).Message,
            StringComparison.Ordinal);
        Assert.Contains("gold of prompt 'q7'[1] is NaN",
            Assert.Throws<ArgumentException>(() => new ScoredPrompt("q7", [1, 2], [1, double.NaN])).Message,
            StringComparison.Ordinal);
        Assert.Contains("gold of prompt 'q7' has 1 values",
            Assert.Throws<ArgumentException>(() => new ScoredPrompt("q7", [1, 2], [1])).Message, StringComparison.Ordinal);
        Assert.Contains("'q7' has no samples", Assert.Throws<ArgumentException>(() => new ScoredPrompt("q7", [], [])).Message,
            StringComparison.Ordinal);
        Assert.False(BestOfNCurve.From(one, [1]).Points[0].Gold.HasStandardError);
    }

    [Fact]
    public void Regressional_goodhart_never_turns_down_and_gold_is_half_of_proxy()
    {
        // Proxy X + Z with X, Z standard normal, gold X: E[gold | proxy] = proxy / 2 at every n (Gao et al., equation 1). At n =
        // 100 the proxy's mean is sqrt 2 x E[max of 100 normals] = 1.4142 x 2.50759364 = 3.5462729, gold 1.7731365.
        var stream = RandomStream.FromSeed(11).Fork("regressional");
        var prompts = new ScoredPrompt[400];
        for (int p = 0; p < prompts.Length; p++)
        {
            var (proxy, gold) = (new double[200], new double[200]);
            for (int s = 0; s < 200; s++)
            {
                gold[s] = stream.Fork(p).Normal((ulong)(2 * s));
                proxy[s] = gold[s] + stream.Fork(p).Normal((ulong)(2 * s + 1));
            }
            prompts[p] = new($"{p}", proxy, gold);
        }
        var curve = BestOfNCurve.From(prompts, [2, 10, 100]);
        Assert.InRange((curve.Points[2].Proxy.Value - 3.5462729296) / curve.Points[2].Proxy.StandardError, -3.5, 3.5);
        Assert.InRange((curve.Points[2].Gold.Value - 1.7731364648) / curve.Points[2].Gold.StandardError, -3.5, 3.5);
        Assert.True(curve.Points[0].Gold.Value < curve.Points[1].Gold.Value
            && curve.Points[1].Gold.Value < curve.Points[2].Gold.Value);
        Assert.InRange(OveroptimizationLaw.BestOfN.Fit(curve).Alpha.Value, 0.5, 1.2);
    }

    // E[X | X + Z = x] = E X + (x - E X - E Z) Var X / (Var X + Var Z), whatever n: gold X ~ N(0.5, 1), noise Z ~ N(-1, s²). The proxy
    // at n is its mean plus its deviation times E[max of n normals], which is 1.5387527308 for 10 and 2.5075936358 for 100 (Harter
    // 1961), and gold follows by the closed form.
    [Theory]
    [InlineData(0.5)]
    [InlineData(2)]
    public void Regressional_goodhart_follows_the_closed_form_for_any_noise(double noise)
    {
        var stream = RandomStream.FromSeed(12).Fork("regressional");
        var prompts = new ScoredPrompt[500];
        for (int p = 0; p < prompts.Length; p++)
        {
            var (proxy, gold) = (new double[200], new double[200]);
            for (int s = 0; s < 200; s++)
            {
                gold[s] = 0.5 + stream.Fork(p).Normal((ulong)(2 * s));
                proxy[s] = gold[s] - 1 + noise * stream.Fork(p).Normal((ulong)(2 * s + 1));
            }
            prompts[p] = new($"{p}", proxy, gold);
        }
        var curve = BestOfNCurve.From(prompts, [10, 100]);
        foreach (var (point, largest) in curve.Points.Zip([1.5387527308, 2.5075936358]))
        {
            double proxy = -0.5 + Math.Sqrt(1 + noise * noise) * largest, gold = 0.5 + (proxy + 0.5) / (1 + noise * noise);
            // Two noises and two n: one of 8 right numbers is 4 errors off once in 2,000 choices of the seed.
            Assert.InRange((point.Proxy.Value - proxy) / point.Proxy.StandardError, -4, 4);
            Assert.InRange((point.Gold.Value - gold) / point.Gold.StandardError, -4, 4);
        }
    }
}
