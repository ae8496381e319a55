using System.ComponentModel;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// First values, the same on every engine: GPT-2's (Radford et al. 2019), normal numbers for matrices and embeddings, ones for
/// gains, zeros for biases and the value head. Element i of parameter p, counted as in the file, takes the number
/// <c>stream.Fork(p).Normal(i)</c>. For those who write an engine.
/// </summary>
/// <param name="Stream">Where the numbers come from.</param>
/// <param name="Deviation">The standard deviation of matrices and embeddings.</param>
/// <param name="AttentionOutput">Standard deviation of the matrices from the attention to the residual stream.</param>
/// <param name="FeedForwardOutput">Standard deviation of the matrices from the feed-forward part to the residual stream.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record Initialization(RandomStream Stream, double Deviation, double AttentionOutput, double FeedForwardOutput)
{
    /// <summary>A policy's: what writes to the residual stream is scaled by 1 / √(how many matrices do), as in GPT-2.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="stream">Where the numbers come from.</param>
    /// <exception cref="ArgumentException">The shape is one no network can have.</exception>
    public static Initialization Policy(TransformerShape shape, RandomStream stream)
    {
        Check(shape);
        const double Deviation = 0.02;
        double residual = Deviation / Math.Sqrt(2 * shape.Layers);
        return new(stream, Deviation, residual, residual);
    }

    /// <summary>A reward model's, as <see cref="IEngine.CreateRewardModel"/> describes it.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="stream">Where the numbers come from.</param>
    /// <param name="standardDeviation">The standard deviation of the weight matrices; at least 0.</param>
    /// <param name="attentionScale">What the deviation of the matrices behind the attention is multiplied by; at least 0.</param>
    /// <exception cref="ArgumentException">The shape is one no network can have, or a number is out of range.</exception>
    public static Initialization RewardModel(TransformerShape shape, RandomStream stream, double standardDeviation,
        double attentionScale)
    {
        Check(shape);
        Guard.Finite(standardDeviation);
        Guard.NotNegative(standardDeviation);
        Guard.Finite(attentionScale);
        Guard.NotNegative(attentionScale);
        return new(stream, standardDeviation, attentionScale * standardDeviation, standardDeviation);
    }

    /// <summary>The first values of one parameter: element i, counted row by row.</summary>
    /// <param name="parameter">The parameter.</param>
    public Func<int, double> Values(NetworkParameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        var numbers = Stream.Fork(parameter.Name);
        double scale = parameter.Kind switch
        {
            ParameterKind.Embedding or ParameterKind.Matrix => Deviation,
            ParameterKind.AttentionOutput => AttentionOutput,
            ParameterKind.FeedForwardOutput => FeedForwardOutput,
            // Stiennon et al. 2020, section 3.4: the reward head starts at N(0, 1/(width + 1)).
            ParameterKind.Head => 1 / Math.Sqrt(parameter.Columns + 1.0),
            _ => 0,
        };
        if (parameter.Kind == ParameterKind.Gain) return static _ => 1;
        return scale == 0 ? static _ => 0 : i => scale * numbers.Normal((ulong)i);
    }

    private static void Check(TransformerShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        shape.Validate();
    }
}
