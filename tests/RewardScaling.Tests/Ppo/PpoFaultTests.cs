using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

/// <summary>What goes wrong stops the run, says where, and leaves nothing behind.</summary>
public sealed class PpoFaultTests
{
    private static readonly PpoOptions Options = new() { LearningRate = 0.01, RolloutsPerStep = 8, MaximumSteps = 3 };

    private static World Table(TabularPolicy? policy = null) => new(policy ?? new TabularPolicy(3, 4), static y => y.Sum());

    private static Task<PpoResult> Run(
        World world, Func<PpoProblem, PpoProblem>? change = null, Func<PpoEvaluation, PpoEvaluation>? look = null,
        CancellationTokenSource? source = null) =>
        new PpoTrainer(Options).TrainAsync(
            change?.Invoke(world.Problem) ?? world.Problem, look?.Invoke(world.Evaluation(4)) ?? world.Evaluation(4),
            RandomStream.FromSeed(1), cancellationToken: source?.Token ?? TestContext.Current.CancellationToken);

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public async Task A_proxy_score_that_is_no_number_names_step_rollout_and_prompt(double bad)
    {
        var world = Table();
        // Call 0 is the evaluation, calls 1 and 2 are the steps.
        var proxy = new Scripted((call, scores) =>
        {
            if (call == 2) scores[5] = bad;
            return scores;
        });
        var fault = await Assert.ThrowsAsync<PpoFaultException>(() => Run(world, p => p with { Proxy = proxy }));

        Assert.Equal((2, "proxy score"), (fault.Step, fault.Quantity));
        Assert.Equal($"PPO step 2: proxy score: The reward model Scripted gave rollout 5 of 8 (prompt \"0\") {Score(bad)}",
            fault.Message);
        Assert.True(((TabularPolicy)((TabularPolicy)world.Initial).LastClone!).Disposed);
    }

    [Fact]
    public async Task A_gold_score_that_is_no_number_names_the_evaluation()
    {
        var gold = new Scripted(static (_, scores) => { scores[3] = double.NaN; return scores; });
        var fault = await Assert.ThrowsAsync<PpoFaultException>(() => Run(Table(), null, e => e with { Gold = gold }));

        Assert.Equal($"PPO step 0: gold score: The reward model Scripted gave rollout 3 of 4 (prompt \"0\") {Score(double.NaN)}",
            fault.Message);
    }

    private static string Score(double bad) => FormattableString.Invariant($"the score {bad}; scores must be finite.");

    [Fact]
    public async Task Too_few_scores_too_many_and_none_are_faults()
    {
        async Task<string> Message(Func<int, double[], double[]> script) =>
            (await Assert.ThrowsAsync<PpoFaultException>(() =>
                Run(Table(), p => p with { Proxy = new Scripted(script) }))).Message;

        Assert.Contains("returned 3 scores for 4 rollouts", await Message(static (_, scores) => scores[..3]));
        Assert.Contains("returned 5 scores for 4 rollouts", await Message(static (_, scores) => [.. scores, 1]));
        Assert.Contains("returned null", await Message(static (_, _) => null!));
    }

    [Fact]
    public async Task A_reward_model_that_throws_is_named_and_its_exception_kept()
    {
        var cause = new IOException("connection lost");
        var fault = await Assert.ThrowsAsync<PpoFaultException>(() =>
            Run(Table(), p => p with { Proxy = new Scripted((_, _) => throw cause) }));

        Assert.Equal("PPO step 0: proxy score: connection lost", fault.Message);
        Assert.Same(cause, fault.InnerException);
    }

    [Fact]
    public async Task A_reward_model_that_gives_up_by_itself_is_a_fault_and_not_a_cancellation() =>
        await Assert.ThrowsAsync<PpoFaultException>(() =>
            Run(Table(), p => p with { Proxy = new Scripted((_, _) => throw new OperationCanceledException()) }));

