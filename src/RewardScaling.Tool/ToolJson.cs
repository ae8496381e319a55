using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RewardScaling.Tool.Analysis;
using RewardScaling.Tool.Studies;

namespace RewardScaling.Tool;

/// <summary>What <c>--json</c> prints, an object a line.</summary>
[JsonSerializable(typeof(ProgressLine))]
[JsonSerializable(typeof(StudyLine))]
[JsonSerializable(typeof(AnalysisLine))]
[JsonSerializable(typeof(StatusLine))]
internal sealed partial class ToolJson : JsonSerializerContext
{
    /// <summary>The context for lines that people may read too: no character is escaped that need not be.</summary>
    public static ToolJson Lines { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
