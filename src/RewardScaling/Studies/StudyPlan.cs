using System.Text.Json.Serialization;
using RewardScaling.BestOfN;
using RewardScaling.Numerics;
using RewardScaling.Policies;
using RewardScaling.Ppo;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies;

/// <summary>
/// All that is decided before a study starts: how large the networks are, how much data the proxies get, how far the policy is
/// pushed. The same plan, corpus and gold give the same numbers.
/// </summary>
/// <example>
/// <code>
/// StudyPlan plan = StudyPlan.Quick with { Name = "mine", Seed = 7, Comparisons = [500, 5000] };
/// </code>
/// </example>
[TypeFormatterSource]
public sealed record StudyPlan
{
    /// <summary>A name for reports.</summary>
    public required string Name { get; init; }

    /// <summary>Every random number follows from it.</summary>
    /// <value>Default 0.</value>
    public ulong Seed { get; init; }

    /// <summary>
    /// How many studies there are, of the seeds <see cref="Seed"/>, <see cref="Seed"/> + 1 and so on, each with a language, a
    /// policy, a gold and all else of its own; at least 1.
    /// </summary>
    /// <value>Default 1.</value>
    public int StudySeeds { get; init; } = 1;

    /// <summary>Tokens of a prompt, at most as many where prompts are given as texts; at least 1.</summary>
    public required int PromptLength { get; init; }

    /// <summary>Tokens of a response, at most as many where an end token ends it; at least 1.</summary>
    public required int ResponseLength { get; init; }

    /// <summary>The policy, where the study makes one.</summary>
    public required NetworkSize Policy { get; init; }

    /// <summary>
    /// Further policies, optimised against the same gold and the same proxies, which are made on <see cref="Policy"/> and scaled
    /// there: rewards of the others do not start at 0 (Gao et al. 2022, section 3.4).
    /// </summary>
    /// <value>Default none.</value>
    public IReadOnlyList<NetworkSize> OtherPolicies { get; init; } = [];

    /// <summary>How the policy learns to write like the corpus.</summary>
    public required PretrainingOptions Pretraining { get; init; }

    /// <summary>The gold reward model, where it is a network of the study's own; larger than every proxy.</summary>
    public required NetworkSize Gold { get; init; }

    /// <summary>The standard deviation of the weights of a random teacher; positive.</summary>
    /// <value>Default 0.08. The larger, the more rugged its score, and the less of it a proxy can learn.</value>
    public double TeacherDeviation { get; init; } = 0.08;

    /// <summary>
    /// What the deviation of the matrices behind a random teacher's attention is multiplied by; at least 0, see
    /// <see cref="Models.IEngine.CreateRewardModel"/>. Its head is read at every response token (<see
    /// cref="Models.RewardReadout.ResponseMean"/>).
    /// </summary>
    /// <value>Default 0.5: every position of the response counts. With 1 the first ones decide.</value>
    public double TeacherAttention { get; init; } = 0.5;

    /// <summary>What a random teacher thinks of a style besides; null for the network alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] // left out it would come back as the default
    public StyleTaste? TeacherTaste { get; init; } = new();

    /// <summary>How far the synthetic language is from noise, see <see cref="SyntheticLanguage"/>; in [0, 10].</summary>
    /// <value>Default 2, the language's own.</value>
    public double LanguageSharpness { get; init; } = 2;

    /// <summary>The longest sequence a gold model trained on preferences reads, in tokens; longer ones are cut.</summary>
    /// <value>Default 512.</value>
    public int GoldContext { get; init; } = 512;

    /// <summary>How a gold model is trained on preferences.</summary>
    public RewardModelTrainingOptions GoldTraining { get; init; } = new();

    /// <summary>The sizes of the proxies that begin with random weights; at least one here or in <see
    /// cref="ProxyTrunks"/>.</summary>
    public required IReadOnlyList<NetworkSize> ProxySizes { get; init; }

    /// <summary>
    /// Proxies that begin as the policy, under a new head (Stiennon et al. 2020, arXiv:2009.01325): for each, how many of its
    /// lower blocks stay as they are (<see cref="Models.INetwork.Freeze"/>), from 0 to all.
    /// </summary>
    /// <value>Default none.</value>
    public IReadOnlyList<int> ProxyTrunks { get; init; } = [];

