using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;
using RewardScaling.Cpu;
using RewardScaling.Models;

namespace RewardScaling.Benchmarks;

/// <summary>The matrix products of a training step, one by one, against the peak of the processor.</summary>
internal static unsafe class KernelRates
{
    /// <summary>Rows of activations: a chunk of a batch, and a wave of the way back.</summary>
    private const int ChunkRows = 96;

    public static void Run(KernelArguments arguments)
    {
        if (Vector512.IsHardwareAccelerated) Run<Float512>(arguments.Seconds);
        else if (Vector256.IsHardwareAccelerated) Run<Float256>(arguments.Seconds);
        else if (Vector128.IsHardwareAccelerated) Run<Float128>(arguments.Seconds);
        else Run<FloatScalar>(arguments.Seconds);
    }

    private static void Run<TLanes>(double seconds) where TLanes : struct, ILanes<TLanes, float>
    {
        Console.WriteLine($"{TLanes.Name}; best and median of short runs; peak measured around each product");
        Console.WriteLine($"{"product",-34}{"rows x columns x terms",-24}{"GFLOP/s",-20}{"peak",-10}share");
        foreach (var shape in new[] { WorkloadShape.Small, WorkloadShape.Medium })
        {
            var network = shape.Network;
            int width = network.Width, wide = network.FeedForwardWidth, wave = 4 * width;
            Product<TLanes>($"{shape.Name}: keys and values", ChunkRows, 2 * width, width, false, seconds);
            Product<TLanes>($"{shape.Name}: up", ChunkRows, wide, width, false, seconds);
            Product<TLanes>($"{shape.Name}: down", ChunkRows, width, wide, false, seconds);
            Product<TLanes>($"{shape.Name}: gradient of up", width, wide, wave, true, seconds);
            Product<TLanes>($"{shape.Name}: gradient of down", wide, width, wave, true, seconds);
        }
    }

    private static void Product<TLanes>(string name, int rows, int columns, int terms, bool transposed, double seconds)
        where TLanes : struct, ILanes<TLanes, float>
    {
        // Only for the strides it gives to rows of activations.
        var layout = new NetworkLayout(new TransformerShape { Vocabulary = 2, Context = 1, Width = 1, Layers = 1, Heads = 1 },
            [("head", 1)], TLanes.Count, sizeof(float));
        int panel = layout.Panel, aStride = layout.RowStride(transposed ? rows : terms), stride = layout.RowStride(columns);
        using NativeBuffer<float> a = new(), b = new(), c = new(), zeros = new(), scratch = new();
        Fill(a, (transposed ? terms : rows) * (long)aStride + panel);
        Fill(b, terms * (long)stride + panel);
        c.Ensure(rows * (long)stride);
        zeros.Ensure(panel);
        scratch.Ensure(MatrixProduct<float, TLanes>.TransposedScratch(rows));
        // Weights lie in panels, activations in rows.
        Grid<float> weights = new(b.Data, panel, (nint)terms * panel), activations = new(b.Data, stride, panel);
        Grid<float> start = new(zeros.Data, 0, 0), target = new(c.Data, stride, panel);
        double flop = 2.0 * rows * columns * terms, peak = FloatingPointPeak.Measure<TLanes>(0.05);
        int repeats = Math.Max(1, (int)(1e7 / flop));
        var rates = new List<double>();
        long begin = Stopwatch.GetTimestamp();
        do
        {
            // Time of the processor, not of the clock: what else runs on the machine does not count.
            var from = Environment.CpuUsage.TotalTime;
            for (int i = 0; i < repeats; i++)
            {
                if (transposed)
                {
                    MatrixProduct<float, TLanes>.MultiplyTransposed(rows, columns, terms, a.Data, aStride, activations, target,
                        target, scratch.Data);
                }
                else MatrixProduct<float, TLanes>.Multiply(rows, columns, terms, new(a.Data, aStride, 1), weights, start, target);
            }
            rates.Add(repeats * flop / (Environment.CpuUsage.TotalTime - from).TotalSeconds / 1e9);
        }
        while (Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds);
        peak = Math.Max(peak, FloatingPointPeak.Measure<TLanes>(0.05));
        rates.Sort();
        double best = rates[^1], median = rates[rates.Count / 2];
        string size = string.Create(CultureInfo.InvariantCulture, $"{rows} x {columns} x {terms}");
        string rate = string.Create(CultureInfo.InvariantCulture, $"{best:F1}, {median:F1}");
        string share = string.Create(CultureInfo.InvariantCulture, $"{best / peak:P0}, {median / peak:P0}");
        Console.WriteLine($"{name,-34}{size,-24}{rate,-20}{peak.ToString("F1", CultureInfo.InvariantCulture),-10}{share}");
    }

    private static void Fill(NativeBuffer<float> buffer, long length)
    {
        buffer.Ensure(length);
        for (long i = 0; i < length; i++) buffer.Data[i] = (i * 7919 % 1000 - 500) * 1e-3f;
    }
}
