using Microsoft.Extensions.AI;
using RewardScaling.Models;
using RewardScaling.Policies;

namespace RewardScaling.ExtensionsAI;

/// <summary>Any chat client of .NET as a policy: for best-of-n and for labelling. It tells no log-probabilities, so there is no
/// KL but that of best-of-n itself.</summary>
/// <example>
/// <code>
/// var cost = new ChatCost();
/// IPolicy assistant = ChatPolicy.Of(chat, new ChatPolicyOptions { MaxOutputTokens = 256 }, cost);
/// </code>
/// </example>
public static class ChatPolicy
{
    /// <summary>A policy whose tokens are the bytes of its texts.</summary>
    /// <remarks>
    /// Temperature, top-p and seed go along with every call. Top-k is refused: clients that do not know it leave it out without a
    /// word. Whether a seed is obeyed is the client's doing.
    /// </remarks>
    /// <param name="client">The client; used, not owned.</param>
    /// <param name="options">How it is asked; null for the defaults.</param>
    /// <param name="cost">Told what each call cost; null for nobody.</param>
    /// <exception cref="ArgumentException">Options that cannot be followed.</exception>
    public static IPolicy Of(IChatClient client, ChatPolicyOptions? options = null, ChatCost? cost = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ChatPolicyOptions chosen = options ?? new();
        chosen.Validate();
        return Policy.FromRemote(async (request, cancellationToken) =>
        {
            if (request.Sampling.Cut.TopK != int.MaxValue)
                throw new ArgumentException("A chat client may leave top-k out without a word; sample without it.");
            var asked = new ChatOptions
            {
                Instructions = chosen.Instructions,
                Temperature = (float)request.Sampling.Temperature,
                TopP = (float)request.Sampling.Cut.TopP,
                MaxOutputTokens = chosen.MaxOutputTokens,
                Seed = (long)(request.Stream.Bits(0) >> 33),
            };
            ChatResponse response = await client.GetResponseAsync(request.Prompt, asked, cancellationToken).ConfigureAwait(false);
            cost?.Add(response.Usage);
            return response.FinishReason == ChatFinishReason.ContentFilter
                ? throw new InvalidOperationException("The chat client kept an answer back (content filter); leave that prompt out, for what is left is another policy.")
                : new TextAnswer(response.Text);
        }, chosen.CallsAtOnce);
    }
}
