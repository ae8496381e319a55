namespace RewardScaling.Models;

/// <summary>
/// A policy whose probabilities can be asked for and whose weights can be moved: a network with a token head and a value head.
/// Losses live outside: they turn <see cref="PolicyOutputs"/> into derivatives by them.
/// </summary>
/// <remarks>
/// The order is <see cref="Forward"/>, <see cref="Backward"/>, again for further micro-batches whose gradients add up, then
/// <see cref="INetwork.Step"/>. Splitting a batch into consecutive micro-batches gives the same bits.
/// </remarks>
public interface ITrainablePolicy : IPolicy, INetwork
{
    /// <summary>Log-probability, entropy and value of every response token. Keeps nothing.</summary>
    /// <param name="batch">Sequences with responses.</param>
    /// <param name="outputs">Reset and filled.</param>
    /// <param name="temperature">Logits are divided by this; positive.</param>
    void Evaluate(TokenBatch batch, PolicyOutputs outputs, double temperature = 1);

    /// <summary>
    /// D_KL(this ‖ reference) of the next-token distributions at every response token, summed exactly over the vocabulary.
    /// </summary>
    /// <remarks>
    /// Summed over a sequence sampled from this policy it is the Rao-Blackwell estimate of the sequence KL (Amini, Vieira and
    /// Cotterell 2025, arXiv:2504.10637): unbiased, never negative, and nearly always of less variance than log-ratios.
    /// </remarks>
    /// <param name="reference">The policy measured from, of the same engine and vocabulary.</param>
    /// <param name="batch">Sequences sampled from this policy.</param>
    /// <param name="kl">One number in nats for each response token; at least 0 up to rounding. +infinity where the reference was
    /// cut and lacks a token that this policy may write; <see cref="Divergence.KlEstimator"/> says so.</param>
    /// <param name="temperature">Logits of both are divided by this; positive.</param>
    /// <param name="cut">The cut the sequences were sampled with; null for none. The KL then is that of the cut policy.</param>
    /// <param name="referenceCut">A cut of the reference; null for its whole distribution, from which every KL is finite.</param>
    /// <exception cref="ArgumentException">The reference is of another engine or vocabulary, the list has another length, or a
    /// cut leaves nothing.</exception>
    void TokenKl(ITrainablePolicy reference, TokenBatch batch, Span<float> kl, double temperature = 1, TokenCut? cut = null,
        TokenCut? referenceCut = null);

    /// <summary>As <see cref="Evaluate"/>, keeping the activations for one <see cref="Backward"/>.</summary>
    /// <param name="batch">Sequences with responses.</param>
    /// <param name="outputs">Reset and filled.</param>
    /// <param name="temperature">Logits are divided by this; positive.</param>
    void Forward(TokenBatch batch, PolicyOutputs outputs, double temperature = 1);

    /// <summary>
    /// Adds to the gradients what a loss with these derivatives by the last <see cref="Forward"/>'s outputs asks for.
    /// </summary>
    /// <param name="gradients">∂loss/∂log-probability, ∂loss/∂entropy and ∂loss/∂value of every response token.</param>
    /// <exception cref="InvalidOperationException">There was no <see cref="Forward"/> since the last call.</exception>
    void Backward(PolicyOutputs gradients);

    /// <summary>A policy with the same weights, no gradients and a fresh optimizer.</summary>
    ITrainablePolicy Clone();
}
