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
[JsonSerializable(typeof(KlController))]
internal sealed partial class PpoJson : JsonSerializerContext
{
    /// <summary>A divergence is a number of nats.</summary>
    internal sealed class KlNatsConverter : JsonConverter<KlNats>
    {
        public override KlNats Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            double value = reader.TokenType == JsonTokenType.Number ? reader.GetDouble()
                : throw new JsonException("a KL divergence is a number of nats");
            return value >= 0 ? new(value) : throw new JsonException($"a KL divergence of {value} nats must be at least 0");
        }

        public override void Write(Utf8JsonWriter writer, KlNats value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.Value);
    }

    /// <summary>A controller is "fixed", or the target and the horizon of an adaptive one.</summary>
    internal sealed class KlControllerConverter : JsonConverter<KlController>
    {
        private const string Fixed = "fixed", Target = "target", Horizon = "horizon";

        public override KlController Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(Fixed)) return Ppo.KlController.Fixed;
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new JsonException("a KL controller is \"fixed\", or an object with the target and the horizon of an adaptive one");
            var adaptive = new AdaptiveKlController();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                string? name = reader.GetString();
                reader.Read();
                if (reader.TokenType != JsonTokenType.Number) throw new JsonException($"{name} of a KL controller must be a number");
                double value = reader.GetDouble();
                adaptive = name switch
                {
                    Target => adaptive with { Target = Nats(value) },
                    Horizon => adaptive with { Horizon = value },
                    _ => throw new JsonException($"an adaptive KL controller has no '{name}'; it has a target and a horizon"),
                };
            }
            return adaptive;
        }

        private static KlNats Nats(double value) => value > 0 && double.IsFinite(value) ? new(value)
            : throw new JsonException($"the target of a KL controller, {value} nats, must be above 0");

        public override void Write(Utf8JsonWriter writer, KlController value, JsonSerializerOptions options)
        {
            if (value is not AdaptiveKlController adaptive)
            {
                // Somebody's own is written, for the identity of a run, and never read.
                writer.WriteStringValue(value is FixedKlController ? Fixed : $"{value.GetType().FullName}: {value}");
                return;
            }
            writer.WriteStartObject();
            writer.WriteNumber(Target, adaptive.Target.Value);
            writer.WriteNumber(Horizon, adaptive.Horizon);
            writer.WriteEndObject();
        }
    }
}
