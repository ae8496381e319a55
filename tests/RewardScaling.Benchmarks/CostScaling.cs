using System.Globalization;
using RewardScaling.Cpu;

namespace RewardScaling.Benchmarks;

/// <summary>
/// Measures how the time of a token grows. One size is varied at a time; the others stay at width 64, heads of width 16,
/// 2 layers, sequences of 16 tokens, 2,048 tokens in a batch and one thread.
/// </summary>
internal static class CostScaling
{
    private const int Width = 64, Layers = 2, Context = 16, Tokens = 2048;

    public static void Run(ScalingArguments arguments)
    {
        Setting basis = new(Width, Layers, Context, Tokens / Context, 1);
        int[] threads = [.. new[] { 1, 2, 4, 8, 16, 32, 64 }.TakeWhile(static count => count <= Environment.ProcessorCount)];
        CostPlot[] plots =
        [
            Plot("width", "2", [16, 32, 64, 128, 256], width => basis with { Width = width }),
            Plot("layers", "1", [1, 2, 4, 8], layers => basis with { Layers = layers }),
            Plot("context", "1", [16, 32, 64, 128, 256], length => basis with { Context = length, Batch = Tokens / length }),
            Plot("batch", "0", [1, 4, 16, 64, 256], batch => basis with { Batch = batch }),
            .. threads.Length > 1 ? [Plot("threads", "-1", threads, count => basis with { Threads = count })] : Array.Empty<CostPlot>(),
        ];
        Console.WriteLine($"{"size",-9}{"values",-22}{"workload",-10}{"us per token",-36}{"found",7}{"last two",10}{"counted",9}{"in the limit",14}");
        foreach (var plot in plots)
            foreach (var series in plot.Series) Print(plot, series);
        if (arguments.Svg is { } path) CostFigure.Of(plots).Save(path);

        CostPlot Plot(string name, string limit, int[] sizes, Func<int, Setting> at)
        {
            var measured = sizes.Select(size => (Size: size, Setting: at(size))).ToArray();
            var costs = measured.Select(one => one.Setting.Measure(arguments.Seconds)).ToArray();
            return new(name, limit,
            [
                new("train", [.. measured.Zip(costs, static (one, cost) =>
                    new CostPoint(one.Size, cost.Train, one.Setting.TrainingCount))]),
                new("draw", [.. measured.Zip(costs, static (one, cost) =>
                    new CostPoint(one.Size, cost.Draw, one.Setting.DrawingCount))]),
            ]);
        }
    }

    private static void Print(CostPlot plot, CostSeries series)
    {
        string sizes = string.Join(", ", series.Points.Select(static point => point.Size.ToString(CultureInfo.InvariantCulture)));
        string times = string.Join(", ", series.Points.Select(static point =>
            (point.Seconds * 1e6).ToString("G3", CultureInfo.InvariantCulture)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{plot.Size,-9}{sizes,-22}{series.Workload,-10}{times,-36}{series.Found,7:F2}{series.FoundAtLast,10:F2}{series.Expected,9:F2}{plot.Limit,14}"));
    }

    /// <summary>One place in the space of sizes.</summary>
    private sealed record Setting(int Width, int Layers, int Context, int Batch, int Threads)
    {
        private const int HeadWidth = 16;

        // A quarter of a sequence is its prompt, as in the comparison.
        private int Prompt => Context / 4;

        private int Response => Context - Prompt;

        private WorkloadShape Shape => new("scaling", new()
        {
            Vocabulary = WorkloadShape.Small.Network.Vocabulary,
            Context = Context,
            Width = Width,
            Layers = Layers,
            Heads = Width / HeadWidth,
        }, Prompt, Response, Batch, Batch, 1);

        public double TrainingCount => CostCount.Training(Shape.Network, Context) / Threads;

        public double DrawingCount => CostCount.Drawing(Shape.Network, Prompt, Response) / Threads;

        /// <summary>Seconds for each token trained on and drawn.</summary>
        public (double Train, double Draw) Measure(double seconds)
        {
            using var workloads = new Workloads(Shape, new CpuEngine(Threads));
            double Rate(string name)
            {
                var workload = workloads.All.First(one => one.Name == name);
                return Workloads.Rate(workload.Units, seconds / 2, workload.Run);
            }
            return (1 / Rate("sft"), 1 / Rate("sample"));
        }
    }
}

/// <summary>What one size does to both workloads.</summary>
/// <param name="Size">The size that is varied.</param>
/// <param name="Limit">The exponent where this size is all that counts.</param>
/// <param name="Series">The workloads.</param>
internal sealed record CostPlot(string Size, string Limit, IReadOnlyList<CostSeries> Series);
