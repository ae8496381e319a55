namespace RewardScaling.Studies.Cells;

/// <summary>A prompt's likeliest answer of a served policy.</summary>
/// <param name="Text">The text.</param>
/// <param name="LogProb">Its log-probability in nats, where the server says it.</param>
internal sealed record LikeliestAnswer(string Text, double? LogProb);

/// <summary>
/// Whether a server still has the policy that a study began with: what it answers when its likeliest words alone may be drawn.
/// Nothing else tells weights apart from outside, and four short requests are cheap.
/// </summary>
internal static class PolicyProbe
{
    private const int Prompts = 4, Tokens = 16;

    // Rounding differs with what else a server works on; another model's answers are other words, or as many nats apart.
    private const double MostApart = 0.5;

    // Next to nothing besides the likeliest token is left.
    private const double LikeliestOnly = 1e-6;

    /// <summary>Asks for the answers.</summary>
    public static async Task<IReadOnlyList<LikeliestAnswer>> AskAsync(StudyRun run, ServedPolicySource source,
        CancellationToken cancellationToken)
    {
        var policy = ServedInitial.Policy(run, source,
            source.Server.Options(source.Tokenizer is not null) with { SamplesPerRequest = 1, MaxTokens = Tokens });
        var prompts = run.EvaluationPrompts;
        var answers = new List<LikeliestAnswer>();
        for (int i = 0; i < Math.Min(Prompts, prompts.Count); i++)
        {
            var answer = (await policy.CompleteAsync(prompts.Sequence(i).ToArray(), 1,
                run.Sampling with { Temperature = 1, Cut = new() { TopP = LikeliestOnly } },
                seed: 0, cancellationToken).ConfigureAwait(false))[0];
            answers.Add(new(answer.Text, answer.LogProbs?.Sum(static logProb => (double)logProb)));
        }
        return answers;
    }

    /// <summary>Whether most answers are the same.</summary>
    public static bool AreSame(IReadOnlyList<LikeliestAnswer> before, IReadOnlyList<LikeliestAnswer> now) =>
        2 * before.Zip(now, Same).Count(static same => same) >= before.Count;

    /// <summary>Faults a server that has another policy now.</summary>
    /// <exception cref="InvalidDataException">It has; the message names server and cell.</exception>
    public static async Task RequireSameAsync(StudyRun run, ServedPolicySource source, IReadOnlyList<LikeliestAnswer> before,
        string cell, CancellationToken cancellationToken)
    {
        var now = await AskAsync(run, source, cancellationToken).ConfigureAwait(false);
        if (!AreSame(before, now))
            throw new InvalidDataException($"The server {source.Server.Address} answers otherwise than when {cell} was made, asked for its likeliest words ('{Short(now[0].Text)}', then '{Short(before[0].Text)}'): it has another model now. Start it with the model it had, or run the plan in a new folder.");
    }

    private static bool Same(LikeliestAnswer before, LikeliestAnswer now) => before.Text == now.Text
        && (before.LogProb is not { } then || now.LogProb is not { } again || Math.Abs(then - again) <= MostApart);

    private static string Short(string text)
    {
        text = text.ReplaceLineEndings(" ");
        return text.Length > 40 ? text[..40] + ".." : text;
    }
}
