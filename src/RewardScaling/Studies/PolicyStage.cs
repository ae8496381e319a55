using RewardScaling.Models;
using RewardScaling.Policies;

namespace RewardScaling.Studies;

/// <summary>Pre-trains the initial policy on the corpus.</summary>
internal static class PolicyStage
{
    public const string Name = "policy";

    private const string Weights = Name + ".safetensors";
    private const int StepsBetweenCheckpoints = 200;
    private const int SampleCount = 3;

    public static async Task<(ITrainablePolicy Policy, PolicySummary Summary, StageTiming Timing)> RunAsync(StudyRun run)
    {
        var reporter = run.Begin(StudyStage.Policy);
        var cell = run.Folder.Cell(Name, parents: [], Weights);
        if (cell.Read(StudyJson.Default.PolicyDocument, static document => document.ToSummary()) is { } done)
        {
            reporter.Done(Words(done), cell.Seconds);
            return (run.Engine.LoadPolicy(cell.PathOf(Weights)), done, StudyRun.Timing(Name, cell));
        }
        var policy = run.Engine.CreatePolicy(run.Plan.Policy.Shape(run.Vocabulary, run.Context), run.Stream("policy weights"));
        try
        {
            var trained = new Pretraining(run.Plan.Pretraining).Run(policy, run.Corpus, run.Stream("policy windows"),
                reporter.Part<PretrainingProgress>(0, 1, static at => ((double)at.Step / at.Steps,
                    FormattableString.Invariant($"held-out loss {at.HeldOutLoss.Value:F3} nats per token, {at.TokensPerSecond / 1000:F0}k tokens/s"))),
                cell.Checkpoints(StepsBetweenCheckpoints), run.Cancellation);
            var summary = new PolicySummary
            {
                Parameters = policy.ParameterCount,
                InitialHeldOutLoss = trained.InitialHeldOutLoss,
                HeldOutLoss = trained.HeldOutLoss,
                Samples = await SampleAsync(run, policy).ConfigureAwait(false),
            };
            policy.Save(cell.PathOf(Weights));
            cell.Write(PolicyDocument.Of(summary), StudyJson.Default.PolicyDocument, reporter.Seconds);
            reporter.Done(Words(summary), cell.Seconds);
            return (policy, summary, StudyRun.Timing(Name, cell));
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
