using System.Text.Json;
using System.Text.Json.Serialization;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Policies;

/// <summary>All that decides the bits of a pre-training and can be written down: whose a checkpoint folder is.</summary>
internal sealed record PretrainingIdentity(
    string Training, PretrainingOptions Options, ulong Stream, string Corpus, int WindowLength, long Parameters)
{
    /// <summary>
    /// The identity as JSON. How windows are cut into micro-batches changes no bit, so a run may go on with others.
    /// </summary>
    public static string Of(
        PretrainingOptions options, Corpus corpus, RandomStream stream, ITrainablePolicy policy, int length) =>
        JsonSerializer.Serialize(
            new("pre-training", options with { MicroBatchSize = 1 }, stream.Bits(0), corpus.ContentHash, length,
                policy.ParameterCount),
            PretrainingJson.Default.PretrainingIdentity);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(PretrainingIdentity))]
internal sealed partial class PretrainingJson : JsonSerializerContext;
