using System.Runtime.Intrinsics;
using RewardScaling.Cpu;
using RewardScaling.Models;

namespace RewardScaling.Benchmarks;

/// <summary>The kernels of the CPU engine at the sizes they have inside the workloads of <see cref="Comparison"/>.</summary>
internal static class Kernels
{
    /// <summary>All, on the widest register of the processor.</summary>
    public static IReadOnlyList<KernelChoice> All { get; } =
        Vector512.IsHardwareAccelerated ? Kernels<Float512>.All
        : Vector256.IsHardwareAccelerated ? Kernels<Float256>.All
        : Vector128.IsHardwareAccelerated ? Kernels<Float128>.All
        : Kernels<FloatScalar>.All;
}

/// <summary>The kernels on one register.</summary>
internal static unsafe class Kernels<TLanes> where TLanes : struct, ILanes<TLanes, float>
{
    /// <summary>Rows of activations: a chunk of a batch.</summary>
    private const int ChunkRows = 96;

    public static IReadOnlyList<KernelChoice> All =>
    [
        .. Products(WorkloadShape.Small), .. Others(WorkloadShape.Small),
        .. Products(WorkloadShape.Medium), .. Others(WorkloadShape.Medium),
    ];

    private static IEnumerable<KernelChoice> Products(WorkloadShape shape)
    {
        // A wave of the way back has 4 rows for each unit of width.
        int width = shape.Network.Width, wide = shape.Network.FeedForwardWidth, wave = 4 * width;
        yield return Product($"{shape.Name}: keys and values", ChunkRows, 2 * width, width, false);
        yield return Product($"{shape.Name}: up", ChunkRows, wide, width, false);
        yield return Product($"{shape.Name}: down", ChunkRows, width, wide, false);
        yield return Product($"{shape.Name}: gradient of up", width, wide, wave, true);
        yield return Product($"{shape.Name}: gradient of down", wide, width, wave, true);
    }

    private static IEnumerable<KernelChoice> Others(WorkloadShape shape)
    {
        int width = shape.Network.Width, wide = shape.Network.FeedForwardWidth, vocabulary = shape.Network.Vocabulary;
        string head = $"{shape.Length} queries of width {shape.Network.HeadWidth}";
        yield return new($"{shape.Name}: attention of a head", head, 0, () => OneHead(shape, back: false));
        yield return new($"{shape.Name}: attention of a head, back", head, 0, () => OneHead(shape, back: true));
        yield return new($"{shape.Name}: attention of a drawn token", $"{shape.Network.Heads} heads, {shape.Length} keys", 0,
            () => AllHeads(shape));
        yield return new($"{shape.Name}: LayerNorm", $"{ChunkRows} x {width}", 0, () => Norm(width, back: false));
        yield return new($"{shape.Name}: LayerNorm, back", $"{ChunkRows} x {width}", 0, () => Norm(width, back: true));
        yield return new($"{shape.Name}: GELU", $"{ChunkRows} x {wide}", 0, () => Gelu(wide, slopes: false));
        yield return new($"{shape.Name}: GELU and its slopes", $"{ChunkRows} x {wide}", 0, () => Gelu(wide, slopes: true));
        yield return new($"{shape.Name}: logits read", $"{ChunkRows} x {vocabulary}", 0, () => Read(vocabulary));
    }

    private static KernelChoice Product(string name, int rows, int columns, int terms, bool transposed) =>
        new(name, FormattableString.Invariant($"{rows} x {columns} x {terms}"), 2.0 * rows * columns * terms,
            transposed ? () => Gradient(rows, columns, terms) : () => Linear(rows, columns, terms));

    private static KernelCase Linear(int rows, int columns, int terms)
    {
        var numbers = new Numbers();
        int panel = numbers.Panel, aStride = numbers.Stride(terms), stride = numbers.Stride(columns);
        float* a = numbers.Of(rows * aStride), b = numbers.Of(terms * columns), c = numbers.Of(rows * stride);
        Grid<float> weights = new(b, panel, (nint)terms * panel), start = new(numbers.Zeros(), 0, 0), target = new(c, stride, panel);
        return numbers.Case(() => MatrixProduct<float, TLanes>.Multiply(rows, columns, terms, new(a, aStride, 1), weights, start,
            target));
    }

    /// <summary>In pieces, as <see cref="BackwardPass{T, TLanes}"/> cuts it.</summary>
    private static KernelCase Gradient(int rows, int columns, int terms)
    {
        var numbers = new Numbers();
        int panel = numbers.Panel, aStride = numbers.Stride(rows), bStride = numbers.Stride(columns),
            step = BackwardPass<float, TLanes>.PiecePanels * panel, height = Math.Min(rows, BackwardPass<float, TLanes>.PieceRows);
        float* a = numbers.Of(terms * aStride), b = numbers.Of(terms * bStride), c = numbers.Of(rows * columns),
            scratch = numbers.Of(MatrixProduct<float, TLanes>.TransposedScratch(height));
        return numbers.Case(() =>
        {
            for (int column = 0; column < columns; column += step)
            {
                for (int row = 0; row < rows; row += height)
                {
                    Grid<float> target = new(c + column * rows + row * panel, panel, (nint)rows * panel);
                    MatrixProduct<float, TLanes>.MultiplyTransposed(Math.Min(height, rows - row), Math.Min(step, columns - column),
                        terms, a + row, aStride, new(b + column, bStride, panel), target, target, scratch);
                }
            }
        });
    }

