using MathNet.Numerics;
using RewardScaling.Cpu;

namespace RewardScaling.Tests.Cpu;

/// <summary>Every register against plain arithmetic in double.</summary>
public sealed unsafe class LanesTests
{
    [Fact]
    public void Floats_one_by_one() => Check<FloatScalar>();

    [Fact]
    public void Floats_four_by_four() => Check<Float128>();

    [Fact]
    public void Floats_eight_by_eight() => Check<Float256>();

    [Fact]
    public void Floats_sixteen_by_sixteen() => Check<Float512>();

    [Fact]
    public void Blocks_are_turned()
    {
        Turn<FloatScalar>();
        Turn<Float128>();
        Turn<Float256>();
        Turn<Float512>();
    }

    // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24, and the last term is half a unit of the first: rounded twice it is gone.
    [Fact]
    public void A_multiply_add_is_rounded_once_where_the_processor_can_and_the_description_says_where_not()
    {
        float expected = FusedMultiplyAdd.IsSupported ? MathF.ScaleB(1, -24) : 0;
        Assert.Equal(expected, Rounding<FloatScalar>());
        Assert.Equal(expected, Rounding<Float128>());
        Assert.Equal(expected, Rounding<Float256>());
        Assert.Equal(expected, Rounding<Float512>());
        Assert.Equal(expected == 0, new CpuEngine(1).Description.Contains("without fused multiply-add", StringComparison.Ordinal));
    }

    private static float Rounding<TLanes>() where TLanes : struct, IFloatLanes<TLanes>
    {
        var x = TLanes.Broadcast(1 + MathF.ScaleB(1, -12));
        return TLanes.Largest(TLanes.Fma(x, x, TLanes.Broadcast(-1 - MathF.ScaleB(1, -11))));
    }

    private static void Check<TLanes>() where TLanes : struct, IFloatLanes<TLanes>
    {
        int n = TLanes.Count;
        float[] a = [.. Enumerable.Range(0, n).Select(static i => 1.5f - i * 0.75f)],
            b = [.. Enumerable.Range(0, n).Select(static i => 0.3f + i)], c = new float[n];
        fixed (float* pa = a, pb = b, pc = c)
        {
            TLanes x = TLanes.Load(pa), y = TLanes.Load(pb);
            Each(pc, x + y, i => a[i] + b[i]);
            Each(pc, x - y, i => a[i] - b[i]);
            Each(pc, x * y, i => a[i] * b[i]);
            Each(pc, x / y, i => a[i] / b[i]);
            Each(pc, TLanes.Fma(x, y, TLanes.Broadcast(2)), i => FusedMultiplyAdd.Of(a[i], b[i], 2));
            Each(pc, TLanes.Max(x, y), i => Math.Max(a[i], b[i]));
            Each(pc, TLanes.Min(x, y), i => Math.Min(a[i], b[i]));
            Each(pc, TLanes.Abs(x), i => Math.Abs(a[i]));
            Each(pc, TLanes.Sqrt(y), i => MathF.Sqrt(b[i]));
            Each(pc, TLanes.Choose(x, y, TLanes.Broadcast(9)), i => a[i] < 0 ? b[i] : 9);
            for (int count = 0; count <= n; count++) Each(pc, TLanes.FirstLanes(x, count, y), i => i < count ? a[i] : b[i]);
            Assert.Equal(a.Sum(), TLanes.Sum(x), 1e-5);
            Assert.Equal(a.Max(), TLanes.Largest(x));
            Assert.Equal(b.Max(), TLanes.Largest(y));
            for (float from = -90; from < 20; from += 0.0137f * n)
            {
                for (int i = 0; i < n; i++) a[i] = from + 0.0137f * i;
                TLanes.Store(pc, TLanes.Exp(TLanes.Load(pa)));
                for (int i = 0; i < n; i++) Near(Math.Exp(Math.Max(a[i], -87.3f)), c[i], 2e-7, 0, $"exp({a[i]})");
            }
            for (int bad = 0; bad < n; bad++)
            {
                for (int i = 0; i < n; i++) a[i] = i == bad ? float.NaN : -1;
                TLanes.Store(pc, TLanes.Exp(TLanes.Load(pa)));
                for (int i = 0; i < n; i++) Assert.Equal(i == bad, float.IsNaN(c[i]));
                TLanes.Store(pc, TLanes.NormalCumulative(TLanes.Load(pa)));
                for (int i = 0; i < n; i++) Assert.Equal(i == bad, float.IsNaN(c[i]));
            }
            for (float from = -20; from < 20; from += 0.0041f * n)
            {
                for (int i = 0; i < n; i++) a[i] = from + 0.0041f * i;
                TLanes.Store(pc, TLanes.NormalCumulative(TLanes.Load(pa)));
                for (int i = 0; i < n; i++) Near(Cumulative(a[i]), c[i], 0, 3e-7, $"Φ({a[i]})");
            }
        }

        void Each(float* target, TLanes value, Func<int, float> expected)
        {
            TLanes.Store(target, value);
            for (int i = 0; i < n; i++) Assert.Equal(expected(i), target[i]);
        }
    }

    private static void Turn<TLanes>() where TLanes : struct, IFloatLanes<TLanes>
    {
        int n = TLanes.Count, sourceStride = n + 3, targetStride = n + 5;
        float[] source = [.. Enumerable.Range(0, n * sourceStride).Select(static i => (float)i)];
        float[] target = new float[n * targetStride];
        fixed (float* from = source, to = target) TLanes.Transpose(from, sourceStride, to, targetStride);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < targetStride; j++)
                Assert.Equal(j < n ? source[j * sourceStride + i] : 0, target[i * targetStride + j]);
        }
    }

    private static double Cumulative(double x) => 0.5 * SpecialFunctions.Erfc(-x / Math.Sqrt(2));

    private static void Near(double expected, float actual, double relative, double absolute, string what) =>
        Assert.True(Math.Abs(actual - expected) <= relative * Math.Abs(expected) + absolute,
        $"{what} = {actual} instead of {expected}");
}
