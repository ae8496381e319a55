using System.Text.Json;
using System.Text.Json.Serialization;

namespace RewardScaling.Numerics;

/// <summary>[value, standard error], or [value] where the error is not known.</summary>
internal sealed class EstimateConverter : JsonConverter<Estimate>
{
    public override Estimate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        double[] numbers = new double[2];
        int count = 0;
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("An estimate is a list.");
        while (reader.Read() && reader.TokenType == JsonTokenType.Number && count < 2) numbers[count++] = reader.GetDouble();
        if (reader.TokenType != JsonTokenType.EndArray || count == 0) throw new JsonException("An estimate is one or two numbers.");
        return count == 2 ? new(numbers[0], numbers[1]) : Estimate.WithoutError(numbers[0]);
    }

    public override void Write(Utf8JsonWriter writer, Estimate value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(value.Value);
        if (value.HasStandardError) writer.WriteNumberValue(value.StandardError);
        writer.WriteEndArray();
    }
}
