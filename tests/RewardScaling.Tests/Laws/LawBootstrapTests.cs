using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Laws;

public sealed class LawBootstrapTests
{
    private static readonly int[] Ns = [1, 2, 4, 8, 16, 32];
    private static readonly double[] D = [.. Enumerable.Range(1, 20).Select(static i => 0.15 * i)];

    private static RewardCurve Noisy(ulong seed) =>
        TestCurves.Of(D, [.. D.Select((d, i) => d * (0.5 - 0.12 * d) + 0.02 * RandomStream.FromSeed(seed).Normal((ulong)i))]);

    [Fact]
    public void The_same_seed_gives_the_same_bits_at_any_thread_count_and_another_seed_others()
    {
        var resampler = new ResidualResampler(OveroptimizationLaw.BestOfN.Fit(Noisy(1)));
        double[] Run(int threads, ulong seed) =>
            LawBootstrap.Run(OveroptimizationLaw.BestOfN, resampler, 300, RandomStream.FromSeed(seed), threads: threads,
            cancellationToken: TestContext.Current.CancellationToken).Values(LawQuantity.PeakKl);
        Assert.Equal(Run(1, 7), Run(0, 7));
        Assert.Equal(Run(1, 7), Run(3, 7));
        Assert.NotEqual(Run(1, 7), Run(1, 8));
    }