    /// <summary>
    /// The numbers of comparisons the proxies are trained on; at least one. A tenth of as many as the
    /// largest is held out besides.
    /// </summary>
    public required IReadOnlyList<int> Comparisons { get; init; }

    /// <summary>
    /// How many proxies of each size and number of comparisons there are, differing in their initial weights and order of data.
    /// </summary>
    /// <value>Default 1.</value>
    public int ProxySeeds { get; init; } = 1;

    /// <summary>The shares of training labels that are turned round, each in [0, 0.5]; held-out labels stay.</summary>
    /// <value>Default 0 alone. Coste et al. 2024 (arXiv:2310.02743, section 3.1) take 0.25.</value>
    public IReadOnlyList<double> LabelNoise { get; init; } = [0];

    /// <summary>Ensembles that are optimised against besides the single proxies; their members are trained where
    /// <see cref="ProxySeeds"/> does not make them already.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<EnsembleChoice> Ensembles { get; init; } = [];

    /// <summary>How the policy is optimised; at least one.</summary>
    /// <value>Default both, best-of-n and PPO.</value>
    public IReadOnlyList<StudyOptimizer> Optimizers { get; init; } = [StudyOptimizer.BestOfN, StudyOptimizer.Ppo];

    /// <summary>How the proxies are trained.</summary>
    public required RewardModelTrainingOptions ProxyTraining { get; init; }

    /// <summary>
    /// On how many rollouts of the initial policy the scores are recentred and gold's variance is measured; at least 2.
    /// </summary>
    /// <value>Default 4096: the mean of a unit-variance score is then known to 0.016.</value>
    public int NormalizationRollouts { get; init; } = 4096;

    /// <summary>How many prompts best-of-n and PPO are evaluated on; at least 2. Both use the same ones.</summary>
    public required int EvaluationPrompts { get; init; }

    /// <summary>N: how many rollouts each prompt of the best-of-n pool has.</summary>
    public required int PoolSize { get; init; }

    /// <summary>The n at which best-of-n is measured, each in [1, <see cref="PoolSize"/>].</summary>
    public required IReadOnlyList<int> BestOfN { get; init; }

    /// <summary>How best-of-n selects from a pool, a curve each; at least one. Best-of-Poisson is measured at the mean numbers of
    /// samples 1 + μ that are in <see cref="BestOfN"/>, as far as the pool has samples enough.</summary>
    /// <value>Default <see cref="SelectionRule.BestOfN"/> alone.</value>
    public IReadOnlyList<SelectionRule> Selections { get; init; } = [SelectionRule.BestOfN];

    /// <summary>The KL penalties PPO runs with, one run each; none for that of <see cref="Ppo"/>.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<KlPenalty> KlPenalties { get; init; } = [];

    /// <summary>How many runs of PPO there are against each proxy, differing in their randomness; at least 1.</summary>
    /// <value>Default 1.</value>
    public int PolicySeeds { get; init; } = 1;

    /// <summary>How often comparisons, proxy and PPO follow each other.</summary>
    /// <value>Default once.</value>
    public RlhfRounds Rounds { get; init; } = new();

    /// <summary>Which policies along a run of PPO are kept.</summary>
    /// <value>Default <see cref="KeptPolicies.Last"/>.</value>
    public KeptPolicies KeepPolicies { get; init; } = KeptPolicies.Last;

    /// <summary>How PPO runs. <see cref="PpoOptions.MaximumSteps"/> and <see cref="PpoOptions.KlBudget"/> may be raised later:
    /// the runs then go on from where they ended.</summary>
    public required PpoOptions Ppo { get; init; }

    /// <summary>How many rollouts each evaluation prompt gets at each point of a PPO curve; at least 1.</summary>
    /// <value>Default 2.</value>
    public int PpoRolloutsPerPrompt { get; init; } = 2;

    /// <summary>At which distances PPO is evaluated, and after how many steps at the latest: a law needs two points besides the
    /// start, and a policy that hardly moves gives them by steps.</summary>
    /// <value>Default the schedule's own, and after 100 steps at the latest.</value>
    public PpoEvaluationSchedule PpoSchedule { get; init; } = new() { MaximumStepsBetween = 100 };

    /// <summary>
    /// The server that has the initial policy, in place of one that the study trains; null for none. Then best-of-n alone is run:
    /// <see cref="Policy"/> and <see cref="Pretraining"/> are not asked, and PPO is refused.
    /// </summary>
    /// <value>Default null.</value>
    public PolicyServer? PolicyServer { get; init; }

