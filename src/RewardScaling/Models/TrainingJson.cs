using System.Text.Json.Serialization;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>The JSON of the checkpoints of supervised training, by source generation.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(EstimateConverter)])]
[JsonSerializable(typeof(TrainingProgressState))]
internal sealed partial class TrainingJson : JsonSerializerContext;
