using RewardScaling.Models;

namespace RewardScaling.Benchmarks;

/// <summary>
/// How many additions and multiplications a token takes: 2 for each element of each matrix a row passes, and what attention does
/// with the keys before it. LayerNorm, GELU and softmax are not counted.
/// </summary>
internal static class CostCount
{
    /// <summary>A token of a training step: the way there once, the way back twice as much.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="length">Tokens of a sequence.</param>
    public static double Training(TransformerShape shape, int length) =>
        3 * (Rows(shape) + Attention(shape, (length + 1) / 2.0));

    /// <summary>A token drawn after a prompt: its row, and its share of the prompt's rows.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="prompt">Tokens of a prompt.</param>
    /// <param name="response">Tokens of a response.</param>
    public static double Drawing(TransformerShape shape, int prompt, int response)
    {
        // The last drawn token is never read; of the prompt the heads read the last row only.
        double rows = prompt + response - 1, head = 2.0 * shape.Width * (shape.Vocabulary + 1);
        return rows / response * (Rows(shape) - head + Attention(shape, (rows + 1) / 2)) + head;
    }

    private static double Rows(TransformerShape shape)
    {
        double width = shape.Width;
        return shape.Layers * (8 * width * width + 4 * width * shape.FeedForwardWidth) + 2 * width * (shape.Vocabulary + 1);
    }

    // Scores and the sum of values: a multiplication and an addition for each key and component, both times.
    private static double Attention(TransformerShape shape, double keys) => shape.Layers * 4.0 * shape.Width * keys;
}
