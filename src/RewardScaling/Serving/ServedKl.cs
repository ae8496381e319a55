using System.Globalization;
using System.Text;
using RewardScaling.BestOfN;
using RewardScaling.Divergence;
using RewardScaling.Models;
using RewardScaling.Runs;

namespace RewardScaling.Serving;

/// <summary>
/// The KL of a policy from a reference, on samples that a server drew, and how much of it is not the policy's: what the engine
/// that sampled and the engine that scores say differently about the same model.
/// </summary>
/// <remarks>
/// <para>
/// With three lists of log-probabilities on the same tokens (the sampler's, the policy's by the scorer and the reference's by a
/// scorer) the ratio splits: drift is policy less reference, both scored alike; mismatch is sampler less policy. Where there is
/// no scorer of the policy the sampler's stand in for it, and the mismatch is in the KL, unknown.
/// </para>
/// <para>
/// The check of a pair of engines: the same model on both sides. Its KL must be 0 within error (<see cref="MismatchErrors"/>).
/// </para>
/// <para>Samples of a cut distribution are found out by <see cref="RescoredSamples"/> and refused, unless they are said to
/// be.</para>
/// </remarks>
public sealed record ServedKl
{
    // Float32 on both sides, about six digits of numbers near 10, at every token.
    private const double Rounding = 1e-5;

    private ServedKl(KlEstimate k1, KlEstimate? k3, KlEstimate? mismatch, double largest, double tokens,
        IReadOnlyList<string> notes) =>
        (K1, K3, Mismatch, LargestDifference, Tokens, Notes) = (k1, k3, mismatch, largest, tokens, notes);

    /// <summary>The KL of the policy from the reference: nats per sequence, clustered by prompt.</summary>
    public KlEstimate K1 { get; }

    /// <summary>The same by k3; null for samples of a cut policy, where it is biased.</summary>
    public KlEstimate? K3 { get; }

    /// <summary>The KL of the sampler from the scorer of the same policy: 0 where both engines compute the same. Null where there
    /// was no such scorer.</summary>
    public KlEstimate? Mismatch { get; }

    /// <summary>The largest difference between sampler and scorer at one token, in nats; 0 where it is not known.</summary>
    public double LargestDifference { get; }

    /// <summary>The mean length of a response, in tokens.</summary>
    public double Tokens { get; }

    /// <summary>What was found and assumed, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>
    /// How many standard errors the mismatch lies from 0, beyond what float32 explains; 0 where it is not known. Above 5 is an
    /// alarm:
    /// by chance one in 1.7 million where it is normal.
    /// </summary>
    public double MismatchErrors
    {
        get
        {
            if (Mismatch is not { Value: { HasStandardError: true } value }) return 0;
            double beyond = Math.Max(0, Math.Abs(value.Value) - Rounding * Tokens);
            return beyond == 0 ? 0 : value.StandardError > 0 ? beyond / value.StandardError : double.PositiveInfinity;
        }
    }

    /// <summary>Has a pool scored and estimates.</summary>
    /// <param name="pool">Samples of the policy with their log-probabilities by token.</param>
    /// <param name="policy">The policy again, asked about its own samples; null where nothing can score for it.</param>
    /// <param name="reference">The reference.</param>
    /// <param name="sampledBy">From which distribution the samples were drawn.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentException">The pool has no log-probabilities by token.</exception>
    /// <exception cref="InvalidDataException">The samples were cut (top-k, top-p) and nobody said so.</exception>
    /// <exception cref="InfiniteKlException">The reference never writes a token that the policy wrote.</exception>
    /// <exception cref="ServerException">A server gave no answer.</exception>
    public static async Task<ServedKl> MeasureAsync(RolloutPool pool, ITokenScorer? policy, ITokenScorer reference,
        SampledBy sampledBy = SampledBy.ThePolicy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(reference);
        if (pool.TokenLogProbs is not { } known)
            throw new ArgumentException("The pool has no log-probabilities by token: the server gave none, or not those of the distribution it drew from. Of such samples there is best-of-n and no KL.", nameof(pool));
        TokenBatch batch = pool.Rollouts.Tokens;
        float[] sampler = [.. known], theirs = await reference.LogProbsAsync(batch, cancellationToken).ConfigureAwait(false);
        float[]? ours = policy is null ? null : ReferenceEquals(policy, reference) ? theirs
            : await policy.LogProbsAsync(batch, cancellationToken).ConfigureAwait(false);
        int[] prompts = [.. Enumerable.Range(0, batch.Count).Select(i => i / pool.SamplesPerPrompt)];
        // Says at once where the reference has probability 0.
        KlEstimator.K1.Estimate<float>(ours ?? sampler, theirs, batch.ResponseOffsets, prompts);
        RescoredSamples rescored = RescoredSamples.From(RunTable.Parse(Lines(batch, prompts, sampler, ours, theirs), "the pool"),
            sampledBy: sampledBy);
        return new(rescored.Checkpoints[0].K1, rescored.Checkpoints[0].K3,
            ours is null ? null : KlEstimator.K1.Estimate<float>(sampler, ours, batch.ResponseOffsets, prompts),
            ours is null ? 0 : sampler.Zip(ours, static (a, b) => Math.Abs((double)a - b)).Max(),
            (double)sampler.Length / batch.Count, rescored.Notes);
    }

    /// <summary>KL, mismatch and what they are worth.</summary>
    public override string ToString()
    {
        string worth = MismatchErrors > 5 ? "they are not the same model, or not at the same temperature, and the KL is not only drift"
            : "0 within error, so the KL is drift";
        string mismatch = Mismatch is not { } known
            ? "What of it is a difference between engines is not known: the policy was not scored by a second one."
            : string.Create(CultureInfo.InvariantCulture, $"Sampler and scorer differ by {known.Value} nats/sequence, {LargestDifference:G2} at most at a token: {worth}.");
        return $"{K1}{(K3 is { } k3 ? $"; k3 {k3.Value}" : "")}{Environment.NewLine}{mismatch}";
    }

    // As RescoredSamples reads them; it looks for signs of a cut.
    private static string Lines(TokenBatch batch, int[] prompts, float[] sampler, float[]? ours, float[] theirs)
    {
        var text = new StringBuilder();
        for (int i = 0; i < batch.Count; i++)
        {
            var place = batch.ResponseOffsets[i]..batch.ResponseOffsets[i + 1];
            string whose = ours is null ? "policy_logprobs" : "generation_logprobs";
            text.Append(CultureInfo.InvariantCulture, $"{{\"prompt_id\":{prompts[i]},");
            text.Append(CultureInfo.InvariantCulture, $"\"reference_logprobs\":[{Numbers(theirs[place])}],\"{whose}\":[{Numbers(sampler[place])}]");
            if (ours is not null) text.Append(CultureInfo.InvariantCulture, $",\"policy_logprobs\":[{Numbers(ours[place])}]");
            text.Append("}\n");
        }
        return text.ToString();
    }

    private static string Numbers(float[] values) =>
        string.Join(',', values.Select(static value => value.ToString("R", CultureInfo.InvariantCulture)));
}
