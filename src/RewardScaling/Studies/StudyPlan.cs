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

    /// <summary>Tokens of a prompt, at most as many where prompts are given as texts; at least 1.</summary>
    public required int PromptLength { get; init; }

    /// <summary>Tokens of a response, at most as many where an end token ends it; at least 1.</summary>
    public required int ResponseLength { get; init; }

    /// <summary>The policy, where the study makes one.</summary>
    public required NetworkSize Policy { get; init; }

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

    /// <summary>How PPO runs.</summary>
    public required PpoOptions Ppo { get; init; }

    /// <summary>How many rollouts each evaluation prompt gets at each point of a PPO curve; at least 1.</summary>
    /// <value>Default 2.</value>
    public int PpoRolloutsPerPrompt { get; init; } = 2;

    /// <summary>At which distances PPO is evaluated.</summary>
    /// <value>Default the schedule's own.</value>
    public PpoEvaluationSchedule PpoSchedule { get; init; } = new();

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

    /// <summary>Faults a plan that cannot be carried out.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(StudyPlan));
        faults.Require(!string.IsNullOrEmpty(Name), nameof(Name), $"'{Name}'", "a name");
        faults.Require(PromptLength >= 1, nameof(PromptLength), PromptLength, "at least 1");
        faults.Require(ResponseLength >= 1, nameof(ResponseLength), ResponseLength, "at least 1");
        Policy.Require(faults, nameof(Policy));
        Gold.Require(faults, nameof(Gold));
        faults.Require(TeacherDeviation > 0 && double.IsFinite(TeacherDeviation), nameof(TeacherDeviation), TeacherDeviation, "positive and finite");
        faults.Require(TeacherAttention >= 0 && double.IsFinite(TeacherAttention), nameof(TeacherAttention), TeacherAttention,
            "at least 0 and finite");
        TeacherTaste?.Require(faults, nameof(TeacherTaste));
        faults.Require(LanguageSharpness is >= 0 and <= 10, nameof(LanguageSharpness), LanguageSharpness, "in [0, 10]");
        faults.Require(GoldContext >= PromptLength + ResponseLength, nameof(GoldContext), GoldContext, $"at least prompt and response, {PromptLength + ResponseLength}");
        faults.Require(ProxySizes.Count + ProxyTrunks.Count >= 1, nameof(ProxySizes), "empty", "one size or more");
        for (int i = 0; i < ProxyTrunks.Count; i++) faults.Require(ProxyTrunks[i] >= 0, $"{nameof(ProxyTrunks)}[{i}]", ProxyTrunks[i], "at least 0");
        faults.Require(ProxyTrunks.Distinct().Count() == ProxyTrunks.Count, nameof(ProxyTrunks), "a list with repetitions", "different numbers");
        for (int i = 0; i < ProxySizes.Count; i++) ProxySizes[i].Require(faults, $"{nameof(ProxySizes)}[{i}]");
        faults.Require(ProxySizes.Distinct().Count() == ProxySizes.Count, nameof(ProxySizes), "a list with repetitions", "different sizes");
        faults.Require(Comparisons.Count >= 1, nameof(Comparisons), "empty", "one number or more");
        for (int i = 0; i < Comparisons.Count; i++) faults.Require(Comparisons[i] >= 1, $"{nameof(Comparisons)}[{i}]", Comparisons[i], "at least 1");
        faults.Require(Comparisons.Count == 0 || Comparisons.Max() >= 20, nameof(Comparisons), "small numbers", "at least 20 for the largest, so that two or more are held out");
        faults.Require(Comparisons.Distinct().Count() == Comparisons.Count, nameof(Comparisons), "a list with repetitions", "different numbers");
        faults.Require(ProxySeeds >= 1, nameof(ProxySeeds), ProxySeeds, "at least 1");
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
        int context = PromptLength + ResponseLength;
        faults.Require(Pretraining.WindowLength <= context, $"{nameof(Pretraining)}.{nameof(Pretraining.WindowLength)}", Pretraining.WindowLength,
            $"at most prompt and response, {context}");
        faults.ThrowIfAny();
        Pretraining.Validate();
        GoldTraining.Validate();
        ProxyTraining.Validate();
        Ppo.Validate();
        PpoSchedule.Validate();
    }

    /// <summary>The name, the seed and how much there is to do.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Name}, seed {Seed}: {(ProxySizes.Count + ProxyTrunks.Count) * Comparisons.Count * ProxySeeds} proxies, {EvaluationPrompts:N0} prompts x {PoolSize:N0} rollouts, {Ppo.MaximumSteps:N0} steps of PPO at most");
}
