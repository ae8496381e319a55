using RewardScaling.Models;

namespace RewardScaling.RewardModels;

/// <summary>
/// A reward model that has a tokenizer of its own: rollouts reach it as text, in its tokens. What the way costs is counted
/// (<see cref="Losses"/>).
/// </summary>
/// <remarks>
/// Prompt and response are encoded one by one, as the comparisons it is trained on are (<see cref="EncodedPreferences"/>): the
/// prompt with what the model expects before a text, the response as what goes on from it. Special tokens of the policy are no
/// text and do not arrive. Nothing is cut: what outgrows the model's context is its fault to name.
/// </remarks>
/// <param name="model">The reward model.</param>
/// <param name="tokenizer">Its tokenizer.</param>
public sealed class RetokenizedRewardModel(IRewardModel model, ITokenizer tokenizer) : IRewardModel
{
    private readonly IRewardModel _model = model ?? throw new ArgumentNullException(nameof(model));
    private readonly ITokenizer _tokenizer = tokenizer ?? throw new ArgumentNullException(nameof(tokenizer));
    private long _rollouts, _broken, _changed;

    /// <summary>What was lost so far, over all calls.</summary>
    public TextLosses Losses =>
        new(Interlocked.Read(ref _rollouts), Interlocked.Read(ref _broken), Interlocked.Read(ref _changed));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A prompt has no token in the model's tokenizer; the message names it.</exception>
    public ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rollouts);
        cancellationToken.ThrowIfCancellationRequested();
        var sequences = new TokenSequence[rollouts.Count];
        long broken = 0, changed = 0;
        for (int i = 0; i < sequences.Length; i++)
        {
            string prompt = rollouts.Prompt(i), response = rollouts.Response(i);
            int[] asked = _tokenizer.EncodePrompt(prompt), answered = _tokenizer.EncodeContinuation(response);
            if (asked.Length == 0)
            {
                throw new ArgumentException(FormattableString.Invariant(
                    $"The prompt of rollout {i} ({PromptExcerpt.Of(rollouts, i)}) has no token in the reward model's tokenizer."), nameof(rollouts));
            }
            sequences[i] = new((int[])[.. asked, .. answered], asked.Length);
            if (prompt.AsSpan().Contains('\uFFFD') || response.AsSpan().Contains('\uFFFD')) broken++;
            if (_tokenizer.Decode(asked) != prompt || _tokenizer.DecodeContinuation(answered) != response) changed++;
        }
        Interlocked.Add(ref _rollouts, sequences.Length);
        Interlocked.Add(ref _broken, broken);
        Interlocked.Add(ref _changed, changed);
        return _model.ScoreAsync(new(new(sequences), _tokenizer), cancellationToken);
    }
}
