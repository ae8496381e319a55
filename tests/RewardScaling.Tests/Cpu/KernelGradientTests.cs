using RewardScaling.Cpu;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Cpu;

/// <summary>Each kernel in double against central differences of a random linear function of its outputs.</summary>
public sealed unsafe class KernelGradientTests
{
    private const double Step = 1e-5, Tolerance = 1e-7;

    [Fact]
    public void LayerNorm_by_input_gain_and_bias()
    {
        const int Rows = 4, Width = 5, Stride = 6;
        double[] x = Normal(Rows * Stride, 1), gain = Normal(Width, 2), bias = Normal(Width, 3),
            slopes = Normal(Rows * Stride, 4), also = Normal(Rows * Stride, 5);
        double[] y = new double[Rows * Stride], moments = new double[2 * Rows], dx = new double[Rows * Stride],
            dGain = new double[Width], dBias = new double[Width];
        fixed (double* px = x, pg = gain, pb = bias, py = y, pm = moments, ps = slopes, pd = dx, pdg = dGain, pdb = dBias,
            pa = also)
        {
            LayerNorm<double, DoubleScalar>.Forward(Rows, Width, px, pg, pb, py, Stride, 1e-5, pm);
            LayerNorm<double, DoubleScalar>.Backward(Rows, Width, ps, px, pg, pm, pa, pd, Stride);
            LayerNorm<double, DoubleScalar>.AddGradients(Rows, 0, Width, ps, px, pm, Stride, pdg, pdb);
        }
        double Loss()
        {
            var other = new double[2 * Rows];
            fixed (double* px = x, pg = gain, pb = bias, py = y, pm = other) LayerNorm<double,
                DoubleScalar>.Forward(Rows, Width, px, pg, pb, py, Stride, 1e-5, pm);
            return Columns(Rows, Width, Stride).Sum(i => y[i] * slopes[i]);
        }
        foreach (int i in Columns(Rows, Width, Stride)) Assert.Equal(Difference(x, i, Loss) + also[i], dx[i], Tolerance);
        for (int j = 0; j < Width; j++)
        {
            Assert.Equal(Difference(gain, j, Loss), dGain[j], Tolerance);
            Assert.Equal(Difference(bias, j, Loss), dBias[j], Tolerance);
        }
    }