    [Fact]
    public async Task A_reward_model_that_hangs_can_be_left()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var run = Run(Table(), p => p with { Proxy = new Silent() }, null, source);
        Assert.False(run.IsCompleted);
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task A_cancelled_run_stops_between_steps()
    {
        using var source = new CancellationTokenSource();
        var world = Table();
        var proxy = new Scripted((call, scores) => { if (call == 2) source.Cancel(); return scores; });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run(world, p => p with { Proxy = proxy }, null, source));
        Assert.Equal(3, proxy.Calls);
        Assert.True(((TabularPolicy)((TabularPolicy)world.Initial).LastClone!).Disposed);
    }

    [Fact]
    public async Task A_gradient_that_is_no_number_names_the_step()
    {
        var fault = await Assert.ThrowsAsync<PpoFaultException>(() =>
            Run(Table(new TabularPolicy(3, 4) { PoisonGradientAfter = 5 })));

        Assert.Equal("PPO step 2: gradient: epoch 2, minibatch 1: The gradient is not finite.", fault.Message);
    }

    [Fact]
    public async Task A_log_probability_that_is_no_number_names_rollout_token_and_prompt()
    {
        var fault = await Assert.ThrowsAsync<PpoFaultException>(() =>
            Run(Table(new TabularPolicy(3, 4) { PoisonLogProbAfter = 4 })));

        Assert.Equal("PPO step 2: log-probability: NaN at rollout 0, response token 0, prompt \"0\".", fault.Message);
    }

    public static TheoryData<string, string> WrongAnswers => new()
    {
        { "fewer", "answered 1 of " },
        { "another prompt", "an answer to another prompt" },
        { "no values", "log-probabilities and 0 values came for " },
        { "no log-probabilities", ": rollouts: 0 log-probabilities" },
        { "above 0", "the log-probability 1 at response token 0" },
    };

    [Theory]
    [MemberData(nameof(WrongAnswers))]
    public async Task What_is_no_answer_to_the_prompts_is_named(string what, string named)
    {
        var policy = new TabularPolicy(3, 4)
        {
            Answer = answer => what switch
            {
                "fewer" => new(answer.Tokens.Slice(0, 1), answer.LogProbs[..answer.Tokens.Response(0).Length], answer.Values[..answer.Tokens.Response(0).Length]),
                "another prompt" => new(new([.. Enumerable.Range(0, answer.Tokens.Count).Select(i => new TokenSequence(
                    answer.Tokens.Sequence(i).ToArray().Select((token, t) => t == 0 ? (token + 1) % 3 : token).ToArray(), answer.Tokens.PromptLengths[i]))]), answer.LogProbs, answer.Values),
                "no values" => new(answer.Tokens, answer.LogProbs, []),
                "no log-probabilities" => new(answer.Tokens, [], answer.Values),
                _ => new(answer.Tokens, [1, .. answer.LogProbs[1..]], answer.Values),
            },
        };
        var fault = await Assert.ThrowsAsync<PpoFaultException>(() => Run(Table(policy)));
        Assert.StartsWith("PPO step ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entropy_that_is_no_number_names_rollout_token_and_prompt()
    {
        var fault = await Assert.ThrowsAsync<PpoFaultException>(() =>
            Run(Table(new TabularPolicy(3, 4) { PoisonEntropyAfter = 5 })));

        Assert.Equal("PPO step 2: entropy: NaN at rollout 0, response token 0, prompt \"0\".", fault.Message);
    }

    [Fact]
    public async Task Prompts_that_cannot_be_are_named()
    {
        async Task<string> Message(TokenSequence prompt) =>
            (await Assert.ThrowsAsync<PpoFaultException>(() => Run(Table(), p => p with { Prompts = _ => prompt }))).Message;

        Assert.Equal("PPO step 1: prompt: the prompt of rollout 0 is empty.", await Message(default));
        Assert.Contains("already has a response", await Message(new(new[] { 0, 1 }, 1)));
        Assert.Contains("has 2 tokens, which with a response of 3 outgrow the context of 4",
            await Message(new(new[] { 0, 1 }, 2)));
    }

    public static TheoryData<string, Func<PpoProblem, PpoProblem>?, Func<PpoEvaluation, PpoEvaluation>?> Impossible => new()
    {
        { "InitialPolicy = null", static p => p with { InitialPolicy = null! }, null },
        { "Proxy = null", static p => p with { Proxy = null! }, null },
        { "Tokenizer = null", static p => p with { Tokenizer = null! }, null },
        { "Prompts = null", static p => p with { Prompts = null! }, null },
        { "Label = null", static p => p with { Label = null! }, null },
        { "ResponseLength = 0 must be at least 1", static p => p with { ResponseLength = 0 }, null },
        { "ResponseLength = 4 must be below the policy's context, 4", static p => p with { ResponseLength = 4 }, null },
        { "Gold = null", null, static e => e with { Gold = null! } },
        { "Prompts = null", null, static e => e with { Prompts = null! } },
        { "Schedule = null", null, static e => e with { Schedule = null! } },
        { "RolloutsPerPrompt = 0 must be at least 1", null, static e => e with { RolloutsPerPrompt = 0 } },
        { "Prompts.Count x RolloutsPerPrompt = 1 must be at least 2", null, static e => e with { RolloutsPerPrompt = 1 } },
        { "Prompts.TotalResponseTokens = 1 must be 0", null, static e => e with { Prompts = new([new(new[] { 0, 1 }, 1)]) } },
        { "Prompts.LongestSequence = 2 must be at most 1", null, static e => e with { Prompts = new([new(new[] { 0, 1 }, 2)]) } },
        { "DistanceStep = 0", null, static e => e with { Schedule = new() { DistanceStep = 0 } } },
    };

    [Theory]
    [MemberData(nameof(Impossible), DisableDiscoveryEnumeration = true)]
    public async Task An_impossible_task_is_refused_before_anything_runs(string message, Func<PpoProblem, PpoProblem>? change,
        Func<PpoEvaluation, PpoEvaluation>? look)
    {
        var fault = await Assert.ThrowsAsync<ArgumentException>(() => Run(Table(), change, look));

        Assert.Contains(message, fault.Message);
    }

    [Fact]
    public async Task A_proxy_that_scores_all_alike_moves_nothing_and_breaks_nothing()
    {
        var options = Options with { ScoreScaling = ScoreScaling.InitialDeviation, ValueCoefficient = 0 };
        var problem = Table().Problem with { Proxy = new World.ScoreOf(static _ => 0) };
        using var result = await new PpoTrainer(options)
            .TrainAsync(problem, Table().Evaluation(4), RandomStream.FromSeed(1), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(0, result.Curve.Points[^1].Kl.Value);
        Assert.All(result.Metrics, static m => Assert.Equal((0.0, 0.0), (m.ExplainedVariance, m.GradientNorm)));
    }

    private sealed class Scripted(Func<int, double[], double[]> script) : IRewardModel
    {
        public int Calls { get; private set; }

        public ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(script(Calls++, [.. Enumerable.Range(0, rollouts.Count).Select(static i => (double)i)]));
    }

    private sealed class Silent : IRewardModel
    {
        public ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default) =>
            new(new TaskCompletionSource<double[]>().Task);
    }
}