    /// <summary>The server that has the gold reward model; null for none.</summary>
    /// <value>Default null.</value>
    public RewardServer? GoldServer { get; init; }

    /// <summary>Servers with proxies, which are not trained and are optimised against beside the trained ones.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<RewardServer> ProxyServers { get; init; } = [];

    /// <summary>Further grids beside the one that the axes above span.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<StudyExperiment> Experiments { get; init; } = [];

    /// <summary>
    /// Minutes on two cores: a policy of 104,000 parameters, two sizes of proxy and three numbers of comparisons.
    /// </summary>
    public static StudyPlan Quick => StudyPlans.Quick;

    /// <summary>
    /// The plan of the same name for text instead of the synthetic language: longer responses and a larger policy.
    /// </summary>
    public static StudyPlan QuickText => StudyPlans.QuickText;

    /// <summary>More sizes, more data, three seeds of each proxy.</summary>
    public static StudyPlan Full => StudyPlans.Full;

    /// <summary>The plan of the same name for text.</summary>
    public static StudyPlan FullText => StudyPlans.FullText;

    /// <summary>Every experiment of the paper at the scale of a laptop, hours of it: four sizes, eight numbers of comparisons,
    /// three study seeds; a second policy, KL penalties, label noise, ensembles and rounds at one or two reward models
    /// each.</summary>
    public static StudyPlan Paper => StudyPlans.Paper;

    /// <summary>
    /// The experiments of the paper at its own scale, with what it states (1.2 and 6 billion parameters of policy, 3 million to 3
    /// billion of reward models, 90,000 comparisons, n to 60,000, PPO's batch) and, where it states nothing, a choice that
    /// docs/study.md names. To be printed and priced; no machine of one person runs it.
    /// </summary>
    public static StudyPlan PaperScale => StudyPlans.PaperScale;

    /// <summary>Reads a plan that <see cref="ToJson"/> wrote, or a person by <see cref="JsonSchema"/>.</summary>
    /// <param name="json">The document; members that are left out have their defaults.</param>
    /// <exception cref="InvalidDataException">It is no plan; the message says where: a member there is none of, a value of
    /// another kind, one that must be there and is not.</exception>
    /// <exception cref="ArgumentException">It is a plan that cannot be carried out; the message names every fault.</exception>
    public static StudyPlan FromJson(string json) => PlanDocument.Read(json, "the plan");

