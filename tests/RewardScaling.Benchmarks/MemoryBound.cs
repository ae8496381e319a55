using RewardScaling.Models;

namespace RewardScaling.Benchmarks;

/// <summary>
/// At most how many bytes the CPU engine holds outside the managed heap for one network: the formulas of docs/performance.md, for a
/// feed-forward part of 4 widths and heads in whole registers.
/// </summary>
internal static class MemoryBound
{
    /// <summary>A network that is trained.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="outputs">Outputs at each token.</param>
    /// <param name="rows">Tokens of the largest micro-batch.</param>
    /// <param name="longest">Tokens of the longest sequence.</param>
    /// <param name="threads">Threads of the engine.</param>
    public static long Training(TransformerShape shape, int outputs, long rows, int longest, int threads)
    {
        long width = shape.Width + 16, chunk = Math.Max(96, longest);
        return 25 * shape.ParameterCount(outputs)
            + 4 * rows * (17L * shape.Layers * width + 5 * width + shape.Vocabulary + 32)
            + 60 * width * Math.Max(4 * shape.Width, 2 * chunk * threads) + threads * Thread(shape, chunk);
    }

    /// <summary>A network that only reads.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="outputs">Outputs at each token.</param>
    /// <param name="longest">Tokens of the longest sequence.</param>
    /// <param name="threads">Threads of the engine.</param>
    public static long Reading(TransformerShape shape, int outputs, int longest, int threads) =>
        5 * shape.ParameterCount(outputs) + threads * Thread(shape, Math.Max(96, longest));

    /// <summary>What drawing responses needs besides <see cref="Reading"/>: keys and values, and the rows of prompts.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="prompt">Tokens of the longest prompt.</param>
    /// <param name="threads">Threads of the engine.</param>
    public static long Sampling(TransformerShape shape, int prompt, int threads) =>
        threads * 64L * (4L * shape.Layers * (shape.Context + 16) * 2 * (shape.Width + 16) + prompt * Row(shape));

    private static long Thread(TransformerShape shape, long chunk)
    {
        long width = shape.Width + 16, context = shape.Context + 16;
        return chunk * Row(shape) + 4 * (544 * width + 2 * context * width + 3 * context * context);
    }

    private static long Row(TransformerShape shape) => 4L * (22L * (shape.Width + 16) + shape.Vocabulary + 32);
}
