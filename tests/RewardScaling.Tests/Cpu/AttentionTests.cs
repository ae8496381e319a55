using RewardScaling.Cpu;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Cpu;

/// <summary>The kernel for one position against the kernel for many, and both against plain sums in double.</summary>
public sealed unsafe class AttentionTests
{
    [Theory]
    [InlineData(1, 1, 4)]
    [InlineData(4, 16, 16)]
    [InlineData(3, 7, 5)]
    [InlineData(9, 20, 5, 3)]
    [InlineData(6, 33, 24, 6)]
    [InlineData(8, 19, 12, 2)]
    [InlineData(6, 33, 24)]
    [InlineData(9, 50, 32)]
    public void One_position_has_the_bits_of_the_last_of_many(int heads, int keys, int width, int group = 1)
    {
        Check<FloatScalar>(heads, keys, width, group);
        Check<Float128>(heads, keys, width, group);
        Check<Float256>(heads, keys, width, group);
        Check<Float512>(heads, keys, width, group);
    }

    private static void Check<TLanes>(int heads, int keys, int width, int group) where TLanes : struct, ILanes<TLanes, float>
    {
        int n = TLanes.Count, padded = (width + n - 1) / n * n, row = heads * padded, shared = row / group;
        int stride = (keys + 2 * n - 1) / (2 * n) * 2 * n;
        float[] q = Normal(keys + 1, row, width, padded, "q"), k = Normal(keys + n, shared, width, padded, "k"),
            v = Normal(keys + 1, shared, width, padded, "v");
        float[] kT = new float[shared * stride], many = new float[keys * row], one = new float[row];
        float[] softmax = new float[2 * heads * keys],
            last = new float[2 * heads], zeros = new float[2 * n];
        float[] work = new float[Math.Max(Attention<float, TLanes>.ForwardScratch(stride),
            AttentionStep<float, TLanes>.Scratch(heads, stride))];
        fixed (float* pq = q, pk = k, pv = v, pkT = kT, pm = many, po = one, ps = softmax, pl = last, pz = zeros, pw = work)
        {
            Attention<float, TLanes>.Transpose(keys, shared, pk, shared, pkT, stride);
            for (int head = 0; head < heads; head++)
            {
                int at = head * padded, other = head / group * padded;
                Attention<float, TLanes>.Forward(keys, 0, width, padded, pq + at, row, pkT + other * stride, stride, pv + other, shared,
                    pm + at, row, ps + 2 * head, 2 * heads, pw, pz);
            }
            AttentionStep<float, TLanes>.Forward(heads, group, keys, width, padded, pq + (keys - 1) * row, pkT, padded * stride,
                stride, pv, shared, po, pl, pw);
        }
        Assert.Equal(many[^row..], one);
        Assert.Equal(softmax[^(2 * heads)..], last);
        for (int head = 0; head < heads; head++)
        {
            int away = head / group * padded - head * padded;
            double[] score = [.. Enumerable.Range(0, keys).Select(j => Enumerable.Range(head * padded, width).Sum(i =>
                (double)q[(keys - 1) * row + i] * k[j * shared + i + away]) / Math.Sqrt(width))];
            double total = score.Sum(Math.Exp);
            for (int i = head * padded; i < head * padded + width; i++)
            {
                double expected = Enumerable.Range(0, keys).Sum(j => Math.Exp(score[j]) / total * v[j * shared + i + away]);
                Assert.Equal(expected, one[i], 1e-5);
            }
        }
    }

    private static float[] Normal(int rows, int columns, int width, int padded, string purpose)
    {
        var random = RandomStream.FromSeed(2).Fork(purpose);
        return [.. Enumerable.Range(0, rows * columns).Select(i => i % padded < width ? (float)random.Normal((ulong)i) : 0)];
    }
}
