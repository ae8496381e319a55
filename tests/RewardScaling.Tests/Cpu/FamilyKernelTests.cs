using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Cpu;

/// <summary>The kernels that families differ by, each beside its formula written plainly, and beside central differences.</summary>
public sealed unsafe class FamilyKernelTests
{
    private const double Step = 1e-5;

    [Fact]
    public void Root_mean_squares_are_their_formula_and_its_derivative()
    {
        const int Rows = 3, Width = 5, Stride = 6;
        const double Epsilon = 1e-3;
        double[] x = Normal(Rows * Stride, 1), gain = Normal(Width, 2), slopes = Normal(Rows * Stride, 3), also = Normal(Rows * Stride, 4);
        double[] y = new double[x.Length], dx = new double[x.Length], moments = new double[2 * Rows], dGain = new double[Width];
        fixed (double* px = x, pg = gain, py = y, ps = slopes, pa = also, pdx = dx, pm = moments, pdg = dGain)
        {
            RootMeanSquareNorm<double, DoubleScalar>.Forward(Rows, Width, px, pg, py, Stride, Epsilon, pm);
            RootMeanSquareNorm<double, DoubleScalar>.Backward(Rows, Width, ps, px, pg, pm, pa, pdx, Stride);
            RootMeanSquareNorm<double, DoubleScalar>.AddGradients(Rows, 0, Width, ps, px, pm, Stride, pdg);
        }
        double Plain(int row, int column) => gain[column] * x[row * Stride + column]
            / Math.Sqrt(Enumerable.Range(0, Width).Sum(j => x[row * Stride + j] * x[row * Stride + j]) / Width + Epsilon);
        double Loss() => Enumerable.Range(0, Rows).Sum(row =>
            Enumerable.Range(0, Width).Sum(column => Plain(row, column) * slopes[row * Stride + column]));
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < Width; column++)
            {
                int at = row * Stride + column;
                Assert.Equal(Plain(row, column), y[at], 1e-13);
                Assert.Equal(Difference(x, at, Loss) + also[at], dx[at], 1e-8);
            }
        }
        for (int column = 0; column < Width; column++) Assert.Equal(Difference(gain, column, Loss), dGain[column], 1e-8);
    }

    [Theory]
    [InlineData(Activation.GeluTanh)]
    [InlineData(Activation.Silu)]
    public void Activations_are_their_formula_and_its_derivative(Activation activation)
    {
        double Plain(double x) => activation == Activation.Silu ? x / (1 + Math.Exp(-x))
            : 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
        double[] x = [.. Enumerable.Range(0, 61).Select(static i => -9 + 0.3 * i), -300, 300], y = [.. x], slopes = new double[x.Length];
        fixed (double* py = y, ps = slopes) Activations<double, DoubleScalar>.Apply(activation, 1, x.Length, py, ps, x.Length);
        for (int i = 0; i < x.Length; i++)
        {
            Assert.Equal(Plain(x[i]), y[i], 1e-12 * Math.Max(1, Math.Abs(x[i])));
            Assert.Equal((Plain(x[i] + Step) - Plain(x[i] - Step)) / (2 * Step), slopes[i], 1e-8);
        }
        float[] narrow = [.. x.Select(static value => (float)value), 0];
        fixed (float* pn = narrow) Activations<float, Float256>.Apply(activation, 1, narrow.Length, pn, null, narrow.Length);
        for (int i = 0; i < x.Length; i++) Assert.Equal(y[i], narrow[i], 2e-6 * Math.Max(1, Math.Abs(y[i])));
    }

    [Fact]
    public void A_gate_multiplies_and_its_way_back_has_both_derivatives()
    {
        double[] gate = Normal(6, 1), hidden = Normal(6, 2), slopes = Normal(6, 3), byHidden = Normal(6, 4);
        double[] other = [.. hidden], derivative = [.. slopes], back = [.. byHidden], byGate = new double[6];
        fixed (double* pg = gate, ph = hidden, ps = slopes, pb = back, pbg = byGate)
        {
            Activations<double, DoubleScalar>.Gate(2, 3, pg, ps, ph, 3);
            Activations<double, DoubleScalar>.GateBackward(2, 3, pg, ps, pb, pbg, 3);
        }
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal(gate[i] * other[i], hidden[i], 1e-15);
            Assert.Equal(byHidden[i] * gate[i], back[i], 1e-15);
            Assert.Equal(byHidden[i] * other[i] * derivative[i], byGate[i], 1e-14);
        }
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(10, 1)]
    [InlineData(32, 1.3)]
    public void Rotations_are_the_complex_product_and_turn_back(int width, double magnitude)
    {
        var rotary = new RotaryPositions { Width = width, Base = 50 };
        if (magnitude != 1)
            rotary = rotary with { Scaling = new() { Kind = RotaryScalingKind.Linear, Factor = 2, Magnitude = magnitude } };
        using var rotation = new Rotation<double>(rotary);
        const int Rows = 3, First = 5, Heads = 2;
        int headStride = width + 3, stride = Heads * headStride + 1;
        double[] x = Normal(Rows * stride, 1), y = [.. x], slopes = Normal(Rows * stride, 2), back = [.. slopes];
        rotation.Ensure(First + Rows);
        fixed (double* py = y, pb = back)
        {
            rotation.Turn<DoubleScalar>(Rows, First, Heads, headStride, py, stride);
            rotation.Turn<DoubleScalar>(Rows, First, Heads, headStride, pb, stride, back: true);
        }
        float[] frequencies = rotary.Frequencies(), wide = [.. x.Select(static value => (float)value)];
        for (int row = 0; row < Rows; row++)
        {
            for (int head = 0; head < Heads; head++)
            {
                int at = row * stride + head * headStride, half = width / 2;
                for (int i = 0; i < half; i++)
                {
                    Assert.Equal(Math.Pow(50, -2.0 * i / width) / (magnitude == 1 ? 1 : 2), frequencies[i], 1e-6);
                    var turned = new System.Numerics.Complex(x[at + i], x[at + half + i])
                        * System.Numerics.Complex.FromPolarCoordinates(magnitude, (First + row) * frequencies[i]);
                    Assert.Equal(turned.Real, y[at + i], 1e-13);
                    Assert.Equal(turned.Imaginary, y[at + half + i], 1e-13);
                }
                for (int i = width; i < headStride; i++) Assert.Equal(x[at + i], y[at + i]);
            }
        }
        // The way back is the transpose: what slopes weigh after turning, turned slopes weigh before.
        Assert.Equal(Dot(slopes, y), Dot(back, x), 1e-12);
        using var narrow = new Rotation<float>(rotary);
        narrow.Ensure(First + Rows);
        fixed (float* pw = wide) narrow.Turn<Float256>(Rows, First, Heads, headStride, pw, stride);
        for (int i = 0; i < x.Length; i++) Assert.Equal(y[i], wide[i], 2e-6);

        double Dot(double[] a, double[] b) => Enumerable.Range(0, Rows).SelectMany(row => Enumerable.Range(0, Heads * headStride)
            .Select(i => row * stride + i)).Sum(i => a[i] * b[i]);
    }

    private static double[] Normal(int count, ulong seed) =>
        [.. Enumerable.Range(0, count).Select(i => RandomStream.FromSeed(seed).Normal((ulong)i))];

    private static double Difference(double[] x, int at, Func<double> loss)
    {
        double value = x[at];
        x[at] = value + Step;
        double above = loss();
        x[at] = value - Step;
        double below = loss();
        x[at] = value;
        return (above - below) / (2 * Step);
    }
}
