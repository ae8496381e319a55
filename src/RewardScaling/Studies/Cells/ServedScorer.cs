using System.Security.Cryptography;
using System.Text;
using RewardScaling.Models;
using RewardScaling.RewardModels;
using RewardScaling.Serving;

namespace RewardScaling.Studies.Cells;

/// <summary>Reward models behind servers as cells use them: the same model as before, and no score paid twice.</summary>
internal static class ServedScorer
{
    private const int NameDigits = 16;

    /// <summary>What results say of it.</summary>
    /// <param name="role">"Gold" or "The proxy".</param>
    /// <param name="server">The server.</param>
    public static string Words(string role, RewardServer server) =>
        $"{role} is {server}, made by a server: a plan cannot name its weights, so its scores are not reproducible from the plan alone";

    /// <summary>Opens one.</summary>
    /// <param name="model">The model, at its connection.</param>
    /// <param name="server">The server.</param>
    /// <param name="probe">What it said when its cell was made, and of which texts; null while that is being made.</param>
    /// <param name="cell">The cell's name.</param>
    /// <param name="keeper">The cell whose state keeps the scores; null for none.</param>
    public static LoadedScorer Open(IRewardModel model, RewardServer server,
        (RewardProbe Said, IReadOnlyList<TextRollout> Texts)? probe,
        string cell, StudyCell? keeper)
    {
        var asked = probe is not { } known ? model : new GuardedModel(model, new(cancel =>
            known.Said.RequireSameAsync(model, server, known.Texts, cell, cancel)));
        if (keeper is null) return new(asked);
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(server.Identity)))[..NameDigits];
        var kept = new CachedRewardModel(asked, server.Identity, Path.Combine(keeper.Begin(), name + ".scores"));
        return new(kept, kept);
    }
}
