using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Serving;

/// <summary>Whether a server gives the same samples for the same seeds, while it works on others too: measured, not
/// believed.</summary>
/// <param name="Asked">How many samples were asked for twice.</param>
/// <param name="Same">How many of them came the same.</param>
/// <param name="DifferentSeeds">How many pairs of different seeds gave the same sample: all of them where the server ignores
/// seeds and always takes the same.</param>
public sealed record SeedCheck(int Asked, int Same, int DifferentSeeds)
{
    /// <summary>Whether every sample came the same, and other seeds gave others.</summary>
    public bool IsReproducible => Same == Asked && DifferentSeeds < Asked;

    /// <summary>Asks for samples twice, all at once and then again.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="prompts">Prompts, at least one.</param>
    /// <param name="sampling">How samples are drawn.</param>
    /// <param name="stream">Where seeds come from.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<SeedCheck> MeasureAsync(
        ServedPolicy policy, TokenBatch prompts, SamplingOptions sampling, RandomStream stream,
            CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(prompts);
        TokenBatch first = await Sample("seeds").ConfigureAwait(false), again = await Sample("seeds").ConfigureAwait(false),
            other = await Sample("others").ConfigureAwait(false);
        int same = 0, different = 0;
        for (int i = 0; i < prompts.Count; i++)
        {
            if (first.Response(i).SequenceEqual(again.Response(i))) same++;
            if (first.Response(i).SequenceEqual(other.Response(i))) different++;
        }
        return new(prompts.Count, same, different);

        async Task<TokenBatch> Sample(string purpose)
        {
            RandomStream from = stream.Fork(purpose);
            RandomStream[] streams = [.. Enumerable.Range(0, prompts.Count).Select(i => from.Fork(i))];
            return (await policy.SampleCheckedAsync(prompts, sampling, streams, static i => FormattableString.Invariant($"prompt {i}"),
                cancellationToken).ConfigureAwait(false)).Tokens;
        }
    }

    /// <summary>In words.</summary>
    public override string ToString() => IsReproducible
        ? FormattableString.Invariant($"The server gave the same {Asked} samples for the same seeds: the run can be repeated while the server is the same.")
        : FormattableString.Invariant($"The server gave {Same} of {Asked} samples the same for the same seeds: the run cannot be repeated to the sample.");
}
