using System.Text.Json.Serialization.Metadata;
using RewardScaling.BestOfN;

namespace RewardScaling.Studies.Cells;

internal sealed record BestOfNDocument(int Prompts, int[] N);

/// <summary>What the scores of a pool come to at every n: each prompt's unbiased estimates.</summary>
internal sealed class BestOfNCell : Cell<BestOfNDocument, BestOfNEstimates>
{
    private const string Estimates = ".estimates";

    private readonly ScoresCell _gold;
    private readonly IReadOnlyList<ScoresCell> _proxies;
    private readonly SelectionRule _rule;

    /// <summary>Best-of-n against a proxy.</summary>
    /// <param name="run">The study.</param>
    /// <param name="rewarder">What is optimised against.</param>
    /// <param name="gold">The pool's scores by gold.</param>
    /// <param name="proxies">Its scores by the proxy, or by each member of an ensemble.</param>
    /// <param name="rule">How it selects.</param>
    public BestOfNCell(StudyRun run, RewarderCell rewarder, ScoresCell gold, IReadOnlyList<ScoresCell> proxies,
        SelectionRule rule)
        : base(run, StudyCellKind.BestOfN, (rule == SelectionRule.BestOfN ? "best-of-n-" : "best-of-poisson-") + rewarder.Purpose.Replace(' ', '-'),
            Json(new(All(run.Plan, rule), (rewarder as EnsembleCell)?.Choice, rule == SelectionRule.BestOfN ? null : rule),
            CellJson.Default.BestOfNConfiguration), [rewarder, gold, .. proxies]) =>
        (Rewarder, _gold, _proxies, _rule) = (rewarder, gold, proxies, rule);

    /// <summary>What is optimised against.</summary>
    public RewarderCell Rewarder { get; }

    /// <summary>The n of the curve; of best-of-Poisson those the pool allows.</summary>
    public IReadOnlyList<int> N => _rule == SelectionRule.BestOfN ? Run.Plan.BestOfN
        : PoissonEstimates.Allowed(Run.Plan.BestOfN, Run.Plan.PoolSize);

    /// <summary>A name for legends and tables.</summary>
    public string Label(ProxySummary proxy) => _rule == SelectionRule.BestOfN ? proxy.Label : $"{proxy.Label}, best-of-Poisson";

    /// <inheritdoc/>
    public override CellCost Cost => CellCosts.BestOfN(Run);

    private protected override JsonTypeInfo<BestOfNDocument> Type => StudyJson.Default.BestOfNDocument;

    /// <summary>The proxy's score of each rollout, an ensemble's made of its members'. The cells above are whole.</summary>
    public double[] Scores(StudyFolder folder)
    {
        if (Rewarder is not EnsembleCell ensemble) return _proxies[0].Load(folder);
        double mean = ensemble.Read(folder).Mean;
        double[][] members = [.. _proxies.Select(scores => scores.Load(folder))];
        var combined = new double[members[0].Length];
        for (int rollout = 0; rollout < combined.Length; rollout++)
            combined[rollout] = ensemble.Choice.Combine(Array.ConvertAll(members, of => of[rollout])) - mean;
        return combined;
    }

    /// <inheritdoc/>
    public override Task MakeAsync(CellWork work)
    {
        var pool = _gold.Pool.Load(work.Folder);
        var scored = pool.Scored(Scores(work.Folder), _gold.Load(work.Folder));
        int[] all = All(work.Plan, _rule);
        var estimates = _rule == SelectionRule.BestOfN ? BestOfNEstimates.Of(scored, all) : PoissonEstimates.Of(scored, all);
        PoolFile.WriteNumbers(work.Files.PathOf(Name + Estimates), estimates.N.SelectMany((_, k) =>
            estimates.Proxy[k].Concat(estimates.Gold[k])).ToArray());
        Write(work, new(pool.PromptCount, estimates.N));
        return Task.CompletedTask;
    }

    private protected override IReadOnlyList<string> Files(BestOfNDocument document) => [Name + Estimates];

    private protected override BestOfNEstimates Meaning(BestOfNDocument document, StudyFolder folder)
    {
        int count = document.Prompts;
        double[] numbers = PoolFile.ReadNumbers(folder.PathOf(Name + Estimates), 2L * count * document.N.Length);
        var estimates = new BestOfNEstimates(document.N,
            [.. document.N.Select((_, k) => numbers[(2 * k * count)..((2 * k + 1) * count)])],
            [.. document.N.Select((_, k) => numbers[((2 * k + 1) * count)..((2 * k + 2) * count)])])
        { Rule = _rule };
        estimates.Require(N, Run.Plan.EvaluationPrompts);
        return estimates;
    }

    private protected override string Words(BestOfNEstimates value) => FormattableString.Invariant(
        $"KL to {value.ToCurve("", N).Points.Max(static point => point.Kl.Value):F2} nats");

    private static int[] All(StudyPlan plan, SelectionRule rule)
    {
        int[] all = AllN.Around(plan.BestOfN, plan.PoolSize);
        return rule == SelectionRule.BestOfN ? all : PoissonEstimates.Allowed(all, plan.PoolSize);
    }
}
