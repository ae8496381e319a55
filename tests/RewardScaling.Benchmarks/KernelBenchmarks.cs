using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace RewardScaling.Benchmarks;

/// <summary>The kernels of the CPU engine under BenchmarkDotNet, one thread.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class KernelBenchmarks
{
    public const string Help = """
        bench [options]: the kernels of the CPU engine by BenchmarkDotNet, whose options it takes
          --filter *Kernel*    all of them; without it they are listed to choose from
          --job short          three short runs of each
        """;

    private KernelCase _numbers = null!;

    /// <summary>All kernels by name.</summary>
    public static IEnumerable<string> Names => Kernels.All.Select(static kernel => kernel.ToString());

    /// <summary>Which.</summary>
    [ParamsSource(nameof(Names))]
    public string Kernel { get; set; } = "";

    // In this process: a program written and built for each kernel would not see the engine's kernels, which are internal.
    internal static void Start(string[] arguments) =>
        BenchmarkSwitcher.FromTypes([typeof(KernelBenchmarks)]).Run([.. arguments, "--inProcess"],
            DefaultConfig.Instance.WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(60)));

    [GlobalSetup]
    public void Create() => _numbers = Kernels.All.First(kernel => kernel.ToString() == Kernel).Create();

    [Benchmark]
    public void Run() => _numbers.Run();

    [GlobalCleanup]
    public void GiveBack() => _numbers.Dispose();
}
