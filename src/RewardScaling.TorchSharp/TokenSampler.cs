using System.Runtime.InteropServices;
using RewardScaling.Models;
using RewardScaling.Numerics;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>
/// Draws responses token by token on the device. The random numbers are the caller's, brought there before the first token;
/// nothing comes back before the last.
/// </summary>
internal sealed class TokenSampler(TokenNetwork network, SamplingOptions options, ReadOnlyMemory<RandomStream> streams,
    CancellationToken cancellation)
{
    /// <summary>The largest double below 1: a draw is kept below the sum of the probabilities by this factor.</summary>
    private const double BelowOne = 1 - 1.0 / (1L << 52);

    private readonly int _length = options.ResponseLength;

    /// <summary>Draws the responses to some of the prompts.</summary>
    /// <param name="prompts">The prompts.</param>
    /// <param name="chosen">Which of them are drawn for together.</param>
    /// <param name="target">Takes tokens, log-probabilities and values at the places of those prompts.</param>
    public void Draw(TokenBatch prompts, int[] chosen, DrawnResponses target)
    {
        cancellation.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        using var still = no_grad();
        var device = network.Engine.Device;
        int longest = chosen.Max(i => prompts.PromptLengths[i]);
        var padding = Array.ConvertAll(chosen, i => longest - prompts.PromptLengths[i]);
        bool even = padding.All(static count => count == 0);
        using var decoder = network.Decode(chosen.Length, even ? null : padding, longest + _length);
        var uniforms = tensor(Uniforms(chosen), [chosen.Length, _length], device: device);
        var tokens = empty([chosen.Length, _length], ScalarType.Int64, device);
        var measures = zeros([2, chosen.Length, _length], ScalarType.Float32, device);
        var read = tensor(Prompts(prompts, chosen, longest), [chosen.Length, longest], device: device);
        for (int t = 0; t < _length; t++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            var heads = decoder.Next(read);
            var logProbs = (options.Temperature == 1 ? heads[0] : heads[0].div(options.Temperature)).log_softmax(-1);
            if (options.Cut.Cuts(network.Shape.Vocabulary)) logProbs = LogCut.Apply(logProbs, options.Cut).to(logProbs.dtype);
            read = Choose(logProbs, uniforms.narrow(1, t, 1)).MoveToOuterDisposeScope();
            tokens.narrow(1, t, 1).copy_(read);
            measures.select(0, 0).narrow(1, t, 1).copy_(logProbs.gather(1, read));
            if (heads.Length > 1) measures.select(0, 1).narrow(1, t, 1).copy_(heads[1]);
        }
        target.Take(chosen, Host<long>(tokens), Host<float>(measures));
    }

    // The first token at which the cumulative distribution, in the order of the vocabulary, passes the draw. Rounding may leave
    // the sum a little below 1, and what has no probability is never drawn.
    private static Tensor Choose(Tensor logProbs, Tensor uniforms)
    {
        var cumulative = logProbs.to(ScalarType.Float64).exp_().cumsum(-1);
        var highest = cumulative.narrow(1, cumulative.shape[1] - 1, 1).mul(BelowOne);
        return searchsorted(cumulative, uniforms.minimum(highest), right: true);
    }

    private double[] Uniforms(int[] chosen)
    {
        var uniforms = new double[chosen.Length * _length];
        for (int i = 0; i < chosen.Length; i++)
        {
            var stream = streams.Span[chosen[i]];
            for (int t = 0; t < _length; t++) uniforms[i * _length + t] = stream.Uniform((ulong)t);
        }
        return uniforms;
    }

    private static long[] Prompts(TokenBatch prompts, int[] chosen, int longest)
    {
        var tokens = new long[chosen.Length * longest];
        for (int i = 0; i < chosen.Length; i++)
        {
            var prompt = prompts.Sequence(chosen[i]);
            for (int t = 0; t < prompt.Length; t++) tokens[(i + 1) * longest - prompt.Length + t] = prompt[t];
        }
        return tokens;
    }

    private static T[] Host<T>(Tensor values) where T : unmanaged =>
        MemoryMarshal.Cast<byte, T>(values.cpu().contiguous().bytes).ToArray();
}
