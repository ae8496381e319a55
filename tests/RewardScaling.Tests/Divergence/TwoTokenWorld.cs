using RewardScaling.Numerics;

namespace RewardScaling.Tests.Divergence;

/// <summary>
/// Responses of two tokens out of V, with the policy and the reference written down: the first token's distribution, then one row
/// for each first token. Every sequence can be listed, so every expectation is a sum.
/// </summary>
internal sealed class TwoTokenWorld(double[][] policy, double[][] reference)
{
    private readonly int _vocabulary = policy[0].Length;

    /// <summary>Close by.</summary>
    public static TwoTokenWorld Near { get; } =
        new([[0.6, 0.4], [0.9, 0.1], [0.3, 0.7]], [[0.5, 0.5], [0.7, 0.3], [0.3, 0.7]]);

    /// <summary>Far away, as after long optimisation.</summary>
    public static TwoTokenWorld Far { get; } =
        new([[0.95, 0.05], [0.9, 0.1], [0.5, 0.5]], [[0.2, 0.8], [0.3, 0.7], [0.6, 0.4]]);

    /// <summary>Random distributions with no zeros.</summary>
    public static TwoTokenWorld Random(RandomStream stream, int vocabulary, double spread)
    {
        return new(Rows("policy"), Rows("reference"));

        double[][] Rows(string name) => [.. Enumerable.Range(0, 1 + vocabulary).Select(row =>
        {
            double[] weights = [.. Enumerable.Range(0, vocabulary).Select(k =>
                Math.Exp(spread * stream.Fork(name).Fork(row).Normal((ulong)k)))];
            double sum = weights.Sum();
            return Array.ConvertAll(weights, weight => weight / sum);
        })];
    }

    public double Kl => Mean((logPolicy, logReference, _) => logPolicy[0] + logPolicy[1] - logReference[0] - logReference[1]);

    /// <summary>The mean over the policy's sequences of a function of ln π, ln reference and exact KL of both tokens.</summary>
    public double Mean(Func<double[], double[], double[], double> of)
    {
        double mean = 0;
        for (int a = 0; a < _vocabulary; a++)
            for (int b = 0; b < _vocabulary; b++)
            {
                var (logPolicy, logReference, exact) = Sequence(a, b);
                mean += Math.Exp(logPolicy[0] + logPolicy[1]) * of(logPolicy, logReference, exact);
            }
        return mean;
    }

    public double Variance(Func<double[], double[], double[], double> of)
    {
        double mean = Mean(of);
        return Mean((p, r, e) => (of(p, r, e) - mean) * (of(p, r, e) - mean));
    }

    /// <summary>Sequences drawn from the policy, or from its powers 1 / temperature: lists as the estimators take them.</summary>
    public (double[] LogPolicy, double[] LogReference, double[] Exact, int[] Offsets) Draw(
        RandomStream stream, int count, double temperature = 1)
    {
        List<double> logPolicy = [], logReference = [], exact = [];
        for (int i = 0; i < count; i++)
        {
            int a = Token(policy[0], stream.Fork(i).Uniform(0), temperature);
            int b = Token(policy[1 + a], stream.Fork(i).Uniform(1), temperature);
            var (p, r, e) = Sequence(a, b);
            logPolicy.AddRange(p);
            logReference.AddRange(r);
            exact.AddRange(e);
        }
        return ([.. logPolicy], [.. logReference], [.. exact], [.. Enumerable.Range(0, count + 1).Select(static i => 2 * i)]);
    }

    private (double[] LogPolicy, double[] LogReference, double[] Exact) Sequence(int a, int b) => (
        [Math.Log(policy[0][a]), Math.Log(policy[1 + a][b])], [Math.Log(reference[0][a]), Math.Log(reference[1 + a][b])],
        [Row(0), Row(1 + a)]);

    private double Row(int row) => policy[row].Zip(reference[row], static (p, r) => p * Math.Log(p / r)).Sum();

    private static int Token(double[] probabilities, double uniform, double temperature)
    {
        double[] weights = Array.ConvertAll(probabilities, p => Math.Pow(p, 1 / temperature));
        double at = uniform * weights.Sum();
        int token = 0;
        while (token < weights.Length - 1 && at >= weights[token]) at -= weights[token++];
        return token;
    }
}
