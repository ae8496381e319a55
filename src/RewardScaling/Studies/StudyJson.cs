using System.Text.Json;
using System.Text.Json.Serialization;
using RewardScaling.Divergence;
using RewardScaling.Ppo;

namespace RewardScaling.Studies;

/// <summary>The JSON of a run folder, by source generation, so that it works trimmed and from a single file.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    Converters = [typeof(KlNatsConverter), typeof(KlControllerConverter)])]
[JsonSerializable(typeof(StudyIdentity))]
[JsonSerializable(typeof(StudyDocument))]
[JsonSerializable(typeof(PolicyStageDocument))]
[JsonSerializable(typeof(GoldStageDocument))]
[JsonSerializable(typeof(ComparisonStageDocument))]
[JsonSerializable(typeof(ProxyStageDocument))]
[JsonSerializable(typeof(BestOfNStageDocument))]
[JsonSerializable(typeof(PpoStageDocument))]
internal sealed partial class StudyJson : JsonSerializerContext
{
    /// <summary>A divergence is a number of nats.</summary>
    private sealed class KlNatsConverter : JsonConverter<KlNats>
    {
        public override KlNats Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, KlNats value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.Value);
    }

    /// <summary>A controller is written as its settings in words; plans are written and compared, never read back.</summary>
    private sealed class KlControllerConverter : JsonConverter<KlController>
    {
        public override KlController Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("A plan is not read back from JSON.");

        public override void Write(Utf8JsonWriter writer, KlController value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