    private static KernelCase OneHead(WorkloadShape shape, bool back)
    {
        var numbers = new Numbers();
        int queries = shape.Length, width = shape.Network.HeadWidth, stride = numbers.Stride(queries),
            padded = numbers.Stride(width), size = queries * padded;
        float* q = numbers.Of(size), k = numbers.Of(size), v = numbers.Of(size), o = numbers.Of(size),
            kT = numbers.Of(padded * stride), vT = numbers.Of(padded * stride), softmax = numbers.Of(2 * queries),
            zeros = numbers.Zeros();
        float* scratch = numbers.Of(Attention<float, TLanes>.ForwardScratch(stride)
            + Attention<float, TLanes>.BackwardScratch(queries, stride));
        Attention<float, TLanes>.Transpose(queries, width, k, padded, kT, stride);
        Attention<float, TLanes>.Transpose(queries, width, v, padded, vT, stride);
        void Forward() => Attention<float, TLanes>.Forward(queries, 0, width, padded, q, padded, kT, stride, v, padded, o, padded,
            softmax, 2, scratch, zeros);
        if (!back) return numbers.Case(Forward);
        Forward();
        float* dq = numbers.Of(size), dk = numbers.Of(size), dv = numbers.Of(size), dO = numbers.Of(size);
        return numbers.Case(() => Attention<float, TLanes>.Backward(queries, 0, width, padded, new(q, dq, padded),
            new(o, dO, padded), kT, vT, stride, new(k, dk, padded), new(v, dv, padded), softmax, 2, scratch, zeros));
    }

    private static KernelCase AllHeads(WorkloadShape shape)
    {
        var numbers = new Numbers();
        int keys = shape.Length, heads = shape.Network.Heads, width = shape.Network.HeadWidth, stride = numbers.Stride(keys),
            padded = (width + TLanes.Count - 1) / TLanes.Count * TLanes.Count, all = heads * padded;
        float* q = numbers.Of(all), o = numbers.Of(all), v = numbers.Of(keys * all), kT = numbers.Of(heads * width * stride),
            softmax = numbers.Of(2 * heads), scores = numbers.Of(AttentionStep<float, TLanes>.Scratch(heads, stride));
        return numbers.Case(() => AttentionStep<float, TLanes>.Forward(heads, 1, keys, width, padded, q, kT, width * stride,
            stride, v, all, o, softmax, scores));
    }

    private static KernelCase Norm(int width, bool back)
    {
        var numbers = new Numbers();
        int stride = numbers.Stride(width), size = ChunkRows * stride;
        float* x = numbers.Of(size), y = numbers.Of(size), gain = numbers.Of(width), bias = numbers.Of(width),
            moments = numbers.Of(2 * ChunkRows), dy = numbers.Of(size);
        void Forward() => LayerNorm<float, TLanes>.Forward(ChunkRows, width, x, gain, bias, y, stride, 1e-5f, moments);
        if (!back) return numbers.Case(Forward);
        Forward();
        return numbers.Case(() => LayerNorm<float, TLanes>.Backward(ChunkRows, width, dy, x, gain, moments, null, y, stride));
    }

    private static KernelCase Gelu(int width, bool slopes)
    {
        var numbers = new Numbers();
        int stride = numbers.Stride(width);
        int size = ChunkRows * stride;
        float* x = numbers.Of(size), values = numbers.Of(size), to = slopes ? numbers.Of(size) : null;
        return numbers.Case(() =>
        {
            // It works in place; of its own values it would make ever smaller ones.
            new ReadOnlySpan<float>(x, size).CopyTo(new(values, size));
            RowKernels<float, TLanes>.Gelu(ChunkRows, width, values, to, stride);
        });
    }

    private static KernelCase Read(int vocabulary)
    {
        var numbers = new Numbers();
        int stride = numbers.Stride(vocabulary);
        float* logits = numbers.Of(ChunkRows * stride);
        return numbers.Case(() =>
        {
            for (int row = 0; row < ChunkRows; row++)
                TokenHead<float, TLanes>.Normalize(vocabulary, logits + row * stride, 1);
        });
    }

    /// <summary>The numbers of one kernel.</summary>
    private sealed class Numbers
    {
        private readonly List<IDisposable> _buffers = [];

        // Only for the strides it gives to rows of activations.
        private readonly NetworkLayout _layout = new(
            new TransformerShape { Vocabulary = 2, Context = 1, Width = 1, Layers = 1, Heads = 1 }, [("head", 1)], TLanes.Count,
            sizeof(float));

        public int Panel => _layout.Panel;

        public int Stride(int columns) => _layout.RowStride(columns);

        /// <summary>Numbers in [-0.5, 0.5], and a panel more, because kernels read whole registers.</summary>
        public float* Of(int length)
        {
            var buffer = new NativeBuffer<float>();
            _buffers.Add(buffer);
            buffer.Ensure(length + Panel);
            for (int i = 0; i < length; i++) buffer.Data[i] = (i * 7919L % 1000 - 500) * 1e-3f;
            return buffer.Data;
        }

        /// <summary>A panel of zeros.</summary>
        public float* Zeros() => Of(0);

        public KernelCase Case(Action run) => new(_buffers, run);
    }
}
