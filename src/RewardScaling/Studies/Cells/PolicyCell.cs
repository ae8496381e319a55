using System.Text.Json.Serialization.Metadata;
using RewardScaling.Models;
using RewardScaling.Policies;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies.Cells;

/// <summary>Pre-trains an initial policy on the corpus, or takes the one that is there.</summary>
internal sealed class PolicyCell : Cell<PolicyDocument, PolicySummary>, IPolicyCell
{
    private const string Weights = ".safetensors";
    private const int StepsBetweenCheckpoints = 200;
    private const int SampleCount = 3;

    private readonly FolderPolicy? _folder;
    private readonly string _purpose;

    /// <summary>A policy.</summary>
    /// <param name="run">The study.</param>
    /// <param name="size">Its size, where the study makes it.</param>
    public PolicyCell(StudyRun run, NetworkSize size)
        : this(run, run.Inputs.Policy as FolderPolicy, size, size == run.Plan.Policy ? "policy"
            : FormattableString.Invariant($"policy w{size.Width}-l{size.Layers}"))
    {
    }

    private PolicyCell(StudyRun run, FolderPolicy? folder, NetworkSize size, string purpose)
        : base(run, StudyCellKind.Policy, purpose.Replace(' ', '-'),
        Json(new(WorldConfiguration.Of(run), run.Inputs.PolicyIdentity,
            folder is null ? size : null, folder is null ? run.Plan.Pretraining with { MicroBatchSize = 1 } : null, purpose),
            CellJson.Default.PolicyConfiguration), []) => (_folder, Size, _purpose) = (folder, folder is null ? size : null,
            purpose);

    /// <inheritdoc/>
    public NetworkSize? Size { get; }

    /// <inheritdoc/>
    public override CellCost Cost => CellCosts.Policy(Run, Size);

    private protected override JsonTypeInfo<PolicyDocument> Type => StudyJson.Default.PolicyDocument;

    /// <inheritdoc/>
    public long Parameters(StudyFolder folder) => Read(folder).Parameters;

    /// <inheritdoc/>
    public ITrainablePolicy Load(StudyRun run, StudyFolder folder)
    {
        _ = Read(folder);
        return run.Engine.LoadPolicy(_folder?.Path ?? folder.PathOf(Name + Weights));
    }

    /// <inheritdoc/>
    public override async Task MakeAsync(CellWork work)
    {
        var run = work.Run;
        using var policy = _folder is null
            ? run.Engine.CreatePolicy(Size!.Shape(run.Vocabulary, run.Context), run.Stream($"{_purpose} weights"))
            : run.Engine.LoadPolicy(_folder.Path);
        var trained = _folder is null ? Train(work, policy) : null;
        var summary = new PolicySummary
        {
            Description = _folder is null ? PolicySummary.Trained : "the model " + _folder.Path,
            Size = Size,
            StudySeed = run.Plan.Seed,
            Parameters = policy.ParameterCount,
            InitialHeldOutLoss = trained?.InitialHeldOutLoss,
            HeldOutLoss = trained?.HeldOutLoss,
            Samples = await SampleAsync(work, policy).ConfigureAwait(false),
            Warnings = work.Warnings ?? [],
        };
        if (_folder is null) policy.Save(work.Files.PathOf(Name + Weights));
        Write(work, PolicyDocument.Of(summary));
    }

    private protected override IReadOnlyList<string> Files(PolicyDocument document) => _folder is null ? [Name + Weights] : [];

    private protected override PolicySummary Meaning(PolicyDocument document, StudyFolder folder) =>
        document.ToSummary(Size, Run.Plan.Seed);

    private protected override string Words(PolicySummary value) => value.ToString();

    private PretrainingResult Train(CellWork work, ITrainablePolicy policy) =>
        new Pretrainer(work.Plan.Pretraining, work.Time, work.Logger<Pretrainer>()).Train(policy, work.Run.Inputs.Corpus!,
            work.Run.Stream($"{_purpose} windows"), work.Files.Checkpoints(StepsBetweenCheckpoints),
            work.Part<PretrainingProgress>(0, 1, static at => ((double)at.Step / at.Steps,
                FormattableString.Invariant($"held-out loss {at.HeldOutLoss.Value:F3} nats per token, {at.TokensPerSecond / 1000:F0}k tokens/s"))),
            work.Cancellation);

    private static async Task<IReadOnlyList<TextRollout>> SampleAsync(CellWork work, ITrainablePolicy policy)
    {
        var run = work.Run;
        var prompts = run.EvaluationPrompts.Slice(0, Math.Min(SampleCount, run.Plan.EvaluationPrompts));
        var pool = await run.Sampler(policy).SamplePoolAsync(prompts, 1, run.Stream("policy samples"),
            cancellationToken: work.Cancellation).ConfigureAwait(false);
        return [.. Enumerable.Range(0, prompts.Count).Select(i =>
            new TextRollout(pool.Rollouts.Prompt(i), pool.Rollouts.Response(i)))];
    }
}
