using System.Text.Json.Serialization.Metadata;
using RewardScaling.Curves;
using RewardScaling.Models;
using RewardScaling.Ppo;

namespace RewardScaling.Studies.Cells;

/// <summary>A run: its points, why it ended, the last KL that was held against the budget, and the steps whose policies are kept
/// besides the last.</summary>
internal sealed record PpoDocument(
    IReadOnlyList<PointDocument> Points, PpoStopReason Stop, double ProbedKl, int[]? Kept = null,
    IReadOnlyList<string>? Warnings = null);

/// <summary>A run as it is kept.</summary>
internal sealed record PpoKept(RewardCurve Curve, PpoStopReason Stop, double ProbedKl, IReadOnlyList<int> Kept,
    IReadOnlyList<string> Warnings)
{
    public int Steps => (int)Curve.Points[^1].Effort;
}

/// <summary>
/// PPO against a proxy; gold only looks on. How far the run goes is not part of what it is: a run whose budget was raised goes on
/// from where it ended, for which its state is kept, and one that went farther than is asked for stays as it is.
/// </summary>
internal sealed class PpoCell : Cell<PpoDocument, PpoKept>, IPolicyCell
{
    private const string Weights = ".safetensors", Metrics = ".metrics.jsonl";
    private const int StepsBetweenCheckpoints = 10;

    private readonly Choice _choice;
    private readonly GoldCell _gold;

    /// <summary>A run of PPO.</summary>
    /// <param name="run">The study.</param>
    /// <param name="choice">Which one.</param>
    /// <param name="gold">Gold.</param>
    public PpoCell(StudyRun run, Choice choice, GoldCell gold)
        : base(run, StudyCellKind.Ppo, Word(choice), Json(Configuration(run, choice), CellJson.Default.PpoConfiguration),
            [(Cell)choice.Start, (Cell)choice.Reference, choice.Rewarder, gold]) => (_choice, _gold) = (choice, gold);

    /// <inheritdoc/>
    public NetworkSize? Size => _choice.Start.Size;

    /// <summary>What is optimised against.</summary>
    public RewarderCell Rewarder => _choice.Rewarder;

    /// <inheritdoc/>
    public override CellCost Cost => CellCosts.Ppo(Run, Size, Rewarder.ScorerSize, _gold.ScorerSize, Options);

    /// <summary>What it costs where it ends after so many steps.</summary>
    public CellCost CostTo(int steps) =>
        CellCosts.Ppo(Run, Size, Rewarder.ScorerSize, _gold.ScorerSize, Options with { MaximumSteps = steps });

    private protected override JsonTypeInfo<PpoDocument> Type => StudyJson.Default.PpoDocument;

    private PpoOptions Options => _choice.Options(Run.Plan);

    /// <inheritdoc/>
    public long Parameters(StudyFolder folder) => _choice.Start.Parameters(folder);

    /// <inheritdoc/>
    public ITrainablePolicy Load(StudyRun run, StudyFolder folder)
    {
        _ = Read(folder);
        return run.Engine.LoadPolicy(folder.PathOf(Name + Weights));
    }

    /// <inheritdoc/>
    public LoadedPolicy Open(CellWork work)
    {
        var policy = Load(work.Run, work.Folder);
        return new(policy, policy);
    }

    /// <summary>The policy at a point of the curve that was kept.</summary>
    public ITrainablePolicy Load(StudyRun run, StudyFolder folder, int step) =>
        step == Read(folder).Steps ? Load(run, folder) : run.Engine.LoadPolicy(folder.PathOf(Snapshot(step)));

    /// <inheritdoc/>
    public override bool KeepsState => true;

    /// <inheritdoc/>
    public override bool IsToBeContinued(StudyFolder folder) =>
        TryRead(folder) is { } kept && kept.Steps < Options.MaximumSteps && kept.ProbedKl < Options.KlBudget.Value;

    /// <inheritdoc/>
    public override async Task MakeAsync(CellWork work)
    {
        var run = work.Run;
        using var policy = _choice.Start.Load(run, work.Folder);
        using var reference = ReferenceEquals(_choice.Start, _choice.Reference) ? null : _choice.Reference.Load(run, work.Folder);
        using var proxy = Rewarder.Load(run, work.Folder, work.Files);
        using var gold = _gold.Load(run, work.Folder, work.Files);
        string label = _choice.Label(Rewarder.Read(work.Folder));
        // What trackers follow while it runs lies with its state; the folder's is whole or not there.
        using var metrics = new PpoMetricsFile(Path.Combine(work.Files.Begin(), "metrics.jsonl"), work.Part<PpoProgress>(0, 1, at =>
            (at.Fraction, FormattableString.Invariant($"{label}: step {at.Metrics.Step}, KL {at.LastPoint.Kl.Value:F1}, proxy {at.LastPoint.Proxy.Value:F2}, gold {at.LastPoint.Gold.Value:F2}"))));
        var snapshots = new Snapshots(_choice.Keep, work.Files.Begin());
        using var result = await new PpoTrainer(Options, work.Time, work.Logger<PpoTrainer>()).TrainAsync(
            new()
            {
                InitialPolicy = policy,
                Reference = reference,
                Proxy = proxy.Scorer,
                Tokenizer = run.Tokenizer,
                Prompts = run.Prompts.Next,
                ResponseLength = run.Plan.ResponseLength,
                EndToken = run.Inputs.EndToken,
                Label = label,
            },
            new()
            {
                Gold = gold.Scorer,
                Prompts = run.EvaluationPrompts,
                RolloutsPerPrompt = run.Plan.PpoRolloutsPerPrompt,
                Schedule = run.Plan.PpoSchedule,
                Measured = snapshots.Take,
            },
            run.Stream(_choice.Purpose), work.Files.Checkpoints(StepsBetweenCheckpoints), metrics, work.Cancellation)
            .ConfigureAwait(false);
        metrics.Dispose();
        // From here the files of a shorter run are replaced; without its document the cell counts as unfinished, and its state
        // brings it here again.
        work.Files.Withdraw();
        int[] kept = [.. _choice.Keep.Of(result.Curve.Points).Select(static point => (int)point.Effort)
            .Where(step => step != (int)result.Curve.Points[^1].Effort)];
        foreach (int step in kept) File.Copy(snapshots.PathOf(step), work.Files.PathOf(Snapshot(step)), overwrite: true);
        result.Policy.Save(work.Files.PathOf(Name + Weights));
        PpoMetricsFile.Write(work.Files.PathOf(Name + Metrics), result);
        Write(work, new([.. result.Curve.Points.Select(point => PointDocument.Of(point, result.Curve.Method))], result.Stop,
            result.ProbedKl, kept.Length == 0 ? null : kept, work.Warnings));
        snapshots.Keep([.. kept, (int)result.Curve.Points[^1].Effort]);
    }

