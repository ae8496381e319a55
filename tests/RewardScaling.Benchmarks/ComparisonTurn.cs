using System.Text.Json;
using System.Text.Json.Serialization;

namespace RewardScaling.Benchmarks;

/// <summary>What one turn of <c>compare</c> measured of one workload; a line of its record.</summary>
/// <param name="Shape">The shape's name.</param>
/// <param name="Threads">Threads of both.</param>
/// <param name="Engine">The engine on this side.</param>
/// <param name="Workload">The workload's name.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Ours">Units per second here.</param>
/// <param name="Theirs">Units per second in PyTorch; null where only this side ran.</param>
internal sealed record ComparisonTurn(string Shape, int Threads, string Engine, string Workload, string Unit, double Ours,
    double? Theirs)
{
    /// <summary>All turns of a record.</summary>
    /// <exception cref="ArgumentException">A line is not a turn.</exception>
    public static IReadOnlyList<ComparisonTurn> Read(string path)
    {
        var turns = new List<ComparisonTurn>();
        foreach (string line in File.ReadLines(path))
        {
            try
            {
                turns.Add(JsonSerializer.Deserialize(line, ComparisonJson.Default.ComparisonTurn)
                    ?? throw new JsonException("it says null"));
            }
            catch (JsonException fault)
            {
                throw new ArgumentException($"{path}, line {turns.Count + 1} is no turn of compare: {fault.Message}", fault);
            }
        }
        return turns;
    }

    /// <summary>Adds turns to a record.</summary>
    public static void Append(string path, IEnumerable<ComparisonTurn> turns) =>
        File.AppendAllLines(path, turns.Select(static turn =>
            JsonSerializer.Serialize(turn, ComparisonJson.Default.ComparisonTurn)));
}

/// <summary>The JSON of records.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ComparisonTurn))]
internal sealed partial class ComparisonJson : JsonSerializerContext;
