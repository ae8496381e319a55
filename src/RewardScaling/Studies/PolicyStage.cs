using RewardScaling.Models;
using RewardScaling.Policies;

namespace RewardScaling.Studies;

/// <summary>Pre-trains the initial policy on the corpus, or takes the one that is there.</summary>
internal static class PolicyStage
{
    public const string Name = "policy";

    /// <summary>The folder of a policy that is there already, as a parent.</summary>
    public const string Folder = "policy folder";

    private const string Weights = Name + ".safetensors";
    private const int StepsBetweenCheckpoints = 200;
    private const int SampleCount = 3;

    public static async Task<(ITrainablePolicy Policy, PolicySummary Summary, StageTiming Timing)> RunAsync(StudyRun run)
    {
        var reporter = run.Begin(StudyStage.Policy);
        var folder = run.Inputs.Policy as FolderPolicy;
        var cell = folder is null ? run.Folder.Cell(Name, parents: [], Weights) : run.Folder.Cell(Name, [Folder]);
        if (cell.Read(StudyJson.Default.PolicyDocument, static document => document.ToSummary()) is { } done)
        {
            reporter.Done(done.ToString(), cell.Seconds);
            return (run.Engine.LoadPolicy(folder?.Path ?? cell.PathOf(Weights)), done, StudyRun.Timing(Name, cell));
        }
        cell.Begin();
        var policy = folder is null
            ? run.Engine.CreatePolicy(run.Plan.Policy.Shape(run.Vocabulary, run.Context), run.Stream("policy weights"))
            : run.Engine.LoadPolicy(folder.Path);
        try
        {
            var trained = folder is null ? Train(run, cell, reporter, policy) : null;
            var summary = new PolicySummary
            {
                Description = folder is null ? PolicySummary.Trained : "the model " + folder.Path,
                Parameters = policy.ParameterCount,
                InitialHeldOutLoss = trained?.InitialHeldOutLoss,
                HeldOutLoss = trained?.HeldOutLoss,
                Samples = await SampleAsync(run, policy).ConfigureAwait(false),
            };
            if (folder is null) policy.Save(cell.PathOf(Weights));
            cell.Write(PolicyDocument.Of(summary), StudyJson.Default.PolicyDocument, reporter.Seconds);
            reporter.Done(summary.ToString(), cell.Seconds);
            return (policy, summary, StudyRun.Timing(Name, cell));
        }
        catch
        {
            policy.Dispose();
            throw;
        }
    }

    private static PretrainingResult Train(StudyRun run, StudyCell cell, StageReporter reporter, ITrainablePolicy policy) =>
        new Pretraining(run.Plan.Pretraining).Run(policy, run.Inputs.Corpus!, run.Stream("policy windows"),
            reporter.Part<PretrainingProgress>(0, 1, static at => ((double)at.Step / at.Steps,
                FormattableString.Invariant($"held-out loss {at.HeldOutLoss.Value:F3} nats per token, {at.TokensPerSecond / 1000:F0}k tokens/s"))),
            cell.Checkpoints(StepsBetweenCheckpoints), run.Cancellation);

    private static async Task<IReadOnlyList<TextSample>> SampleAsync(StudyRun run, ITrainablePolicy policy)
    {
        var prompts = run.EvaluationPrompts.Slice(0, Math.Min(SampleCount, run.Plan.EvaluationPrompts));
        var pool = await run.Sampler(policy).SamplePoolAsync(prompts, 1, run.Stream("policy samples"),
            cancellationToken: run.Cancellation).ConfigureAwait(false);
        return [.. Enumerable.Range(0, prompts.Count).Select(i =>
            new TextSample(pool.Rollouts.Prompt(i), pool.Rollouts.Response(i)))];
    }
}
