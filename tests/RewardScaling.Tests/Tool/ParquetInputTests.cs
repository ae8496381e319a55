using Parquet.Serialization;
using RewardScaling.Tool;

namespace RewardScaling.Tests.Tool;

/// <summary>The commands read Parquet as they read text: rollouts that a trainer left, and preferences.</summary>
public sealed class ParquetInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private sealed class Completion
    {
        public long step { get; set; }
        public string prompt { get; set; } = "";
        public string completion { get; set; } = "";
        public double proxy_reward { get; set; }
        public double gold_reward { get; set; }
        public double advantage { get; set; }
    }

    private sealed class Pair
    {
        public string prompt { get; set; } = "";
        public string chosen { get; set; } = "";
        public string rejected { get; set; } = "";
    }

    private static async Task<(int Code, string Words)> Run(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int code = await CommandLine.RunAsync(args, new(output, error));
        return (code, output.ToString() + error);
    }

    [Fact]
    public async Task Completions_by_step_are_analysed()
    {
        // Two prompts of two samples at each of two steps; at step 20 the proxy chooses the worse one.
        Completion[] rows = [.. from step in (long[])[10, 20]
                                from prompt in (string[])["a", "b"]
                                from sample in (int[])[0, 1]
                                select new Completion { step = step, prompt = prompt, completion = "c", proxy_reward = sample, gold_reward = step == 10 ? sample : 1 - sample }];
        string path = _folder.File("completions_00010.parquet");
        await ParquetSerializer.SerializeAsync(rows, path, cancellationToken: TestContext.Current.CancellationToken);
        var (code, words) = await Run("analyse", path, "--out", _folder.File("report.html"));
        Assert.Equal(0, code);
        Assert.Contains("gains 0.5 ± 0 of gold at step 10 and -0.5 ± 0 at step 20", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preferences_of_a_study_may_be_Parquet()
    {
        string path = _folder.File("pairs.parquet");
        await ParquetSerializer.SerializeAsync((Pair[])[new() { prompt = "q", chosen = "same", rejected = "same" }], path, cancellationToken: TestContext.Current.CancellationToken);
        var (code, words) = await Run("study", "--preferences", path, "--out", _folder.File("run"));
        Assert.Equal(2, code);
        // What is inside was read: only the pair itself is wrong.
        Assert.Contains("chosen and rejected are the same text", words, StringComparison.Ordinal);
    }
}
