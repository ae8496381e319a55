using System.Text.Json.Serialization;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>The JSON of the checkpoints of supervised training, by source generation.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(EstimateConverter)])]
[JsonSerializable(typeof(KeptState<TrainingProgressState>))]
[JsonSerializable(typeof(double))]
internal sealed partial class TrainingJson : JsonSerializerContext;
