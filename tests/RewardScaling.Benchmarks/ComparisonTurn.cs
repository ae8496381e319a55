using System.Text.Json;
using System.Text.Json.Serialization;

namespace RewardScaling.Benchmarks;

/// <summary>What one turn of <c>compare</c> measured of one workload; a line of its record.</summary>
/// <param name="Shape">The shape's name.</param>
/// <param name="Threads">Threads of all.</param>
/// <param name="Workload">The workload's name.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Rates">Of all who took part.</param>
internal sealed record ComparisonTurn(string Shape, int Threads, string Workload, string Unit, IReadOnlyList<ComparisonRate> Rates)
{
    /// <summary>The rate of one of them; null where it took no part.</summary>
    public double? Of(string name) => Rates.FirstOrDefault(rate => rate.Name == name)?.PerSecond;

    /// <summary>Whether these took part and no others.</summary>
    public bool IsOf(IEnumerable<ICompetitor> competitors) => competitors.Select(static one => (one.Name, one.Description))
        .SequenceEqual(Rates.Select(static rate => (rate.Name, rate.Description)));

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
