using RewardScaling.Models;
using RewardScaling.Policies;

namespace RewardScaling.Studies;

/// <summary>Pre-trains the initial policy on the corpus.</summary>
internal static class PolicyStage
{
    private const string Name = "policy";
    private const int StepsBetweenCheckpoints = 200;
    private const int SampleCount = 3;

    public static async Task<(ITrainablePolicy Policy, PolicySummary Summary, double Seconds)> RunAsync(StudyRun run)
    {
        var reporter = run.Begin(StudyStage.Policy);
        string weights = run.Folder.PathOf(Name + ".safetensors");
        if (run.Folder.Read(Name, StudyJson.Default.PolicyStageDocument) is { } done)
        {
            run.Folder.DropCheckpoints(Name);
            var summary = done.Policy.ToSummary();
            reporter.Done(Words(summary), done.Seconds);
            return (run.Engine.LoadPolicy(weights), summary, done.Seconds);
        }
        var policy = run.Engine.CreatePolicy(run.Plan.Policy.Shape(run.Vocabulary, run.Context), run.Stream("policy weights"));
        try
        {
            var trained = new Pretraining(run.Plan.Pretraining).Run(policy, run.Corpus, run.Stream("policy windows"),
                reporter.Part<PretrainingProgress>(0, 1, static at => ((double)at.Step / at.Steps,
                    FormattableString.Invariant($"held-out loss {at.HeldOutLoss.Value:F3} nats per token, {at.TokensPerSecond / 1000:F0}k tokens/s"))),
                run.Folder.CheckpointsOf(Name, StepsBetweenCheckpoints), run.Cancellation);
            var summary = new PolicySummary
            {
                Parameters = policy.ParameterCount,
                InitialHeldOutLoss = trained.InitialHeldOutLoss,
                HeldOutLoss = trained.HeldOutLoss,
                Samples = await SampleAsync(run, policy).ConfigureAwait(false),
            };
            policy.Save(weights);
            run.Folder.Write(Name, new(PolicyDocument.Of(summary), reporter.Seconds), StudyJson.Default.PolicyStageDocument);
            run.Folder.DropCheckpoints(Name);
            reporter.Done(Words(summary), reporter.Seconds);
            return (policy, summary, reporter.Seconds);
        }
        catch
        {
            policy.Dispose();
            throw;
        }
    }

    private static async Task<IReadOnlyList<TextSample>> SampleAsync(StudyRun run, ITrainablePolicy policy)
    {
        var prompts = run.EvaluationPrompts.Slice(0, Math.Min(SampleCount, run.Plan.EvaluationPrompts));
        var pool = await run.Sampler(policy).SamplePoolAsync(prompts, 1, run.Stream("policy samples"),
            cancellationToken: run.Cancellation).ConfigureAwait(false);
        return [.. Enumerable.Range(0, prompts.Count).Select(i =>
            new TextSample(pool.Rollouts.Prompt(i), pool.Rollouts.Response(i)))];
    }

    private static string Words(PolicySummary policy) => FormattableString.Invariant(
        $"{policy.Parameters:N0} parameters, held-out loss {policy.HeldOutLoss.Value:F3} nats per token (untrained {policy.InitialHeldOutLoss.Value:F3})");
}