    /// <summary>Reads a plan from a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <inheritdoc cref="FromJson"/>
    public static StudyPlan FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return PlanDocument.Read(File.ReadAllText(path), path);
    }

    /// <summary>What a plan's document may say, as JSON Schema (draft 2020-12).</summary>
    public static string JsonSchema => PlanDocument.Schema;

    /// <summary>The plan as a document, every default written out; infinities are the texts "Infinity" and "-Infinity".</summary>
    public string ToJson() => PlanDocument.Write(this);

    /// <summary>Faults a plan that cannot be carried out.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(StudyPlan));
        faults.Require(!string.IsNullOrEmpty(Name), nameof(Name), $"'{Name}'", "a name");
        faults.Require(PromptLength >= 1, nameof(PromptLength), PromptLength, "at least 1");
        faults.Require(ResponseLength >= 1, nameof(ResponseLength), ResponseLength, "at least 1");
        Gold.Require(faults, nameof(Gold));
        faults.Require(TeacherDeviation > 0 && double.IsFinite(TeacherDeviation), nameof(TeacherDeviation), TeacherDeviation, "positive and finite");
        faults.Require(TeacherAttention >= 0 && double.IsFinite(TeacherAttention), nameof(TeacherAttention), TeacherAttention,
            "at least 0 and finite");
        TeacherTaste?.Require(faults, nameof(TeacherTaste));
        faults.Require(LanguageSharpness is >= 0 and <= 10, nameof(LanguageSharpness), LanguageSharpness, "in [0, 10]");
        faults.Require(GoldContext >= PromptLength + ResponseLength, nameof(GoldContext), GoldContext, $"at least prompt and response, {PromptLength + ResponseLength}");
        var grids = StudyGrid.Of(this);
        foreach (var grid in grids) grid.Require(faults);
        var names = Experiments.Select(static experiment => experiment.Name).ToArray();
        faults.Require(names.All(static name => !string.IsNullOrEmpty(name)) && names.Distinct().Count() == names.Length,
            nameof(Experiments), string.Join(", ", names), "experiments of different names");
        int most = grids.SelectMany(static grid => grid.Comparisons).DefaultIfEmpty(0).Max();
        faults.Require(most == 0 || most >= 20, nameof(Comparisons), "small numbers", "at least 20 for the largest, so that two or more are held out");
        KeepPolicies.Require(faults, nameof(KeepPolicies));
        RequireServers(faults, grids);
        faults.Require(NormalizationRollouts >= 2, nameof(NormalizationRollouts), NormalizationRollouts, "at least 2");
        faults.Require(EvaluationPrompts >= 2, nameof(EvaluationPrompts), EvaluationPrompts, "at least 2");
        faults.Require(PoolSize >= 1, nameof(PoolSize), PoolSize, "at least 1");
        faults.Require(BestOfN.Count >= 1, nameof(BestOfN), "empty", "one n or more");
        for (int i = 0; i < BestOfN.Count; i++)
            faults.Require(BestOfN[i] >= 1 && BestOfN[i] <= PoolSize, $"{nameof(BestOfN)}[{i}]", BestOfN[i], $"in [1, PoolSize = {PoolSize}]");
        faults.Require(BestOfN.Where(static n => n > 1).Distinct().Count() >= 2, nameof(BestOfN), $"[{string.Join(", ", BestOfN)}]",
            "two different n above 1 or more, as a law has two coefficients");
        faults.Require(Ppo.MaximumSteps >= 2, $"{nameof(Ppo)}.{nameof(Ppo.MaximumSteps)}", Ppo.MaximumSteps,
            "at least 2, as a law has two coefficients");
        faults.Require(PpoRolloutsPerPrompt >= 1, nameof(PpoRolloutsPerPrompt), PpoRolloutsPerPrompt, "at least 1");
        faults.Require(Ppo.KlController is FixedKlController or AdaptiveKlController or null, $"{nameof(Ppo)}.{nameof(Ppo.KlController)}",
            Ppo.KlController?.GetType().Name ?? "null", "KlController.Fixed or an AdaptiveKlController: a plan is a file");
        int context = PromptLength + ResponseLength;
        faults.Require(Pretraining.WindowLength <= context, $"{nameof(Pretraining)}.{nameof(Pretraining.WindowLength)}", Pretraining.WindowLength,
            $"at most prompt and response, {context}");
        faults.ThrowIfAny();
        Pretraining.Validate();
        GoldTraining.Validate();
        ProxyTraining.Validate();
        Ppo.Validate();
        foreach (var penalty in grids.SelectMany(static grid => grid.KlPenalties).Distinct())
            (Ppo with { KlCoefficient = penalty.Coefficient, KlPlacement = penalty.Placement }).Validate();
        PpoSchedule.Validate();
    }

    private void RequireServers(Faults faults, IReadOnlyList<StudyGrid> grids)
    {
        GoldServer?.Require(faults, nameof(GoldServer));
        for (int i = 0; i < ProxyServers.Count; i++) ProxyServers[i].Require(faults, $"{nameof(ProxyServers)}[{i}]");
        if (PolicyServer is null) return;
        PolicyServer.Require(faults, nameof(PolicyServer));
        foreach (var grid in grids)
        {
            string prefix = grid.Prefix;
            faults.Require(!grid.Optimizers.Contains(StudyOptimizer.Ppo), prefix + nameof(Optimizers),
                string.Join(", ", grid.Optimizers),
                "BestOfN alone where the policy is behind a server: PPO needs its gradients, and a server gives none");
            faults.Require(grid.ProxyTrunks.Count == 0, prefix + nameof(ProxyTrunks), string.Join(", ", grid.ProxyTrunks),
                "empty where the policy is behind a server: a proxy cannot begin as its trunk");
            faults.Require(grid.Policies.Count == 1, prefix + nameof(OtherPolicies), "sizes", "none where the policy is behind a server");
        }
    }

    /// <summary>The name, the seed and how much there is to do.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Name}, seed {Seed}: {(ProxySizes.Count + ProxyTrunks.Count) * Comparisons.Count * ProxySeeds} proxies{(Experiments.Count == 0 ? "" : FormattableString.Invariant($" and {Experiments.Count} experiments"))}, {EvaluationPrompts:N0} prompts x {PoolSize:N0} rollouts, {Ppo.MaximumSteps:N0} steps of PPO at most");
}
