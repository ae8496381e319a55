using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Cpu;

/// <summary>Whole networks in double against central differences.</summary>
public sealed unsafe class NetworkGradientTests
{
    private static readonly TransformerShape[] Shapes =
    [
        new() { Vocabulary = 7, Context = 9, Width = 6, Layers = 2, Heads = 2 },
        new() { Vocabulary = 5, Context = 9, Width = 5, Layers = 1, Heads = 1, FeedForwardWidth = 3 },
        new() { Vocabulary = 11, Context = 20, Width = 8, Layers = 3, Heads = 4, FeedForwardWidth = 10 },
        Families.Gpt2, Families.NeoX, Families.Llama, Families.Qwen3,
    ];

    public static TheoryData<int, bool> Cases =>
        [.. from shape in Enumerable.Range(0, Shapes.Length) from everyToken in (bool[])[false, true] select (shape, everyToken)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_policys_gradient_by_every_parameter_is_that_of_central_differences(int shape, bool everyToken)
    {
        var random = RandomStream.FromSeed(3);
        var pool = new WorkerPool(1);
        using var policy = new PolicyNetwork<double, DoubleScalar>(Shapes[shape], pool);
        policy.Network.Weights.Initialize(new(random, 0.3, 0.2, 0.2));
        Roughen(policy.Network.Layout, policy.Network.Weights, random);
        var batch = Batch(Shapes[shape], everyToken, random.Fork("tokens"));
        int count = batch.TotalResponseTokens;
        double[] coefficients = [.. Enumerable.Range(0, 3 * count).Select(i => random.Fork("loss").Normal((ulong)i))];
        var outputs = new double[3 * count];

        double Loss(bool keep)
        {
            fixed (double* o = outputs)
            {
                if (keep) policy.Forward(batch, o, o + count, o + 2 * count, 0.7);
                else policy.Evaluate(batch, o, o + count, o + 2 * count, 0.7);
            }
            return outputs.Zip(coefficients, static (a, b) => a * b).Sum();
        }

        Loss(true);
        fixed (double* c = coefficients) policy.Backward(c, c + count, c + 2 * count);
        policy.Network.Weights.JoinTiedGradients();
        Compare(policy.Network.Layout, policy.Network.Weights, () => Loss(false));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_reward_models_gradient_by_every_parameter_is_that_of_central_differences(int shape, bool everyToken)
    {
        var random = RandomStream.FromSeed(4);
        var readout = everyToken ? RewardReadout.ResponseMean : RewardReadout.LastToken;
        var model = new RewardNetwork<double, DoubleScalar>(Shapes[shape] with { Readout = readout }, new(1));
        model.Network.Weights.Initialize(new(random, 0.3, 0.3, 0.3));
        Roughen(model.Network.Layout, model.Network.Weights, random);
        var batch = Batch(Shapes[shape], everyToken, random.Fork("tokens"));
        // The sequence of a single token has no response to take the mean over.
        if (everyToken) batch = batch.Select([0, 2, 3, 4, 5]);
        double[] coefficients = [.. Enumerable.Range(0, batch.Count).Select(i => random.Fork("loss").Normal((ulong)i))];
        var scores = new double[batch.Count];

        double Loss(bool keep)
        {
            fixed (double* s = scores)
            {
                if (keep) model.Forward(batch, s);
                else model.Evaluate(batch, s);
            }
            return scores.Zip(coefficients, static (a, b) => a * b).Sum();
        }

        Loss(true);
        fixed (double* c = coefficients) model.Backward(c);
        Compare(model.Network.Layout, model.Network.Weights, () => Loss(false));
    }

    /// <summary>Biases, gains and the value head away from their first values, so that nothing is checked at zero only.</summary>
    private static void Roughen(NetworkLayout layout, Weights<double, DoubleScalar> weights, RandomStream random)
    {
        foreach (var (parameter, offset) in layout.Parameters)
        {
            var numbers = random.Fork("rough").Fork(parameter.Name);
            for (int row = 0, i = 0; row < parameter.Rows; row++)
                for (int column = 0; column < parameter.Columns; column++, i++)
                    weights.Values[offset(row, column)] += 0.2 * numbers.Normal((ulong)i);
        }
        weights.Changed();
    }

    private static TokenBatch Batch(TransformerShape shape, bool everyToken, RandomStream random)
    {
        int[] lengths = [4, 1, 9, 2, 3, 7];
        var sequences = new TokenSequence[lengths.Length];
        for (int i = 0; i < lengths.Length; i++)
        {
            int[] tokens = [.. Enumerable.Range(0, lengths[i]).Select(t => random.Fork(i).Below((ulong)t, shape.Vocabulary))];
            sequences[i] = new(tokens, everyToken ? 1 : Math.Max(1, lengths[i] - i));
        }
        return new(sequences);
    }

    private static void Compare(NetworkLayout layout, Weights<double, DoubleScalar> weights, Func<double> loss)
    {
        const double Step = 1e-5;
        foreach (var (parameter, offset) in layout.Parameters)
        {
            // Some of each parameter: a step that shares no factor with the columns visits all rows and columns in turn.
            for (int row = 0; row < parameter.Rows; row++)
            {
                for (int column = row * 5 % 3; column < parameter.Columns; column += 3)
                {
                    long at = offset(row, column);
                    double value = weights.Values[at];
                    double At(double there)
                    {
                        weights.Values[at] = there;
                        weights.Changed();
                        return loss();
                    }
                    double above = At(value + Step), below = At(value - Step);
                    At(value);
                    double expected = (above - below) / (2 * Step), actual = weights.Gradients[at];
                    Assert.True(Math.Abs(expected - actual) <= 1e-8 + 1e-7 * Math.Abs(expected),
                        $"{parameter.Name}[{row}, {column}]: {actual} instead of {expected}");
                }
            }
        }
    }
}
