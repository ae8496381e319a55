using RewardScaling.Models;

namespace RewardScaling.Tests.Contracts;

/// <summary>
/// The network written as plainly as possible, in double, from the tensors of a file: what every engine is measured against.
/// Pre-LayerNorm GPT of Radford et al. 2019, matrices [outputs, inputs] as in PyTorch's nn.Linear.
/// </summary>
internal sealed class ReferenceTransformer
{
    private readonly TransformerShape _shape;

    public ReferenceTransformer(SafetensorsFile file, TransformerShape shape)
    {
        _shape = shape;
        foreach (string name in file.Names) Parameters[name] =
            Array.ConvertAll(file.Tensor(name).Values.ToArray(), static value => (double)value);
    }

    /// <summary>The parameters by name, in the order of the name.</summary>
    public SortedDictionary<string, double[]> Parameters { get; } = new(StringComparer.Ordinal);

    /// <summary>A network that an engine has saved.</summary>
    public static ReferenceTransformer Of(Action<string> save, TransformerShape shape)
    {
        using var folder = new TemporaryFolder();
        save(folder.File("network.safetensors"));
        return new(SafetensorsFile.Read(folder.File("network.safetensors")), shape);
    }

    /// <summary>Log-probability, entropy and value of each response token.</summary>
    public (double[] LogProbs, double[] Entropies, double[] Values) Policy(TokenBatch batch, double temperature)
    {
        List<double> logProbs = [], entropies = [], values = [];
        for (int i = 0; i < batch.Count; i++)
        {
            var states = States(batch.Sequence(i).ToArray());
            for (int t = batch.PromptLengths[i]; t < states.Length; t++)
            {
                double[] distribution = Distribution(states[t - 1], temperature);
                logProbs.Add(Math.Log(distribution[batch.Sequence(i)[t]]));
                entropies.Add(-distribution.Sum(static p => p * Math.Log(p)));
                values.Add(Linear("value_head", states[t - 1])[0]);
            }
        }
        return ([.. logProbs], [.. entropies], [.. values]);
    }

    /// <summary>The next token's distribution after some tokens.</summary>
    public double[] Distribution(ReadOnlySpan<int> tokens, double temperature) =>
        Distribution(States(tokens.ToArray())[^1], temperature);

    /// <summary>The score of each sequence.</summary>
    public double[] Scores(TokenBatch batch) =>
        [.. Enumerable.Range(0, batch.Count).Select(i =>
        {
            double[] scores = Array.ConvertAll(States(batch.Sequence(i).ToArray()), state => Linear("reward_head", state)[0]);
            return _shape.Readout == RewardReadout.LastToken ? scores[^1] : scores[batch.PromptLengths[i]..].Average();
        })];

    private double[] Distribution(double[] state, double temperature) =>
        Softmax(Array.ConvertAll(Linear("head", state), logit => logit / temperature));

    private double[][] States(int[] tokens)
    {
        int width = _shape.Width;
        double[] token = Parameters["embedding.token.weight"], position = Parameters["embedding.position.weight"];
        double[][] x = [.. tokens.Select((t, i) =>
            Enumerable.Range(0, width).Select(j => token[t * width + j] + position[i * width + j]).ToArray())];
        for (int layer = 0; layer < _shape.Layers; layer++)
        {
            string block = $"blocks.{layer}.";
            double[][] projected = [.. x.Select(row =>
                Linear(block + "attention.query_key_value", Norm(block + "attention_norm", row)))];
            x = [.. x.Select((row, i) => Add(row, Linear(block + "attention.output", Attend(projected, i))))];
            x = [.. x.Select(row => Add(row, Linear(block + "feed_forward.down",
                Array.ConvertAll(Linear(block + "feed_forward.up", Norm(block + "feed_forward_norm", row)), Gelu))))];
        }
        return [.. x.Select(row => Norm("norm", row))];
    }

    private double[] Attend(double[][] projected, int query)
    {
        int width = _shape.Width, head = _shape.HeadWidth;
        var output = new double[width];
        for (int from = 0; from < width; from += head)
        {
            double[] weights = Softmax([.. Enumerable.Range(0, query + 1).Select(key =>
                Enumerable.Range(from, head).Sum(j => projected[query][j] * projected[key][width + j]) / Math.Sqrt(head))]);
            for (int j = from; j < from + head; j++) output[j] =
                weights.Select((weight, key) => weight * projected[key][2 * width + j]).Sum();
        }
        return output;
    }

    private double[] Linear(string name, double[] x)
    {
        double[] weight = Parameters[name + ".weight"], bias = Parameters[name + ".bias"];
        return [.. bias.Select((b, row) => b + x.Select((value, column) => value * weight[row * x.Length + column]).Sum())];
    }

    private double[] Norm(string name, double[] x)
    {
        double[] gain = Parameters[name + ".weight"], bias = Parameters[name + ".bias"];
        double mean = x.Average(), variance = x.Select(value => (value - mean) * (value - mean)).Average();
        return [.. x.Select((value, j) => (value - mean) / Math.Sqrt(variance + 1e-5) * gain[j] + bias[j])];
    }

    private static double Gelu(double x) => x * 0.5 * MathNet.Numerics.SpecialFunctions.Erfc(-x / Math.Sqrt(2));

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, static (x, y) => x + y)];

    private static double[] Softmax(double[] x)
    {
        double top = x.Max();
        double[] e = Array.ConvertAll(x, value => Math.Exp(value - top));
        double sum = e.Sum();
        return Array.ConvertAll(e, value => value / sum);
    }
}
