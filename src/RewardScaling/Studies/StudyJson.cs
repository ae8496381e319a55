using System.Text.Json;
using System.Text.Json.Serialization;
using RewardScaling.Ppo;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>The JSON of a run folder, by source generation, so that it works trimmed and from a single file.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(PpoJson.KlNatsConverter), typeof(PpoJson.KlControllerConverter)])]
[JsonSerializable(typeof(StudyRecord))]
[JsonSerializable(typeof(GraphDocument))]
[JsonSerializable(typeof(StudyPlan))]
[JsonSerializable(typeof(StudyDocument))]
[JsonSerializable(typeof(PolicyDocument))]
[JsonSerializable(typeof(GoldDocument))]
[JsonSerializable(typeof(ComparisonsDocument))]
[JsonSerializable(typeof(ProxyDocument))]
[JsonSerializable(typeof(PoolDocument))]
[JsonSerializable(typeof(BestOfNDocument))]
[JsonSerializable(typeof(PpoDocument))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class StudyJson : JsonSerializerContext
{
    /// <summary>The same without line breaks.</summary>
    public static StudyJson Compact => field ??= new(new JsonSerializerOptions(Default.Options) { WriteIndented = false });
}
