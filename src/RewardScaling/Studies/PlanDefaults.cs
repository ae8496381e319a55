using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using RewardScaling.Models;
using RewardScaling.Policies;
using RewardScaling.Ppo;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies;

/// <summary>
/// Writes into the document of a plan what it leaves out. The reader of JSON would not: members that can only be set when an
/// object is made get the zero of their type from generated code, whatever the type's own default is.
/// </summary>
internal static class PlanDefaults
{
    private static readonly Uri s_nowhere = new("http://localhost");

    private static readonly Dictionary<Type, JsonObject> s_defaults = new()
    {
        [typeof(StudyPlan)] = Of(Bare, StudyJson.Default.StudyPlan),
        [typeof(StudyExperiment)] = Of(new() { Name = "" }, StudyJson.Default.StudyExperiment),
        [typeof(PretrainingOptions)] = Of(new(), StudyJson.Default.PretrainingOptions),
        [typeof(RewardModelTrainingOptions)] = Of(new(), StudyJson.Default.RewardModelTrainingOptions),
        [typeof(LearningRateSchedule)] = Of(new() { Peak = 0 }, StudyJson.Default.LearningRateSchedule),
        [typeof(AdamWOptions)] = Of(new(), StudyJson.Default.AdamWOptions),
        [typeof(StyleTaste)] = Of(new(), StudyJson.Default.StyleTaste),
        [typeof(RlhfRounds)] = Of(new(), StudyJson.Default.RlhfRounds),
        [typeof(KeptPolicies)] = Of(new(), StudyJson.Default.KeptPolicies),
        [typeof(PpoOptions)] = Of(new(), StudyJson.Default.PpoOptions),
        [typeof(PpoEvaluationSchedule)] = Of(new(), StudyJson.Default.PpoEvaluationSchedule),
        [typeof(PolicyServer)] = Of(new() { Address = s_nowhere }, StudyJson.Default.PolicyServer),
        [typeof(RewardServer)] = Of(new() { Address = s_nowhere }, StudyJson.Default.RewardServer),
    };

    /// <summary>The types whose defaults are filled in.</summary>
    public static IReadOnlyCollection<Type> Types => s_defaults.Keys;

    // What a plan must say is anything here: it is never filled in.
    private static StudyPlan Bare => new()
    {
        Name = "",
        PromptLength = 0,
        ResponseLength = 0,
        Policy = StudyPlan.Quick.Policy,
        Pretraining = new(),
        Gold = StudyPlan.Quick.Gold,
        ProxySizes = [],
        Comparisons = [],
        ProxyTraining = new(),
        EvaluationPrompts = 0,
        PoolSize = 0,
        BestOfN = [],
        Ppo = new(),
    };

    /// <summary>Fills in the members of a document and of what it holds, but for those that it must have.</summary>
    /// <param name="node">The document, or a part of it.</param>
    /// <param name="type">What it will be read as.</param>
    public static void Fill(JsonNode? node, JsonTypeInfo type)
    {
        if (node is JsonArray list && type.ElementType is { } element)
        {
            var elements = type.Options.GetTypeInfo(element);
            foreach (var one in list) Fill(one, elements);
        }
        if (node is not JsonObject document || type.Kind != JsonTypeInfoKind.Object) return;
        var defaults = s_defaults.GetValueOrDefault(type.Type);
        foreach (var member in type.Properties)
        {
            if (document.TryGetPropertyValue(member.Name, out var value))
                Fill(value, type.Options.GetTypeInfo(member.PropertyType));
            else if (!member.IsRequired && defaults?[member.Name] is { } missing) document.Add(member.Name, missing.DeepClone());
        }
    }

    private static JsonObject Of<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToNode(value, type)!.AsObject();
}
