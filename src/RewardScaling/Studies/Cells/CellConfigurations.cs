using System.Text.Json.Serialization;
using RewardScaling.BestOfN;
using RewardScaling.Policies;
using RewardScaling.Ppo;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies.Cells;

// What decides the numbers of a cell besides its parents. A member that is added changes the address of every cell that has it,
// unless it is null where nothing was said before.

/// <summary>What every cell depends on; where prompts come from by hash.</summary>
internal sealed record WorldConfiguration(ulong Seed, int PromptLength, int ResponseLength, int? EndToken, string Prompts)
{
    public static WorldConfiguration Of(StudyRun run) => new(run.Plan.Seed, run.Plan.PromptLength, run.Plan.ResponseLength,
        run.Inputs.EndToken, run.Inputs.PromptsIdentity(run.Plan));
}

internal sealed record PolicyConfiguration(
    WorldConfiguration World, string Source, NetworkSize? Size, PretrainingOptions? Pretraining, string Purpose,
    int? NormalizationRollouts);

internal sealed record GoldConfiguration(
    WorldConfiguration World, string Source, NetworkSize? Size, double? Deviation, double? Attention, StyleTaste? Taste,
    int? Context, RewardModelTrainingOptions? Training, int NormalizationRollouts);

internal sealed record ComparisonsConfiguration(WorldConfiguration World, int Largest, string Purpose);

internal sealed record ProxyConfiguration(
    WorldConfiguration World, NetworkSize? Size, int? FrozenBlocks, int Comparisons, double LabelNoise,
    RewardModelTrainingOptions Training, int NormalizationRollouts, string Purpose);

internal sealed record EnsembleConfiguration(EnsembleChoice Ensemble);

internal sealed record OwnProxyConfiguration(WorldConfiguration World, string Name, int NormalizationRollouts, string? Server);

internal sealed record PoolConfiguration(WorldConfiguration World, int EvaluationPrompts, int PoolSize);

internal sealed record ScoresConfiguration(int Schema);

internal sealed record BestOfNConfiguration(int[] N, EnsembleChoice? Ensemble, SelectionRule? Rule = null);

/// <summary>How far a run goes is no part of it, unless something is made from where it ends.</summary>
internal sealed record PpoConfiguration(
    WorldConfiguration World, PpoOptions Options, PpoEvaluationSchedule Schedule, int EvaluationPrompts, int RolloutsPerPrompt,
    string Purpose, double? Until, int? MaximumSteps, KeptPolicies? Keep);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    Converters = [typeof(PpoJson.KlNatsConverter), typeof(PpoJson.KlControllerConverter)])]
[JsonSerializable(typeof(PolicyConfiguration))]
[JsonSerializable(typeof(GoldConfiguration))]
[JsonSerializable(typeof(ComparisonsConfiguration))]
[JsonSerializable(typeof(ProxyConfiguration))]
[JsonSerializable(typeof(EnsembleConfiguration))]
[JsonSerializable(typeof(OwnProxyConfiguration))]
[JsonSerializable(typeof(PoolConfiguration))]
[JsonSerializable(typeof(ScoresConfiguration))]
[JsonSerializable(typeof(BestOfNConfiguration))]
[JsonSerializable(typeof(PpoConfiguration))]
internal sealed partial class CellJson : JsonSerializerContext;
