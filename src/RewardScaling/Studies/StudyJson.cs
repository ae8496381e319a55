using System.Text.Json;
using System.Text.Json.Serialization;
using RewardScaling.BestOfN;
using RewardScaling.Ppo;

namespace RewardScaling.Studies;

/// <summary>The JSON of a run folder, by source generation, so that it works trimmed and from a single file.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(PpoJson.KlNatsConverter), typeof(PpoJson.KlControllerConverter)])]
[JsonSerializable(typeof(StudyIdentity))]
[JsonSerializable(typeof(StudyDocument))]
[JsonSerializable(typeof(PolicyDocument))]
[JsonSerializable(typeof(GoldDocument))]
[JsonSerializable(typeof(ComparisonStageDocument))]
[JsonSerializable(typeof(ProxyDocument))]
[JsonSerializable(typeof(Dictionary<string, BestOfNEstimates>))]
[JsonSerializable(typeof(PpoStageDocument))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class StudyJson : JsonSerializerContext
{
    /// <summary>The same without line breaks, for files that are numbers by the thousand.</summary>
    public static StudyJson Compact => field ??= new(new JsonSerializerOptions(Default.Options) { WriteIndented = false });
}
