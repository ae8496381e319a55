using System.Globalization;
using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Serving;

/// <summary>
/// A reward model behind a server, as proxy or as gold: vLLM, Text Embeddings Inference, or anything that speaks this library's
/// small contract.
/// </summary>
/// <remarks>
/// Rollouts go out in batches, several at once. An answer counts whole or not at all: a score that is missing, NaN or of another
/// rollout is asked for again with its batch, and then a fault that names server, prompt and response. A score that was paid for
/// is kept by
/// <see cref="CachedRewardModel"/>.
/// </remarks>
/// <example>
/// <code>
/// using var server = new ServerConnection(new ServerOptions { Address = new Uri("http://127.0.0.1:8001") });
/// IRewardModel served = new ServedRewardModel(server, new ServedRewardOptions { Contract = ScoringContract.VllmScore });
/// </code>
/// </example>
public sealed class ServedRewardModel : IRewardModel
{
    private readonly ServedRewardOptions _options;
    private readonly ScoringRequest _request;

    /// <summary>A reward model.</summary>
    /// <param name="server">The server.</param>
    /// <param name="options">How it is asked; null for the defaults.</param>
    /// <exception cref="ArgumentException">Options that cannot be followed.</exception>
    public ServedRewardModel(ServerConnection server, ServedRewardOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        (Server, _options) = (server, options ?? new());
        _options.Validate();
        _request = new(_options, server.Options.Model);
    }

    /// <summary>The server.</summary>
    public ServerConnection Server { get; }

    /// <inheritdoc/>
    /// <exception cref="ServerException">There is no answer to be had; the message names server, prompt and response.</exception>
    public async ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rollouts);
        var scores = new double[rollouts.Count];
        var atOnce = new ParallelOptions
        {
            MaxDegreeOfParallelism = Server.Options.RequestsAtOnce,
            CancellationToken = cancellationToken
        };
        await Parallel.ForEachAsync(Enumerable.Range(0, rollouts.Count).Chunk(_options.RolloutsPerRequest), atOnce,
            async (batch, cancel) =>
        {
            TextRollout[] texts = Array.ConvertAll(batch, i => new TextRollout(rollouts.Prompt(i), rollouts.Response(i)));
            double[] some = await Server.PostAsync(_request.Path, json => _request.Write(json, texts),
                answer => _request.Read(answer, texts, Name), Asked, cancel).ConfigureAwait(false);
            some.CopyTo(scores, batch[0]);

            string Name(int i) => string.Create(CultureInfo.InvariantCulture,
                $"rollout {batch[i]} of {rollouts.Count} (prompt {PromptExcerpt.Of(texts[i].Prompt)}, response {PromptExcerpt.Of(texts[i].Response)})");

            string Asked() => string.Create(CultureInfo.InvariantCulture, $"{(batch.Length == 1 ? "the score" : $"{batch.Length} scores, the first")} of {Name(0)}");
        }).ConfigureAwait(false);
        return scores;
    }
}
