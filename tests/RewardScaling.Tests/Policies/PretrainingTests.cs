using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;

namespace RewardScaling.Tests.Policies;

public sealed class PretrainingTests
{
    private const int Letters = 6, Context = 9;
    private static readonly RandomStream Stream = RandomStream.FromSeed(23);
    private static readonly SyntheticLanguage Language = new(Stream.Fork("language"), Letters);

    private static readonly PretrainingOptions Quick = new()
    {
        Steps = 300,
        BatchSize = 16,
        HeldOutWindows = 400,
        LearningRate = new() { Peak = 0.1 },
        Optimizer = new(),
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // The table is the language's own family, so its loss comes down to the entropy rate; 38,400 letters
    // leave about 15 / 38,400 above it.
    [Fact]
    public void A_bigram_policy_comes_down_to_the_entropy_rate()
    {
        using var policy = new BigramPolicy(Letters, Context);
        PretrainingResult result = new Pretrainer(Quick).Train(policy, Language, Stream, cancellationToken: Cancel);
        Assert.Equal(Math.Log(Letters), result.InitialHeldOutLoss.Value, 5);
        Assert.Equal(Math.Log(Letters), result.Losses[0], 5);
        Assert.Equal(300 * 16 * 8, result.Tokens);
        double excess = result.HeldOutLoss.Value - Language.EntropyRate;
        Assert.InRange(excess, -3 * result.HeldOutLoss.StandardError, 0.01 + 3 * result.HeldOutLoss.StandardError);
        Assert.InRange(result.HeldOutLoss.StandardError, 1e-4, 0.02);
        for (int to = 0; to < Letters; to++)
            Assert.InRange(policy.Probabilities(2)[to] - Language.TransitionProbability(2, to), -0.06, 0.06);
    }

    [Fact]
    public void The_gradient_is_the_finite_difference_of_the_loss()
    {
        using var policy = new BigramPolicy(Letters, Context);
        TokenBatch windows = Language.TrainingBatch(20, Context, Stream);
        new Pretrainer(Quick with { MicroBatchSize = 6 }).Gradient(policy, windows);
        // From uniform, ∂loss/∂logit(a, b) = (count(a) / 6 - count(a, b)) / N: the closed form of the softmax.
        double[] expected = new double[Letters * Letters];
        foreach (int i in Enumerable.Range(0, 20))
        {
            for (int t = 1; t < Context; t++)
            {
                for (int b = 0; b < Letters; b++) expected[windows.Sequence(i)[t - 1] * Letters + b] += 1.0 / Letters / 160;
                expected[windows.Sequence(i)[t - 1] * Letters + windows.Sequence(i)[t]] -= 1.0 / 160;
            }
        }
        for (int k = 0; k < expected.Length; k++) Assert.Equal(expected[k], policy.Gradient[k], 7);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public void Micro_batches_change_no_bit(int microBatch)
    {
        using BigramPolicy whole = new(Letters, Context), parts = new(Letters, Context);
        PretrainingOptions options = Quick with { Steps = 20 };
        PretrainingResult one = new Pretrainer(options).Train(whole, Language, Stream, cancellationToken: Cancel);
        PretrainingResult other =
            new Pretrainer(options with { MicroBatchSize = microBatch }).Train(parts, Language, Stream, cancellationToken: Cancel);
        Assert.Equal(whole.Weights, parts.Weights);
        Assert.Equal(one.Losses, other.Losses);
        Assert.Equal(one.HeldOutLoss, other.HeldOutLoss);
        Assert.Equal(Math.Min(16, microBatch), parts.LargestForward);
    }

    [Fact]
    public void Progress_tells_the_pace_and_the_time_left()
    {
        using var policy = new BigramPolicy(Letters, Context);
        var reports = new List<PretrainingProgress>();
        new Pretrainer(Quick with { Steps = 10, StepsPerEvaluation = 4 }, new StepClock())
            .Train(policy, Language, Stream, progress: new Listener<PretrainingProgress>(reports.Add), cancellationToken: Cancel);
        Assert.Equal(Enumerable.Range(1, 10), reports.Select(report => report.Step));
        Assert.All(reports, report => Assert.Equal(10, report.Steps));
        // One second a step by this clock: 16 windows x 8 tokens a second, and 10 - s seconds left.
        Assert.All(reports, report => Assert.Equal(128, report.TokensPerSecond, 9));
        Assert.Equal(Enumerable.Range(1, 10).Select(s => 10.0 - s), reports.Select(report => report.TimeLeft.TotalSeconds));
        // Held-out losses are measured before, after steps 4 and 8, and at the end.
        Assert.Equal(4, reports.Select(report => report.HeldOutLoss.Value).Distinct().Count());
        Assert.Equal(reports[3].HeldOutLoss, reports[6].HeldOutLoss);
    }

    // 900 letters thrown by dice say nothing of the next 100; what a network learns of them can only harm.
    [Fact]
    public void With_patience_a_small_corpus_is_left_before_it_is_known_by_heart()
    {
        double[] dice = [.. Enumerable.Range(0, 1000).Select(static i => Stream.Fork("dice").Uniform((ulong)i))];
        var corpus = TextCorpus.FromText(
            string.Concat(dice.Select(static u => (char)('a' + (int)(Letters * u)))), "dice", new LetterTokenizer(Letters));
        PretrainingOptions options = Quick with
        {
            Steps = 300,
            HeldOutWindows = 10,
            StepsPerEvaluation = 10,
            LearningRate = new() { Peak = 0.01 },
            Patience = 2,
        };
        var engine = new CpuEngine(1);
        var shape = new TransformerShape { Vocabulary = Letters, Context = Context, Width = 32, Layers = 1, Heads = 2 };
        using var patient = engine.CreatePolicy(shape, Stream.Fork("weights"));
        using var stubborn = engine.CreatePolicy(shape, Stream.Fork("weights"));

        var early = new Pretrainer(options).Train(patient, corpus, Stream, cancellationToken: Cancel);
        var late = new Pretrainer(options with { Patience = 0 }).Train(stubborn, corpus, Stream, cancellationToken: Cancel);

        Assert.InRange(early.Losses.Count, 20, 200);
        Assert.Equal(late.Losses.Take(early.Losses.Count), early.Losses);
        Assert.True(early.HeldOutLoss.Value < late.HeldOutLoss.Value, $"{early.HeldOutLoss} against {late.HeldOutLoss}");
        // What it says of the weights is true of the weights it leaves behind.
        var windows = corpus.HeldOutBatch(options.HeldOutWindows, Context);
        Assert.Equal(Pretrainer.Loss(patient, windows, cancellationToken: Cancel), early.HeldOutLoss);
        Assert.Equal(Pretrainer.Loss(stubborn, windows, cancellationToken: Cancel), late.HeldOutLoss);
    }

    [Fact]
    public void Cancelling_keeps_whole_steps_only()
    {
        using var policy = new BigramPolicy(Letters, Context);
        using var source = new CancellationTokenSource();
        var listener = new Listener<PretrainingProgress>(report =>
        {
            if (report.Step == 3) source.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() =>
            new Pretrainer(Quick).Train(policy, Language, Stream, progress: listener, cancellationToken: source.Token));
        Assert.Equal(3, policy.Steps);
        Assert.All(policy.Gradient.ToArray(), g => Assert.Equal(0, g));
    }

    [Fact]
    public void A_gradient_that_is_not_finite_names_the_step()
    {
        using var policy = new BigramPolicy(Letters, Context) { PoisonedStep = 5 };
        var fault =
            Assert.Throws<NotFiniteNumberException>(() => new Pretrainer(Quick).Train(policy, Language, Stream, cancellationToken: Cancel));
        Assert.StartsWith("Step 5: the gradient is not finite (learning rate ", fault.Message);
        Assert.NotNull(fault.InnerException);
        Assert.All(policy.Gradient.ToArray(), g => Assert.Equal(0, g));
    }

    [Fact]
    public void Policies_and_windows_that_do_not_fit_are_refused()
    {
        using BigramPolicy wide = new(Letters + 1, Context), right = new(Letters, Context);
        Assert.Contains("7 tokens",
            Assert.Throws<ArgumentException>(() => new Pretrainer(Quick).Train(wide, Language, Stream, cancellationToken: Cancel)).Message);
        Assert.Contains("context, 9",
            Assert.Throws<ArgumentException>(() =>
                new Pretrainer(Quick with { WindowLength = 10 }).Train(right, Language, Stream, cancellationToken: Cancel)).Message);
        using var tooLong = new BigramPolicy(Letters, 200);
        TextCorpus corpus = TextCorpus.FromText(string.Concat(Enumerable.Repeat("abc", 400)), "abc", new LetterTokenizer(Letters));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Pretrainer(Quick).Train(tooLong, corpus, Stream, cancellationToken: Cancel));
        TokenBatch prompts = Language.Prompts(2, 4, Stream);
        Assert.Contains("windows[0]", Assert.Throws<ArgumentException>(() => Pretrainer.Loss(right, prompts, 32, Cancel)).Message);
    }

    [Fact]
    public void Defaults_are_those_documented()
    {
        var options = new PretrainingOptions();
        Assert.Equal((1000, 32, 0, 32, 128, 100),
            (options.Steps, options.BatchSize, options.WindowLength, options.MicroBatchSize, options.HeldOutWindows,
                options.StepsPerEvaluation));
        Assert.Equal(new LearningRateSchedule { Peak = 3e-3, WarmUp = 0.05, Decay = LearningRateDecay.Cosine, FinalShare = 0.1 },
            options.LearningRate);
        Assert.Equal(new AdamWOptions { Beta2 = 0.95, WeightDecay = 0.1 }, options.Optimizer);
    }

    [Fact]
    public void Bad_options_are_all_named_at_once()
    {
        var options = new PretrainingOptions
        {
            Steps = 0,
            BatchSize = 0,
            WindowLength = 1,
            MicroBatchSize = 0,
            HeldOutWindows = 1,
            StepsPerEvaluation = 0,
            Patience = -1,
        };
        Assert.Equal(
            "PretrainingOptions: Steps = 0 must be at least 1. BatchSize = 0 must be at least 1. WindowLength = 1 must be at least 2, or 0 for "
            + "the whole context. MicroBatchSize = 0 must be at least 1. HeldOutWindows = 1 must be at least 2. StepsPerEvaluation = 0 must be at least 1. "
            + "Patience = -1 must be at least 0.",
            Assert.Throws<ArgumentException>(options.Validate).Message);
    }
}
