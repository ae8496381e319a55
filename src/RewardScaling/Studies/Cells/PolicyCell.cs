using System.Text.Json.Serialization.Metadata;
using RewardScaling.BestOfN;
using RewardScaling.Models;
using RewardScaling.Policies;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies.Cells;

/// <summary>Pre-trains an initial policy on the corpus, or takes the one that is there: in a folder, or behind a
/// server.</summary>
internal sealed class PolicyCell : Cell<PolicyDocument, PolicySummary>, IPolicyCell
{
    private const string Weights = ".safetensors", Rollouts = ".rollouts";
    private const int StepsBetweenCheckpoints = 200;
    private const int SampleCount = 3;

    private readonly PolicySource _source;
    private readonly string _purpose;

    /// <summary>A policy.</summary>
    /// <param name="run">The study.</param>
    /// <param name="size">Its size, where the study makes it.</param>
    public PolicyCell(StudyRun run, NetworkSize size)
        : this(run, run.Inputs.Policy, size, size == run.Plan.Policy ? "policy"
            : FormattableString.Invariant($"policy w{size.Width}-l{size.Layers}"))
    {
    }

    private PolicyCell(StudyRun run, PolicySource source, NetworkSize size, string purpose)
        : base(run, StudyCellKind.Policy, purpose.Replace(' ', '-'),
            Json(new(WorldConfiguration.Of(run), run.Inputs.PolicyIdentity,
            source is PretrainedPolicy ? size : null,
            source is PretrainedPolicy ? run.Plan.Pretraining with { MicroBatchSize = 1 } : null, purpose,
            source is ServedPolicySource ? run.Plan.NormalizationRollouts : null), CellJson.Default.PolicyConfiguration), []) =>
        (_source, Size, _purpose) = (source, source is PretrainedPolicy ? size : null, purpose);

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
        return _source switch
        {
            FolderPolicy given => run.Engine.LoadPolicy(given.Path),
            ServedPolicySource { Server: var server } => throw new InvalidOperationException($"The policy is {server}, which gives no network; ask it by RewardScaling.Serving.ServedPolicy."),
            _ => run.Engine.LoadPolicy(folder.PathOf(Name + Weights)),
        };
    }

    /// <inheritdoc/>
    public LoadedPolicy Open(CellWork work)
    {
        if (_source is ServedPolicySource served)
            return ServedInitial.Open(work, served, Read(work.Folder).Likeliest, Name);
        var policy = Load(work.Run, work.Folder);
        return new(policy, policy);
    }

    /// <summary>The rollouts that gold and proxies are recentred on: of a server, which is paid, they are sampled once and kept
    /// with this cell. The cell is whole.</summary>
    public async Task<RolloutPool> NormalizationPoolAsync(CellWork work)
    {
        if (_source is ServedPolicySource) return PoolFile.Read(work.Folder.PathOf(Name + Rollouts), work.Run.Tokenizer);
        using var policy = Load(work.Run, work.Folder);
        return await Normalization.SampleAsync(work.Run, policy, work.Cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task MakeAsync(CellWork work) => _source is ServedPolicySource served ? AskAsync(work, served)
        : MakeNetworkAsync(work);

    private async Task MakeNetworkAsync(CellWork work)
    {
        var run = work.Run;
        var folder = _source as FolderPolicy;
        using var policy = folder is null
            ? run.Engine.CreatePolicy(Size!.Shape(run.Vocabulary, run.Context), run.Stream($"{_purpose} weights"))
            : run.Engine.LoadPolicy(folder.Path);
        var trained = folder is null ? Train(work, policy) : null;
        var summary = new PolicySummary
        {
            Description = folder is null ? PolicySummary.Trained : "the model " + folder.Path,
            Size = Size,
            StudySeed = run.Plan.Seed,
            Parameters = policy.ParameterCount,
            InitialHeldOutLoss = trained?.InitialHeldOutLoss,
            HeldOutLoss = trained?.HeldOutLoss,
            Samples = await SampleAsync(work, policy).ConfigureAwait(false),
            Warnings = work.Warnings ?? [],
        };
        if (folder is null) policy.Save(work.Files.PathOf(Name + Weights));
        Write(work, PolicyDocument.Of(summary));
    }

    private async Task AskAsync(CellWork work, ServedPolicySource source)
    {
        var (words, likeliest) = await ServedInitial.AskAsync(work, source).ConfigureAwait(false);
        using var policy = ServedInitial.Open(work, source, null, Name);
        var pool = await Normalization.SampleAsync(work.Run, policy.Policy, work.Cancellation).ConfigureAwait(false);
        PoolFile.Write(work.Files.PathOf(Name + Rollouts), pool);
        string asked = source.Tokenizer is null ? $"by text as {source.Server.Kind}, so that tokens are bytes"
            : $"by token as {source.Server.Kind}";
        Write(work, PolicyDocument.Of(new()
        {
            Description = $"{source.Server}, asked {asked}{ServedInitial.Filled(work.Run, source, pool)}",
            StudySeed = work.Plan.Seed,
            Parameters = 0,
            Samples = await SampleAsync(work, policy.Policy).ConfigureAwait(false),
            Server = words,
            Likeliest = likeliest,
            Warnings = work.Warnings ?? [],
        }));
    }

    private protected override IReadOnlyList<string> Files(PolicyDocument document) => _source switch
    {
        PretrainedPolicy => [Name + Weights],
        ServedPolicySource => [Name + Rollouts],
        _ => [],
    };

    private protected override PolicySummary Meaning(PolicyDocument document, StudyFolder folder) =>
        document.ToSummary(Size, Run.Plan.Seed);

    private protected override string Words(PolicySummary value) => value.ToString();

    private PretrainingResult Train(CellWork work, ITrainablePolicy policy) =>
        new Pretrainer(work.Plan.Pretraining, work.Time, work.Logger<Pretrainer>()).Train(policy, work.Run.Inputs.Corpus!,
            work.Run.Stream($"{_purpose} windows"), work.Files.Checkpoints(StepsBetweenCheckpoints),
            work.Part<PretrainingProgress>(0, 1, static at => ((double)at.Step / at.Steps,
                FormattableString.Invariant($"held-out loss {at.HeldOutLoss.Value:F3} nats per token, {at.TokensPerSecond / 1000:F0}k tokens/s"))),
            work.Cancellation);

    private static async Task<IReadOnlyList<TextRollout>> SampleAsync(CellWork work, IPolicy policy)
    {
        var run = work.Run;
        var prompts = run.EvaluationPrompts.Slice(0, Math.Min(SampleCount, run.Plan.EvaluationPrompts));
        var pool = await run.Sampler(policy).SamplePoolAsync(prompts, 1, run.Stream("policy samples"),
            cancellationToken: work.Cancellation).ConfigureAwait(false);
        return [.. Enumerable.Range(0, prompts.Count).Select(i =>
            new TextRollout(pool.Rollouts.Prompt(i), pool.Rollouts.Response(i)))];
    }
}
