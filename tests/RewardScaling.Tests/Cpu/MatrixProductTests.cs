using System.Numerics;
using RewardScaling.Cpu;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Cpu;

/// <summary>
/// Products of all sizes against one chain of multiply-adds per element: the same bits, whatever the tile and the register.
/// </summary>
public sealed unsafe class MatrixProductTests
{
    public static TheoryData<int, int, int> Sizes
    {
        get
        {
            var sizes = new TheoryData<int, int, int>();
            foreach (int rows in new[] { 1, 2, 3, 5, 6, 7, 8, 12, 14, 16, 20, 22, 27, 34 })
                foreach (var (columns, depth) in new[] { (1, 1), (7, 3), (8, 5), (16, 9), (24, 16), (33, 7), (100, 300),
                    (40, 900), (97, 0) }) sizes.Add(rows, columns, depth);
            return sizes;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Every_element_is_one_chain_of_multiply_adds(int rows, int columns, int depth)
    {
        Check<float, FloatScalar>(rows, columns, depth);
        Check<float, Float128>(rows, columns, depth);
        Check<float, Float256>(rows, columns, depth);
        Check<float, Float512>(rows, columns, depth);
        Check<double, DoubleScalar>(rows, columns, depth);
    }

    private static void Check<T, TLanes>(int rows, int columns, int depth)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TLanes : struct, ILanes<TLanes, T>
    {
        int panel = MatrixProduct<T, TLanes>.Panel, whole = (columns + TLanes.Count - 1) / TLanes.Count * TLanes.Count;
        int stride = (columns + panel - 1) / panel * panel, aStride = depth + 3;
        using NativeBuffer<T> a = new(), b = new(), bias = new(), c = new(), aT = new();
        Fill(a.Ensure(rows * aStride + 1), rows * aStride, "a");
        Fill(b.Ensure((long)depth * stride + panel), depth * stride, "b");
        Fill(bias.Ensure(stride), stride, "bias");
        // The products read whole registers.
        Fill(aT.Ensure(depth * rows + TLanes.Count), depth * rows, "a transposed");
        c.Ensure(rows * stride);

        // B in panels, start from a bias.
        MatrixProduct<T, TLanes>.Multiply(rows, whole, depth, new(a.Data, aStride, 1), new(b.Data, panel, depth * panel),
            new(bias.Data, 0, panel),
            new(c.Data, stride, panel));
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                T sum = bias.Data[j];
                for (int k = 0; k < depth; k++) sum = FusedMultiplyAdd.Of(a.Data[i * aStride + k],
                    b.Data[j / panel * depth * panel + k * panel + j % panel], sum);
                Assert.Equal(sum, c.Data[i * stride + j]);
            }
        }

        // A transposed, B in rows, start from C: continued in two parts.
        var before = c.Span.ToArray();
        using NativeBuffer<T> scratch = new();
        T* work = scratch.Ensure(MatrixProduct<T, TLanes>.TransposedScratch(rows));
        int half = depth / 2;
        MatrixProduct<T, TLanes>.MultiplyTransposed(rows, whole, half, aT.Data, rows, new(b.Data, stride, panel),
            new(c.Data, stride, panel), new(c.Data, stride, panel), work);
        MatrixProduct<T, TLanes>.Multiply(rows, whole, depth - half, new(aT.Data + half * rows, 1, rows),
            new(b.Data + half * stride, stride, panel),
            new(c.Data, stride, panel), new(c.Data, stride, panel));
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                T sum = before[i * stride + j];
                for (int k = 0; k < depth; k++) sum = FusedMultiplyAdd.Of(aT.Data[k * rows + i], b.Data[k * stride + j], sum);
                Assert.Equal(sum, c.Data[i * stride + j]);
            }
        }
    }

    private static void Fill<T>(T* target, int count, string purpose) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = RandomStream.FromSeed(1).Fork(purpose);
        for (int i = 0; i < count; i++) target[i] = T.CreateTruncating(random.Normal((ulong)i));
    }
}
