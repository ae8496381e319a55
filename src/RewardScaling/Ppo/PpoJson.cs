using System.Text.Json;
using System.Text.Json.Serialization;
using RewardScaling.Divergence;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>The JSON of checkpoints and metrics, by source generation. Doubles are written with all their digits.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    Converters = [typeof(KlNatsConverter), typeof(KlControllerConverter), typeof(EstimateConverter)])]
[JsonSerializable(typeof(PpoIdentity))]
[JsonSerializable(typeof(KeptState<PpoState>))]
[JsonSerializable(typeof(PpoStepMetrics))]
internal sealed partial class PpoJson : JsonSerializerContext
{
    /// <summary>A divergence is a number of nats.</summary>
    internal sealed class KlNatsConverter : JsonConverter<KlNats>
    {
        public override KlNats Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, KlNats value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.Value);
    }

    /// <summary>A controller is written as its settings in words; options are written and compared, never read back.</summary>
    internal sealed class KlControllerConverter : JsonConverter<KlController>
    {
        public override KlController Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Options are not read back from JSON.");

        public override void Write(Utf8JsonWriter writer, KlController value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