    [Fact]
    public void Gelu_by_its_input()
    {
        double[] x = [.. Enumerable.Range(0, 60).Select(static i => -8 + 0.27 * i)], values = [.. x], slopes = new double[60];
        fixed (double* pv = values, ps = slopes) RowKernels<double, DoubleScalar>.Gelu(1, 60, pv, ps, 60);
        for (int i = 0; i < 60; i++)
        {
            Assert.Equal(x[i] * 0.5 * MathNet.Numerics.SpecialFunctions.Erfc(-x[i] / Math.Sqrt(2)), values[i], 1e-12);
            Assert.Equal(Difference(x, i, () => Gelu(x[i])), slopes[i], 1e-9);
        }

        static double Gelu(double x)
        {
            RowKernels<double, DoubleScalar>.Gelu(1, 1, &x, null, 1);
            return x;
        }
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(9, 0)]
    [InlineData(3, 8)]
    [InlineData(1, 12)]
    public void Attention_by_queries_keys_and_values(int queries, int first)
    {
        const int Width = 3, Stride = 14;
        int keys = first + queries;
        double[] q = Normal(queries * Width, 1), k = Normal(keys * Width, 2), v = Normal(keys * Width, 3),
            slopes = Normal(queries * Width, 4), zeros = new double[2];
        double[] o = new double[queries * Width], softmax = new double[2 * queries], kT = new double[Width * Stride],
            vT = new double[Width * Stride];
        double[] dq = new double[q.Length], dk = new double[k.Length], dv = new double[v.Length];
        var work = new double[Attention<double, DoubleScalar>.BackwardScratch(queries, Stride) + Attention<double,
            DoubleScalar>.ForwardScratch(Stride)];
        double Loss()
        {
            fixed (double* pq = q, pk = k, pv = v, po = o, ps = softmax, pkT = kT, pvT = vT, pw = work, pz = zeros)
            {
                Attention<double, DoubleScalar>.Transpose(keys, Width, pk, Width, pkT, Stride);
                Attention<double, DoubleScalar>.Transpose(keys, Width, pv, Width, pvT, Stride);
                Attention<double, DoubleScalar>.Forward(queries, first, Width, Width, pq, Width, pkT, Stride, pv, Width, po,
                    Width, ps, 2, pw, pz);
            }
            return o.Zip(slopes, static (a, b) => a * b).Sum();
        }
        Loss();
        fixed (double* pq = q, pk = k, po = o, ps = softmax, pkT = kT, pvT = vT, pw = work, pz = zeros, psl = slopes, pdq = dq,
            pdk = dk, pdv = dv)
        {
            Attention<double, DoubleScalar>.Backward(queries, first, Width, Width, new(pq, pdq, Width), new(po, psl, Width), pkT,
                pvT, Stride,
                new(pk, pdk, Width), new(null, pdv, Width), ps, 2, pw, pz);
        }
        foreach (var (values, gradients) in new[] { (q, dq), (k, dk), (v, dv) })
            for (int i = 0; i < values.Length; i++) Assert.Equal(Difference(values, i, Loss), gradients[i], Tolerance);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.4)]
    public void Log_probability_and_entropy_by_logits(double inverseTemperature)
    {
        const int Count = 7, Token = 3;
        const double LogSlope = 0.7, EntropySlope = -1.3;
        double[] logits = Normal(Count, 1);
        (double LogSum, double Entropy) Normalize()
        {
            fixed (double* p = logits) return TokenHead<double, DoubleScalar>.Normalize(Count, p, inverseTemperature);
        }
        double Loss()
        {
            var (logSum, entropy) = Normalize();
            return LogSlope * TokenHead<double, DoubleScalar>.LogProb(logits[Token], logSum, inverseTemperature)
                + EntropySlope * entropy;
        }
        double[] slopes = [.. logits];
        var (sum, level) = Normalize();
        fixed (double* p = slopes) TokenHead<double,
            DoubleScalar>.Backward(Count, p, Token, sum, level, inverseTemperature, LogSlope, EntropySlope);
        for (int i = 0; i < Count; i++) Assert.Equal(Difference(logits, i, Loss), slopes[i], Tolerance);
    }

    [Fact]
    public void A_draw_inverts_the_cumulative_distribution()
    {
        // Probabilities 0.5, 0.25, 0.25 are exact in binary.
        double[] logits = [Math.Log(2), 0, 0];
        var weights = new double[3];
        fixed (double* p = logits, w = weights)
        {
            double logSum = TokenHead<double, DoubleScalar>.Normalize(3, p, 1, w).LogSum;
            Assert.Equal(Math.Log(4), logSum, 1e-15);
            foreach (var (uniform, token) in new[] { (0, 0), (0.49, 0), (0.51, 1), (0.74, 1), (0.76, 2), (1 - 1e-16, 2) })
                Assert.Equal(token, TokenHead<double, DoubleScalar>.Draw(3, w, uniform));
        }
    }

    private static IEnumerable<int> Columns(int rows, int width, int stride) =>
        Enumerable.Range(0, rows).SelectMany(row => Enumerable.Range(row * stride, width));

    private static double[] Normal(int count, long purpose) =>
        [.. Enumerable.Range(0, count).Select(i => RandomStream.FromSeed(8).Fork(purpose).Normal((ulong)i))];

    private static double Difference(double[] values, int i, Func<double> loss)
    {
        double value = values[i];
        values[i] = value + Step;
        double above = loss();
        values[i] = value - Step;
        double below = loss();
        values[i] = value;
        return (above - below) / (2 * Step);
    }
}
