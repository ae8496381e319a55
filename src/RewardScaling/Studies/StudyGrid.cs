using RewardScaling.BestOfN;
using RewardScaling.Numerics;

namespace RewardScaling.Studies;

/// <summary>One grid of a plan with every axis filled in.</summary>
internal sealed record StudyGrid(
    string Name, int StudySeeds, IReadOnlyList<NetworkSize> Policies, IReadOnlyList<NetworkSize> ProxySizes,
    IReadOnlyList<int> ProxyTrunks, IReadOnlyList<int> Comparisons, IReadOnlyList<double> LabelNoise, int ProxySeeds,
    IReadOnlyList<EnsembleChoice> Ensembles, bool SingleProxies, IReadOnlyList<StudyOptimizer> Optimizers,
    IReadOnlyList<SelectionRule> Selections,
    IReadOnlyList<KlPenalty> KlPenalties, int PolicySeeds, RlhfRounds Rounds)
{
    /// <summary>The grids of a plan: its own axes, then its experiments.</summary>
    public static IReadOnlyList<StudyGrid> Of(StudyPlan plan)
    {
        IReadOnlyList<KlPenalty> own = [KlPenalty.Of(plan.Ppo)];
        var main = new StudyGrid("", plan.StudySeeds, [plan.Policy, .. plan.OtherPolicies], plan.ProxySizes, plan.ProxyTrunks,
            plan.Comparisons, plan.LabelNoise, plan.ProxySeeds, plan.Ensembles, SingleProxies: true, plan.Optimizers,
            plan.Selections,
            plan.KlPenalties.Count == 0 ? own : plan.KlPenalties, plan.PolicySeeds, plan.Rounds);
        return [main, .. plan.Experiments.Select(experiment => new StudyGrid(
            experiment.Name, experiment.StudySeeds ?? main.StudySeeds, experiment.Policies ?? main.Policies,
            experiment.ProxySizes ?? main.ProxySizes, experiment.ProxyTrunks ?? main.ProxyTrunks,
            experiment.Comparisons ?? main.Comparisons, experiment.LabelNoise ?? main.LabelNoise,
            experiment.ProxySeeds ?? main.ProxySeeds, experiment.Ensembles ?? main.Ensembles, experiment.SingleProxies,
            experiment.Optimizers ?? main.Optimizers, experiment.Selections ?? main.Selections,
            experiment.KlPenalties is null ? main.KlPenalties : experiment.KlPenalties is [] ? own : experiment.KlPenalties,
            experiment.PolicySeeds ?? main.PolicySeeds, experiment.Rounds ?? main.Rounds))];
    }

    /// <summary>What stands before the names of its axes in messages.</summary>
    public string Prefix => Name.Length == 0 ? "" : $"Experiments['{Name}'].";

    /// <summary>Notes every fault of the axes.</summary>
    /// <param name="faults">Where they are noted.</param>
    public void Require(Faults faults)
    {
        string prefix = Prefix;
        Positive(StudySeeds, nameof(StudySeeds));
        Positive(ProxySeeds, nameof(ProxySeeds));
        Positive(PolicySeeds, nameof(PolicySeeds));
        Different(Policies, nameof(Policies), "one policy or more");
        for (int i = 0; i < Policies.Count; i++)
        {
            // The first one is the plan's, and named as such there.
            string name = Name.Length > 0 ? $"{prefix}{nameof(Policies)}[{i}]" : i == 0 ? nameof(StudyPlan.Policy)
                : $"{nameof(StudyPlan.OtherPolicies)}[{i - 1}]";
            Policies[i].Require(faults, name);
        }
        faults.Require(ProxySizes.Count + ProxyTrunks.Count >= 1, prefix + nameof(ProxySizes), "empty", "one size or more");
        for (int i = 0; i < ProxyTrunks.Count; i++)
            faults.Require(ProxyTrunks[i] >= 0, $"{prefix}{nameof(ProxyTrunks)}[{i}]", ProxyTrunks[i], "at least 0");
        Different(ProxyTrunks, nameof(ProxyTrunks), null);
        for (int i = 0; i < ProxySizes.Count; i++) ProxySizes[i].Require(faults, $"{prefix}{nameof(ProxySizes)}[{i}]");
        Different(ProxySizes, nameof(ProxySizes), null);
        for (int i = 0; i < Comparisons.Count; i++)
            faults.Require(Comparisons[i] >= 1, $"{prefix}{nameof(Comparisons)}[{i}]", Comparisons[i], "at least 1");
        Different(Comparisons, nameof(Comparisons), "one number or more");
        for (int i = 0; i < LabelNoise.Count; i++)
            faults.Require(LabelNoise[i] is >= 0 and <= 0.5, $"{prefix}{nameof(LabelNoise)}[{i}]", LabelNoise[i], "in [0, 0.5]");
        Different(LabelNoise, nameof(LabelNoise), "one share or more; 0 for right labels");
        for (int i = 0; i < Ensembles.Count; i++) Ensembles[i].Require(faults, $"{prefix}{nameof(Ensembles)}[{i}]");
        Different(Ensembles, nameof(Ensembles), SingleProxies ? null : "one ensemble or more, as there are no single proxies");
        foreach (var optimizer in Optimizers)
            faults.Require(Enum.IsDefined(optimizer), prefix + nameof(Optimizers), optimizer, "BestOfN or Ppo");
        Different(Optimizers, nameof(Optimizers), "one optimizer or more");
        foreach (var rule in Selections)
            faults.Require(Enum.IsDefined(rule), prefix + nameof(Selections), rule, "BestOfN or BestOfPoisson");
        Different(Selections, nameof(Selections), "one rule or more");
        for (int i = 0; i < KlPenalties.Count; i++) KlPenalties[i].Require(faults, $"{prefix}{nameof(KlPenalties)}[{i}]");
        Different(KlPenalties, nameof(KlPenalties), null);
        Rounds.Require(faults, prefix + nameof(Rounds));
        faults.Require(Rounds.Count == 1 || Optimizers.Contains(StudyOptimizer.Ppo), $"{prefix}{nameof(Rounds)}.{nameof(Rounds.Count)}",
            Rounds.Count, "1 without PPO, as a round goes on from the policy PPO ended with");
        faults.Require(Rounds.Count == 1 || SingleProxies, $"{prefix}{nameof(Rounds)}.{nameof(Rounds.Count)}", Rounds.Count,
            "1 without single proxies, which later rounds train anew");

        void Positive(int value, string name) => faults.Require(value >= 1, prefix + name, value, "at least 1");

        void Different<T>(IReadOnlyList<T> values, string name, string? least)
        {
            if (least is not null) faults.Require(values.Count >= 1, prefix + name, "empty", least);
            faults.Require(values.Distinct().Count() == values.Count, prefix + name, "a list with repetitions", "different ones");
        }
    }
}