    public static TheoryData<string> Cases => ["linear", "fixed and bounded", "offset", "weighted", "power", "power with an offset", "power at bounds", "prompts",
        "prompts weighted", "seeds weighted", "power of seeds weighted"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_refit_is_the_fit_of_its_draw(string name)
    {
        OveroptimizationLaw law = name.StartsWith("power", StringComparison.Ordinal) ? OveroptimizationLaw.Power : OveroptimizationLaw.BestOfN;
        var options = name switch
        {
            "fixed and bounded" => new LawFitOptions().Fix("offset", 0.02).Bound("beta", max: 0.12),
            "offset" or "power with an offset" => new LawFitOptions().Free("offset"),
            "power at bounds" => new LawFitOptions().Bound("gamma", min: 0.6, max: 1.1).Bound("beta", max: 0.2).Fix("offset", 0.01),
            "seeds weighted" => new LawFitOptions { Weighting = LawWeighting.RelativeErrors, Target = RewardTarget.Proxy },
            _ when name.EndsWith("weighted", StringComparison.Ordinal) => new LawFitOptions { Weighting = LawWeighting.KnownErrors },
            _ => new LawFitOptions(),
        };
        var weighted = TestCurves.Of(D, [.. Noisy(4).Points.Select(static p => p.Gold.Value)], [.. D.Select(static d => 0.01 * (1 + d))]);
        CurveResampler resampler = name.StartsWith("prompts", StringComparison.Ordinal)
            ? new PromptResampler(SharedSamplesTests.Pool(20, 32, RandomStream.FromSeed(6)), Ns)
            : name.Contains("seeds", StringComparison.Ordinal) ? new SeedResampler([Noisy(4), Noisy(5), Noisy(6)])
            : new ResidualResampler(law.Fit(name == "weighted" ? weighted : Noisy(4), options));
        var stream = RandomStream.FromSeed(12);
        var refits = new LawRefits(law, resampler, options);
        for (int draw = 0; draw < (law.IsLinear ? 100 : 12); draw++)
        {
            RewardCurve drawn = resampler.Draw(stream.Fork(draw));
            if (options.Weighting != LawWeighting.Equal) drawn = WithErrorsOf(resampler.Original, drawn);
            LawFit refit = refits.Draw(stream.Fork(draw)), expected = law.Fit(drawn, options);
            Assert.Equal(expected.Parameters.Select(static p => p.State), refit.Parameters.Select(static p => p.State));
            for (int j = 0; j < refit.Values.Length; j++) Assert.Equal(expected.Values[j], refit.Values[j], law.IsLinear ? 1e-13 : 1e-8);
        }
    }

    // A refit counts each point as the fit of the curve as measured does, whatever errors the draw has or lacks.
    private static RewardCurve WithErrorsOf(RewardCurve original, RewardCurve drawn) => new(drawn.Method, drawn.Label,
        [.. drawn.Points.Zip(original.Points, static (point, from) => point with
        {
            Gold = new(point.Gold.Value, from.Gold.StandardError),
            Proxy = new(point.Proxy.Value, from.Proxy.StandardError),
        })]);

    // Of two seeds every other draw is one of them twice: its points have no scatter, and leaving one out leaves no error at all.
    [Theory]
    [InlineData(LawWeighting.RelativeErrors)]
    [InlineData(LawWeighting.KnownErrors)]
    public void A_fit_weighted_by_errors_can_be_drawn_again_from_prompts_and_from_seeds(LawWeighting weighting)
    {
        var options = new LawFitOptions { Weighting = weighting };
        CurveResampler prompts = new PromptResampler(SharedSamplesTests.Pool(20, 32, RandomStream.FromSeed(6)), Ns),
            seeds = new SeedResampler([Noisy(4), Noisy(5)]), more = new SeedResampler([Noisy(4), Noisy(5), Noisy(6), Noisy(7)]);
        foreach (var resampler in new[] { prompts, seeds, more })
        {
            var bootstrap = LawBootstrap.Run(OveroptimizationLaw.BestOfN, resampler, 200, RandomStream.FromSeed(3), options,
                cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal((200, 0, weighting), (bootstrap.Count, bootstrap.Failures, bootstrap.Original.Weighting));
            var alpha = LawQuantity.Parameter("alpha");
            Assert.True(bootstrap.Percentile(alpha).Contains(bootstrap.Original.Alpha.Value));
            Assert.True(bootstrap.Bca(alpha) is { IsBounded: true } bca && bca.Low < bca.High);
        }
    }

    [Fact]
    public void A_curve_without_errors_cannot_be_weighted_by_them_and_is_refused_before_the_first_draw()
    {
        var resampler = new ResidualResampler(OveroptimizationLaw.BestOfN.Fit(Noisy(1)));
        Assert.Contains("points[0] has no standard error of Gold", Assert.Throws<ArgumentException>(() =>
            LawBootstrap.Run(OveroptimizationLaw.BestOfN, resampler, 100, RandomStream.FromSeed(1),
                new() { Weighting = LawWeighting.KnownErrors }, cancellationToken: TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_covariance_used_is_that_of_the_reward_fitted()
    {
        var prompts = new PromptResampler(SharedSamplesTests.Pool(20, 32, RandomStream.FromSeed(6)), Ns);
        LawWeighting Of(bool gold, RewardTarget target) => LawBootstrap.Run(
            OveroptimizationLaw.BestOfN, new OneCovariance(prompts, gold), 100, RandomStream.FromSeed(1),
            new() { Weighting = LawWeighting.SharedSamples, Target = target },
            cancellationToken: TestContext.Current.CancellationToken).Original.Weighting;
        Assert.Equal(LawWeighting.SharedSamples, Of(gold: false, RewardTarget.Proxy));
        Assert.Equal(LawWeighting.SharedSamples, Of(gold: true, RewardTarget.Gold));
        // Only weights and errors differ: without a covariance the original is fitted as its refits are.
        Assert.Equal(LawWeighting.Equal, Of(gold: true, RewardTarget.Proxy));
        Assert.Equal(LawWeighting.Equal, Of(gold: false, RewardTarget.Gold));
    }

    /// <summary>Prompts whose original curve knows the covariance of one reward only.</summary>
    private sealed class OneCovariance(CurveResampler prompts, bool gold) : CurveResampler
    {
        public override RewardCurve Original { get; } = gold ? prompts.Original with { ProxyCovariance = null }
            : prompts.Original with { GoldCovariance = null };

        public override string UnitName => prompts.UnitName;

        public override int UnitCount => prompts.UnitCount;

        public override RewardCurve Draw(RandomStream stream) => prompts.Draw(stream);

        public override RewardCurve Without(int unit) => prompts.Without(unit);
    }

    [Theory]
    // Noise of 5 percent of the peak, none, and so much that exponents end at their bounds; there the other search, which ends where
    // a step promises less than 1e-12 of the sum of squares, knows no more digits.
    [InlineData(0.026, 1e-8)]
    [InlineData(0, 1e-8)]
    [InlineData(0.2, 1e-5)]
    public void Refits_of_the_power_law_are_where_its_search_from_many_starts_ends_or_better(double noise, double tolerance)
    {
        var law = OveroptimizationLaw.Power;
        var stream = RandomStream.FromSeed(16);
        var refits = PowerRefits.Of(law.Fit(Noisy(4)).Problem)!;
        var values = new double[4];
        int atBound = 0;
        for (int set = 0; set < 40; set++)
        {
            double[] rewards = [.. D.Select((d, i) => d * (0.5 - 0.12 * Math.Pow(d, 1.1)) + noise * stream.Fork(set).Normal((ulong)i))];
            Assert.True(refits.TrySolve(rewards, values));
            var fit = law.Fit(TestCurves.Of(D, rewards));
            double sum = D.Zip(rewards, (d, r) => Math.Pow(r - law.Evaluate(new(d), values[0], values[1], values[2]), 2)).Sum();
            Assert.True(sum <= fit.ResidualSumOfSquares * (1 + 1e-9) + 1e-24, $"set {set}: {sum} against {fit.ResidualSumOfSquares}");
            // Where the search ended in a shallower valley there is nothing to compare.
            if (sum >= fit.ResidualSumOfSquares * (1 - 1e-9))
                for (int j = 0; j < 3; j++) Assert.Equal(fit.Coefficients[j], values[j], tolerance * (1 + Math.Abs(values[j])));
            if (values[2] is 0.01 or 10) atBound++;
        }
        Assert.True(noise < 0.1 ? atBound == 0 : atBound > 0, $"{atBound} at a bound");
    }

    [Fact]
    public void Refits_of_the_power_law_need_beta_and_gamma_free()
    {
        Assert.Null(PowerRefits.Of(OveroptimizationLaw.BestOfN.Fit(Noisy(4)).Problem));
        Assert.Null(PowerRefits.Of(OveroptimizationLaw.Power.Fit(Noisy(4), new LawFitOptions().Fix("gamma", 1)).Problem));
        Assert.Null(PowerRefits.Of(OveroptimizationLaw.Power.Fit(Noisy(4), new LawFitOptions().Fix("beta", 0.1)).Problem));
    }

    [Fact]
    public void Residual_draws_spread_like_the_errors_of_the_fit()
    {
        var fit = OveroptimizationLaw.BestOfN.Fit(Noisy(2));
        var values = LawBootstrap.Run(OveroptimizationLaw.BestOfN, new ResidualResampler(fit), 2000, RandomStream.FromSeed(3),
            cancellationToken: TestContext.Current.CancellationToken)
            .Values(LawQuantity.Parameter("alpha"));
        double mean = values.Average(), deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
        Assert.Equal(1, deviation / fit.Alpha.StandardError, 0.06); // 2000 draws know a deviation within 1.6 percent
        Assert.InRange((mean - fit.Alpha.Value) / fit.Alpha.StandardError, -0.15, 0.15);
    }

    [Fact]
    public void Prompt_draws_spread_like_the_prompt_level_errors()
    {
        var pool = SharedSamplesTests.Pool(80, 32, RandomStream.FromSeed(6));
        var options = new LawFitOptions { Weighting = LawWeighting.SharedSamples };
        var bootstrap = LawBootstrap.Run(OveroptimizationLaw.BestOfN, new PromptResampler(pool, Ns), 2000,
            RandomStream.FromSeed(3), options, cancellationToken: TestContext.Current.CancellationToken);
        var values = bootstrap.Values(LawQuantity.Parameter("alpha"));
        double mean = values.Average(), deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
        Assert.Equal(1, deviation / bootstrap.Original.Alpha.StandardError, 0.08);
        var (theory, percentile, bca) = (bootstrap.Original.Intervals().Parameter("alpha"),
            bootstrap.Percentile(LawQuantity.Parameter("alpha")), bootstrap.Bca(LawQuantity.Parameter("alpha")));
        double width = theory.High - theory.Low;
        Assert.InRange(percentile.Low - theory.Low, -0.1 * width, 0.1 * width);
        Assert.InRange(bca.High - theory.High, -0.1 * width, 0.1 * width);
        Assert.Equal("2000 refits of best-of-n, 80 prompts drawn with replacement", bootstrap.ToString());
    }

    [Fact]
    public void Leaving_a_prompt_out_is_the_curve_of_the_others_and_the_original_is_the_curve_of_all()
    {
        var pool = SharedSamplesTests.Pool(5, 32, RandomStream.FromSeed(6));
        var resampler = new PromptResampler(pool, Ns);
        var expected = BestOfNCurve.From([.. pool.Where((_, i) => i != 2)], Ns);
        var actual = resampler.Without(2);
        for (int k = 0; k < Ns.Length; k++)
        {
            Assert.Equal(expected.Points[k].Gold.Value, actual.Points[k].Gold.Value, 1e-13);
            Assert.Equal(expected.Points[k].Proxy.Value, actual.Points[k].Proxy.Value, 1e-13);
        }
        Assert.Equal(5, resampler.UnitCount);
        Assert.Throws<ArgumentOutOfRangeException>(() => resampler.Without(5));
        Assert.Throws<ArgumentException>(() => new PromptResampler([pool[0]], Ns));
    }

    [Fact]
    public void Seeds_are_averaged_point_by_point_and_drawn_whole()
    {
        RewardCurve One(double gold) => TestCurves.Of([1, 2], [gold, 2 * gold]);
        var resampler = new SeedResampler([One(1), One(2), One(6)]);
        Assert.Equal(3, resampler.Original.Points[0].Gold.Value, 1e-14);
        Assert.Equal(3, resampler.Without(1).Points[0].Gold.Value * 6 / 7, 1e-14);
        var drawn = resampler.Draw(RandomStream.FromSeed(5));
        Assert.Equal(2 * drawn.Points[0].Gold.Value, drawn.Points[1].Gold.Value, 1e-13);
        Assert.Throws<ArgumentException>(() => new SeedResampler([One(1)]));
    }

    [Fact]
    public void Draws_without_a_peak_make_the_interval_unbounded_instead_of_vanishing()
    {
        // A nearly straight curve: some refits turn down, some do not.
        var curve = TestCurves.Of(D, [.. D.Select((d, i) => 0.4 * d + 0.1 * RandomStream.FromSeed(12).Normal((ulong)i))]);
        var bootstrap = LawBootstrap.Run(OveroptimizationLaw.BestOfN,
            new ResidualResampler(OveroptimizationLaw.BestOfN.Fit(curve)), 500, RandomStream.FromSeed(3),
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(double.PositiveInfinity, bootstrap.Percentile(LawQuantity.PeakKl).High);
        Assert.Contains("unbounded", bootstrap.Percentile(LawQuantity.PeakKl).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bca_moves_the_interval_of_a_skewed_quantity_the_right_way()
    {
        // exp(8 alpha) is skewed to the right: its refits' median is near the estimate but leaving out a unit shows the growing
        // error, so BCa lies above percentile. It also follows increasing functions: the BCa interval of alpha, transformed, is
        // that of exp alpha up to the jackknife's acceleration.
        var bootstrap = LawBootstrap.Run(OveroptimizationLaw.BestOfN,
            new PromptResampler(SharedSamplesTests.Pool(30, 16, RandomStream.FromSeed(9)), [1, 2, 4, 8, 16]), 2000, RandomStream.FromSeed(3),
            cancellationToken: TestContext.Current.CancellationToken);
        var skewed = new LawQuantity("exp 8 alpha", static fit => Math.Exp(8 * fit.Alpha.Value));
        var percentile = bootstrap.Percentile(LawQuantity.Parameter("alpha"));
        Assert.Equal(1, bootstrap.Percentile(skewed).Low / Math.Exp(8 * percentile.Low), 1e-2);
        Assert.True(bootstrap.Bca(skewed).High > bootstrap.Percentile(skewed).High);
        Assert.Equal(bootstrap.Bca(skewed), bootstrap.Bca(skewed));
        Assert.True(bootstrap.Bca(skewed).Contains(skewed.Of(bootstrap.Original)));
        Assert.Throws<InvalidOperationException>(() => bootstrap.Values(new LawQuantity("nan", static _ => double.NaN)));
    }

    [Fact]
    public void Drawn_residuals_have_percentile_intervals_only()
    {
        var bootstrap = LawBootstrap.Run(OveroptimizationLaw.BestOfN, new ResidualResampler(OveroptimizationLaw.BestOfN.Fit(Noisy(9))), 200,
            RandomStream.FromSeed(3), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(bootstrap.Percentile(LawQuantity.PeakKl), bootstrap.Bca(LawQuantity.PeakKl));
    }

    [Fact]
    public void A_level_outside_0_and_1_is_named()
    {
        var resampler = new ResidualResampler(OveroptimizationLaw.BestOfN.Fit(Noisy(1)));
        var bootstrap = LawBootstrap.Run(OveroptimizationLaw.BestOfN, resampler, 100, RandomStream.FromSeed(1),
            cancellationToken: TestContext.Current.CancellationToken);
        Levels.MustLieInside0And1(
            level => bootstrap.Percentile(LawQuantity.PeakKl, level), level => bootstrap.Bca(LawQuantity.PeakKl, level));
    }

    [Fact]
    public void Too_few_draws_and_fits_without_residuals_are_refused()
    {
        var fit = OveroptimizationLaw.BestOfN.Fit(Noisy(1));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            LawBootstrap.Run(OveroptimizationLaw.BestOfN, new ResidualResampler(fit), 99, RandomStream.FromSeed(1),
            cancellationToken: TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentException>(static () =>
            new ResidualResampler(OveroptimizationLaw.BestOfN.Fit(TestCurves.Of([1, 2], [0.3, 0.4]))));
    }

    // A custom quantity reads the points of each refit too: they are drawn again, the same ones.
    [Fact]
    public void A_quantity_that_reads_the_points_sees_those_of_its_draw()
    {
        var fit = OveroptimizationLaw.BestOfN.Fit(Noisy(4));
        foreach (CurveResampler resampler in new CurveResampler[] { new ResidualResampler(fit), new SeedResampler([Noisy(4), Noisy(5), Noisy(6)]) })
        {
            var stream = RandomStream.FromSeed(3);
            var error = new LawQuantity("error", static fit => fit.RootMeanSquareError);
            var bootstrap = LawBootstrap.Run(OveroptimizationLaw.BestOfN, resampler, 100, stream,
                cancellationToken: TestContext.Current.CancellationToken);
            double[] expected = [.. Enumerable.Range(0, 100)
                .Select(i => OveroptimizationLaw.BestOfN.Fit(resampler.Draw(stream.Fork(i))).RootMeanSquareError).Order()];
            double[] found = bootstrap.Values(error);
            for (int i = 0; i < found.Length; i++) Assert.Equal(expected[i], found[i], 1e-12);
            Assert.Equal(bootstrap.Bca(error), bootstrap.Bca(error));
        }
    }

    // Percentile and BCa intervals of many units lie close together; the acceleration is of the order of 1 / sqrt(units).
    [Fact]
    public void Many_units_are_left_out_by_sample_and_the_interval_hardly_moves()
    {
        var pool = SharedSamplesTests.Pool(900, 32, RandomStream.FromSeed(6));
        var bootstrap = LawBootstrap.Run(OveroptimizationLaw.BestOfN, new PromptResampler(pool, Ns), 1000, RandomStream.FromSeed(1),
            cancellationToken: TestContext.Current.CancellationToken);
        foreach (var quantity in new[] { LawQuantity.Parameter("alpha"), LawQuantity.Parameter("beta") })
        {
            var (plain, bca) = (bootstrap.Percentile(quantity), bootstrap.Bca(quantity));
            double width = plain.High - plain.Low;
            Assert.NotEqual(plain, bca);
            Assert.InRange(bca.Low, plain.Low - 0.15 * width, plain.Low + 0.15 * width);
            Assert.InRange(bca.High, plain.High - 0.15 * width, plain.High + 0.15 * width);
        }
    }

    [Fact]
    public void Draws_by_default_are_fewer_where_points_are_many()
    {
        Assert.Equal([2000, 2000, 400, 200], new[] { 1, 20_000, 100_000, 1_000_000 }.Select(LawBootstrap.DrawsFor));
        Assert.Throws<ArgumentOutOfRangeException>(() => LawBootstrap.DrawsFor(0));
    }

    [Fact]
    public void Progress_is_told_and_a_bootstrap_and_its_left_out_fits_can_be_stopped()
    {
        var seeds = new SeedResampler([Noisy(4), Noisy(5), Noisy(6)]);
        var told = new System.Collections.Concurrent.ConcurrentBag<double>();
        using var stop = new CancellationTokenSource();
        var bootstrap = LawBootstrap.Run(OveroptimizationLaw.BestOfN, seeds, 1000, RandomStream.FromSeed(3),
            progress: new Told(told.Add), cancellationToken: stop.Token);
        Assert.Equal(Enumerable.Range(1, 100).Select(static percent => percent / 100.0), told.Order());
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => bootstrap.Bca(LawQuantity.PeakKl, cancellationToken: stop.Token));
        Assert.Throws<OperationCanceledException>(() => LawBootstrap.Run(OveroptimizationLaw.BestOfN, seeds, 1000,
            RandomStream.FromSeed(3), cancellationToken: stop.Token));
    }

    private sealed class Told(Action<double> tell) : IProgress<double>
    {
        public void Report(double value) => tell(value);
    }
}
