using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies.Cells;

/// <summary>
/// Whether a server still has the reward model that a study began with: its scores of the few texts that stand in the document of
/// the policy.
/// </summary>
/// <param name="Scores">What it gave.</param>
/// <param name="Apart">How far two scores of one text lay apart, asked twice.</param>
internal sealed record RewardProbe(IReadOnlyList<double> Scores, double Apart)
{
    // Rounding differs with what else a server works on.
    private const double Share = 0.02, Times = 10;

    /// <summary>Asks twice.</summary>
    public static async Task<RewardProbe> AskAsync(IRewardModel model, IReadOnlyList<TextRollout> texts,
        CancellationToken cancellationToken)
    {
        var rollouts = Of(texts);
        double[] first = await model.ScoreCheckedAsync(rollouts, cancellationToken).ConfigureAwait(false),
            again = await model.ScoreCheckedAsync(rollouts, cancellationToken).ConfigureAwait(false);
        return new(first, first.Zip(again, static (one, other) => Math.Abs(one - other)).Max());
    }

    /// <summary>Faults a server that has another reward model now.</summary>
    /// <exception cref="InvalidDataException">It has; the message names server and cell.</exception>
    public async Task RequireSameAsync(IRewardModel model, RewardServer server, IReadOnlyList<TextRollout> texts, string cell,
        CancellationToken cancellationToken)
    {
        double[] now = await model.ScoreCheckedAsync(Of(texts), cancellationToken).ConfigureAwait(false);
        int others = Scores.Zip(now).Count(pair => Math.Abs(pair.First - pair.Second)
            > Times * Apart + Share * Math.Max(1, Math.Abs(pair.First)));
        if (2 * others > Scores.Count)
            throw new InvalidDataException(FormattableString.Invariant($"The server {server.Address} scores otherwise than when {cell} was made ({now[0]:G6}, then {Scores[0]:G6}): it has another model now. Start it with the model it had, or run the plan in a new folder."));
    }

    // Servers read texts, so that any tokens will do.
    private static Rollouts Of(IReadOnlyList<TextRollout> texts)
    {
        var tokenizer = new ByteTokenizer();
        return new(new([.. texts.Select(text =>
        {
            int[] prompt = tokenizer.Encode(text.Prompt);
            return new TokenSequence((int[])[.. prompt, .. tokenizer.Encode(text.Response)], prompt.Length);
        })]), tokenizer);
    }
}