    private protected override IReadOnlyList<string> Files(PpoDocument document) =>
        [Name + Weights, Name + Metrics, .. (document.Kept ?? []).Select(Snapshot)];

    private protected override PpoKept Meaning(PpoDocument document, StudyFolder folder)
    {
        var curve = new RewardCurve(OptimizationMethod.ReinforcementLearning, _choice.Label(Rewarder.Read(folder)),
            [.. document.Points.Select(static point => point.ToPoint())]);
        double last = -1;
        foreach (var point in curve.Points)
        {
            if (point.Effort <= last || point.Effort != Math.Truncate(point.Effort))
                throw new InvalidDataException(FormattableString.Invariant($"step {point.Effort} follows step {last}"));
            last = point.Effort;
        }
        return new(curve, document.Stop, document.ProbedKl, document.Kept ?? [], document.Warnings ?? []);
    }

    private protected override string Words(PpoKept value) => FormattableString.Invariant(
        $"{value.Curve.Label}: {value.Steps} steps, KL to {value.Curve.Points.Max(static point => point.Kl.Value):F1} nats");

    private string Snapshot(int step) => FormattableString.Invariant($"{Name}.step-{step:D6}{Weights}");

    private static PpoConfiguration Configuration(StudyRun run, Choice choice)
    {
        var options = choice.Options(run.Plan);
        bool ends = choice.Rounds.Count > 1;
        return new(WorldConfiguration.Of(run), options.Decisive, run.Plan.PpoSchedule, run.Plan.EvaluationPrompts,
            run.Plan.PpoRolloutsPerPrompt, choice.Purpose, ends ? options.KlBudget.Value : null, ends ? options.MaximumSteps
            : null,
            choice.Keep == KeptPolicies.Last ? null : choice.Keep);
    }

    private static string Word(Choice choice) => "ppo-" + choice.Rewarder.Purpose.Replace(' ', '-')
        + (choice.Seed == 0 ? "" : FormattableString.Invariant($"-p{choice.Seed}"))
        + (choice.Round == 1 ? "" : FormattableString.Invariant($"-r{choice.Round}"));

    /// <summary>Which run of a plan.</summary>
    /// <param name="Start">The policy it starts from.</param>
    /// <param name="Reference">The policy KL is measured from.</param>
    /// <param name="Rewarder">What is optimised against.</param>
    /// <param name="Penalty">The KL penalty.</param>
    /// <param name="Seed">Which of several, from 0.</param>
    /// <param name="Rounds">The rounds it belongs to.</param>
    /// <param name="Round">Which of these, from 1.</param>
    /// <param name="Keep">The policies it keeps.</param>
    public sealed record Choice(IPolicyCell Start, IPolicyCell Reference, RewarderCell Rewarder, KlPenalty Penalty, int Seed,
        RlhfRounds Rounds, int Round, KeptPolicies Keep)
    {
        /// <summary>What its random numbers are for.</summary>
        public string Purpose => "ppo-" + Rewarder.Purpose + (Seed == 0 ? "" : FormattableString.Invariant($", run {Seed}"))
            + (Round == 1 ? "" : FormattableString.Invariant($", round {Round}"));

        /// <summary>How it runs; of rounds each has its share of the way d = √KL.</summary>
        public PpoOptions Options(StudyPlan plan)
        {
            double share = (Rounds.Reference == RoundReference.First ? Round : 1.0) / Rounds.Count;
            return plan.Ppo with
            {
                KlCoefficient = Penalty.Coefficient,
                KlPlacement = Penalty.Placement,
                KlBudget = Rounds.Count == 1 ? plan.Ppo.KlBudget : new(plan.Ppo.KlBudget.Value * share * share),
            };
        }

        /// <summary>A name for legends and tables.</summary>
        public string Label(ProxySummary proxy) => proxy.Label + (Penalty.Coefficient == 0 ? "" : $", {Penalty}")
            + (Seed == 0 ? "" : FormattableString.Invariant($", run {Seed}"))
            + (Rounds.Count == 1 ? "" : FormattableString.Invariant($", round {Round} of {Rounds.Count}"));
    }
}
