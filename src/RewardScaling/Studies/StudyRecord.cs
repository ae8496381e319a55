using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RewardScaling.Studies;

/// <summary>plan.json: the plan that was run last in a folder, and what it worked on.</summary>
/// <param name="Schema"><see cref="StudyFolder.Schema"/>.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Policy">Where the policy came from, by hash.</param>
/// <param name="Prompts">Where prompts came from, by hash.</param>
/// <param name="Gold">Where gold came from, by hash.</param>
/// <param name="OwnProxies">The names of the caller's proxies.</param>
internal sealed record StudyRecord(
    int Schema, StudyPlan Plan, string Policy, string Prompts, string Gold, IReadOnlyList<string> OwnProxies)
{
    /// <summary>Whether two say the same.</summary>
    public bool SameAs(StudyRecord other) => Json(this) == Json(other);

    /// <summary>What tells it from others, in hexadecimal digits.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Json(this))));

    private static string Json(StudyRecord record) => JsonSerializer.Serialize(record, StudyJson.Compact.StudyRecord);
}
