using RewardScaling.Curves;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>Reads what a study has found out of the cells that are whole.</summary>
internal static class ResultReader
{
    /// <summary>The result, complete or as far as it goes.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="graph">Its cells.</param>
    /// <param name="folder">Where they lie.</param>
    /// <param name="corpus">What it works on, in words.</param>
    /// <param name="engine">The engine, in words.</param>
    /// <param name="version">The version of this library.</param>
    /// <exception cref="InvalidOperationException">Not even the policy and gold of the first study seed are there.</exception>
    /// <exception cref="InvalidDataException">A cell is damaged.</exception>
    public static StudyResult Read(
        StudyPlan plan, StudyGraph graph, StudyFolder folder, string corpus, string engine, string version) =>
        Read(plan, graph, folder, corpus, engine, version, out _);

    /// <summary>The same, with where each curve came from.</summary>
    /// <inheritdoc cref="Read(StudyPlan, StudyGraph, StudyFolder, string, string, string)"/>
    public static StudyResult Read(StudyPlan plan, StudyGraph graph, StudyFolder folder, string corpus, string engine,
        string version,
        out IReadOnlyDictionary<StudyCurve, CurvePlace> places)
    {
        PolicySummary[] policies = [.. graph.Nodes.OfType<PolicyCell>().Select(cell => cell.TryRead(folder))
            .OfType<PolicySummary>()];
        GoldSummary[] golds = [.. graph.Nodes.OfType<GoldCell>().Select(cell => cell.TryRead(folder)).OfType<GoldSummary>()];
        if (policies.Length == 0 || golds.Length == 0)
            throw new InvalidOperationException($"{folder.Path} has no policy or no gold yet; run the study for a while first.");
        var curves = new List<StudyCurve>();
        var found = new Dictionary<StudyCurve, CurvePlace>(ReferenceEqualityComparer.Instance);
        foreach (var place in graph.Curves)
        {
            if (CurveOf(place, folder) is not { } curve) continue;
            curves.Add(curve);
            found.Add(curve, place);
        }
        places = found;
        StageTiming[] timings = [.. graph.Nodes.GroupBy(static cell => StudyStages.Of(cell.Kind)).OrderBy(static stage =>
            stage.Key)
            .Select(stage =>
            {
                Making[] makings = [.. stage.Select(folder.MakingOf).OfType<Making>()];
                return new StageTiming(StudyStages.Name(stage.Key), makings.Sum(static making => making.Seconds))
                {
                    MadeBy = [.. makings.SelectMany(static making => making.MadeBy).Distinct()],
                };
            })];
        return new()
        {
            Plan = plan,
            Corpus = corpus,
            Engine = engine + Others(timings, folder.MadeBy),
            Version = version,
            Policy = policies[0],
            Policies = policies,
            Gold = golds[0],
            Golds = golds,
            Proxies = [.. graph.Curves.Select(static place => place.Rewarder).Distinct().Select(cell => cell.TryRead(folder))
            .OfType<ProxySummary>()],
            Curves = curves,
            Timings = timings,
            IsComplete = curves.Count == graph.Curves.Count,
            Warnings = [.. graph.Nodes.SelectMany(cell => WarningsOf(cell, folder).Select(warning => $"{cell.Name}: {warning}"))],
        };
    }

    private static StudyCurve? CurveOf(CurvePlace place, StudyFolder folder)
    {
        if (place.Rewarder.TryRead(folder) is not { } proxy) return null;
        var run = (place.Cell as PpoCell)?.TryRead(folder);
        RewardCurve? curve = place.Cell is BestOfNCell bestOfN
            ? bestOfN.TryRead(folder)?.ToCurve(bestOfN.Label(proxy), bestOfN.N) : run?.Curve;
        return curve is null ? null : StudyCurve.Of(proxy, curve, place.At with
        {
            PolicyParameters = place.Policy.Parameters(folder),
            ProxySize = proxy.Size,
            ProxyParameters = proxy.Parameters,
        }) with
        { Stop = run?.Stop };
    }

    private static IReadOnlyList<string> WarningsOf(Cell cell, StudyFolder folder) => cell switch
    {
        PolicyCell policy => policy.TryRead(folder)?.Warnings ?? [],
        GoldCell gold => gold.TryRead(folder)?.Warnings ?? [],
        RewarderCell proxy => proxy.TryRead(folder)?.Warnings ?? [],
        PpoCell run => run.TryRead(folder)?.Warnings ?? [],
        _ => [],
    };

    // Numbers differ in rounding between arithmetics, and may between versions: whoever compares bits must know.
    // Each other maker once, with its stages; of many builds the first ones, and how many more.
    internal static string Others(IReadOnlyList<StageTiming> timings, string madeBy)
    {
        const int Named = 2;
        string[] others = [.. timings.SelectMany(static timing => timing.MadeBy).Where(made => made != madeBy).Distinct()];
        if (others.Length == 0) return "";
        string more = others.Length > Named ? FormattableString.Invariant($"; and by {others.Length - Named} other builds") : "";
        return "; parts of it made elsewhere, whose rounding may differ: "
            + string.Join("; ", others.Take(Named).Select(other => $"by {other} ({Stages(other)})")) + more;

        string Stages(string maker)
        {
            string[] made = [.. timings.Where(timing => timing.MadeBy.Contains(maker)).Select(static timing => timing.Stage)];
            return made.Length == timings.Count ? "all stages" : string.Join(", ", made);
        }
    }
}
