using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>
/// All that decides the bits of a reward model's training and can be written down: whose a checkpoint folder is.
/// </summary>
internal sealed record RewardModelTrainingIdentity(
    string Training, RewardModelTrainingOptions Options, ulong Stream, int Count, int HeldOut, string Comparisons,
    long Parameters)
{
    /// <summary>
    /// The identity as JSON. How pairs are cut into micro-batches changes no bit, so a run may go on with others.
    /// </summary>
    public static string Of(
        RewardModelTrainingOptions options, ComparisonSet comparisons, RandomStream stream, ITrainableRewardModel model) =>
        JsonSerializer.Serialize(
            new("reward model", options with { MicroBatchSize = 1 }, stream.Bits(0), comparisons.Training.Count,
                comparisons.HeldOut.Count, Fingerprint(comparisons), model.ParameterCount),
            RewardModelTrainingJson.Default.RewardModelTrainingIdentity);

    private static string Fingerprint(ComparisonSet comparisons)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var comparison in comparisons.Training.Concat(comparisons.HeldOut))
        {
            hash.AppendData(BitConverter.GetBytes(comparison.Chosen.PromptLength));
            hash.AppendData(MemoryMarshal.AsBytes(comparison.Chosen.Tokens.Span));
            hash.AppendData(MemoryMarshal.AsBytes(comparison.Rejected.Tokens.Span));
            hash.AppendData(BitConverter.GetBytes(comparison.Probability));
            hash.AppendData(BitConverter.GetBytes(comparison.Margin));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(RewardModelTrainingIdentity))]
internal sealed partial class RewardModelTrainingJson : JsonSerializerContext;
