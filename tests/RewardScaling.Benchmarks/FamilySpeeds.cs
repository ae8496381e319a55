using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Samples.TorchStudy;
using RewardScaling.TorchSharp;

namespace RewardScaling.Benchmarks;

/// <summary>Tokens per second of real families on both engines and beside other programs, one after the other: medians of several
/// batches after one that does not count, the lowest and the highest.</summary>
internal sealed class FamilySpeeds(FamilyArguments arguments)
{
    private const int Trained = 4, Length = 64, Drawn = 32, Prompt = 4;

    private static readonly RandomStream s_random = RandomStream.FromSeed(1);

    public static void Run(FamilyArguments arguments) => new FamilySpeeds(arguments).Run();

    private void Run()
    {
        foreach (var shape in arguments.Shapes)
        {
            string folder = Path.Combine(arguments.Folder, shape.Name);
            Write(shape, folder);
            foreach (int threads in arguments.Threads)
            {
                var rates = new List<FamilyRate>();
                foreach (string engine in arguments.Engines) rates.AddRange(Own(engine, shape, folder, threads));
                if (arguments.Python is not null) rates.AddRange(Peers(shape, threads));
                Print(shape, threads, rates);
            }
        }
    }

    private static void Write(FamilyShape shape, string folder)
    {
        if (File.Exists(Path.Combine(folder, "model.safetensors"))) return;
        using var policy = new CpuEngine().CreatePolicy(shape.Network, s_random.Fork(shape.Name));
        ModelFolder.Save(policy, folder);
    }

    private List<FamilyRate> Own(string name, FamilyShape shape, string folder, int threads)
    {
        var cpu = new CpuEngine(threads);
        IEngine engine = name switch
        {
            "torch" => Libtorch.Engine("cpu", threads, TorchPrecision.Float32),
            "torch-bf16" => ((TorchEngine)Libtorch.Engine("cpu", threads, TorchPrecision.Float32)).BFloat16,
            "bf16" => cpu.BFloat16,
            _ => cpu,
        };
        using var policy = engine.LoadPolicy(folder);
        var rates = new List<FamilyRate>();
        if (!name.EndsWith("bf16", StringComparison.Ordinal))
        {
            var batch = Tokens(shape, Trained, Length, 1);
            rates.Add(new(name, "train", Rates(Trained * Length, () => Train(policy, batch))));
        }
        var prompts = Tokens(shape, Drawn, Prompt, Prompt);
        rates.Add(new(name, "draw", Rates(Drawn * arguments.Tokens, () => Draw(policy, prompts, arguments.Tokens))));
        using var process = Process.GetCurrentProcess();
        Console.Error.WriteLine($"{shape.Name}, {threads} threads: {name} done, {process.WorkingSet64 >> 20} MB resident, {process.PeakWorkingSet64 >> 20} MB at most so far");
        return rates;
    }

    private static void Train(ITrainablePolicy policy, TokenBatch batch)
    {
        PolicyOutputs outputs = new(), slopes = new();
        policy.Forward(batch, outputs);
        slopes.Reset(outputs.Count);
        slopes.LogProbs.Fill(-1f / outputs.Count);
        policy.Backward(slopes);
        policy.Step(new(), 1e-5);
    }

    private static void Draw(ITrainablePolicy policy, TokenBatch prompts, int tokens) => policy.SampleAsync(prompts,
        new() { ResponseLength = tokens }, Enumerable.Range(0, prompts.Count).Select(i => s_random.Fork("draws").Fork(i)).ToArray())
        .AsTask().Wait();

    /// <summary>Tokens per second of each batch. The first makes buffers, gradients and moments, whose pages the system gives one by
    /// one, and is left out.</summary>
    private double[] Rates(int tokens, Action run)
    {
        run();
        var rates = new List<double>();
        for (long start = Stopwatch.GetTimestamp(), before = start; rates.Count < arguments.Batches
            || Stopwatch.GetElapsedTime(start).TotalSeconds < arguments.Seconds;)
        {
            run();
            long now = Stopwatch.GetTimestamp();
            rates.Add(tokens / Stopwatch.GetElapsedTime(before, now).TotalSeconds);
            before = now;
        }
        return [.. rates];
    }

    private static TokenBatch Tokens(FamilyShape shape, int count, int length, int prompt) =>
        new([.. Enumerable.Range(0, count).Select(i => new TokenSequence(Enumerable.Range(0, length).Select(t =>
            s_random.Fork("tokens").Fork(i).Below((ulong)t, shape.Network.Vocabulary)).ToArray(), prompt))]);

    private List<FamilyRate> Peers(FamilyShape shape, int threads)
    {
        string count = threads.ToString(CultureInfo.InvariantCulture), root = arguments.SeenAs ?? Path.GetFullPath(arguments.Folder);
        var start = new ProcessStartInfo(arguments.Python!)
        {
            ArgumentList = { root + "/families_peer.py", "--model", $"{root}/{shape.Name}", "--threads", count, "--tokens",
                arguments.Tokens.ToString(CultureInfo.InvariantCulture), "--batches",
                arguments.Batches.ToString(CultureInfo.InvariantCulture), "--seconds",
                arguments.Seconds.ToString(CultureInfo.InvariantCulture) },
            RedirectStandardOutput = true,
            Environment = { ["OMP_NUM_THREADS"] = count, ["OPENBLAS_NUM_THREADS"] = count },
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{arguments.Python} did not start.");
        var rates = new List<FamilyRate>();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (!line.StartsWith('{')) continue;
            using var json = JsonDocument.Parse(line);
            rates.Add(new(json.RootElement.GetProperty("who").GetString()!, json.RootElement.GetProperty("what").GetString()!,
                [.. json.RootElement.GetProperty("per_second").EnumerateArray().Select(static rate => rate.GetDouble())]));
        }
        process.WaitForExit();
        return rates;
    }

    private void Print(FamilyShape shape, int threads, List<FamilyRate> rates)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{shape.Name}, {threads} {(threads == 1 ? "thread" : "threads")}; tokens/s: median [lowest, highest] of batches; training {Trained} x {Length}, drawing {Drawn} x {arguments.Tokens}"));
        foreach (string what in (string[])["train", "draw"])
        {
            double own = rates.Find(rate => rate.Who == "cpu" && rate.What == what)?.Median ?? 0;
            foreach (var rate in rates.Where(rate => rate.What == what))
            {
                string ratio = own == 0 || rate.Who == "cpu" ? "" : string.Create(CultureInfo.InvariantCulture,
                    $"   cpu is {own / rate.Median:F2} times as fast");
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {what,-6} {rate.Who,-10} {rate.Median,8:F1} [{rate.PerSecond.Min():F1}, {rate.PerSecond.Max():F1}] of {rate.PerSecond.Count}{ratio}"));
            }
        }
    }
}
