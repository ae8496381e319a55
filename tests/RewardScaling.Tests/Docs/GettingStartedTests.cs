using RewardScaling.Numerics;
using RewardScaling.Tests.Studies;

namespace RewardScaling.Tests.Docs;

public sealed class GettingStartedTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("own-samples")]
    [InlineData("whole-study")]
    [InlineData("own-reward-model")]
    public void The_code_of_the_page_is_the_code_that_is_run(string region)
    {
        string root = Repository.Root;
        string source = File.ReadAllText(Path.Combine(root, "tests", "RewardScaling.Tests", "Docs", "GettingStartedExamples.cs"));
        string[] lines = source.Split($"#region {region}\n")[1].Split("#endregion")[0].TrimEnd().Split('\n');
        string code = string.Join('\n', lines.Select(static line => line.Length > 8 ? line[8..] : ""));

        Assert.True(code.Split('\n').Length <= 10);
        Assert.Contains($"```csharp\n{code}\n```", File.ReadAllText(Path.Combine(root, "docs", "getting-started.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Own_samples_give_a_fit()
    {
        // Gold is what a proxy with as much noise as signal leaves of it: E[gold of best-of-n] rises
        // like that of the proxy, halved.
        var stream = RandomStream.FromSeed(1);
        double[][] gold = [.. Enumerable.Range(0, 200).Select(p => Draws(stream.Fork("gold").Fork(p)))];
        double[][] proxy =
            [.. gold.Select((scores, p) => scores.Zip(Draws(stream.Fork("noise").Fork(p)), static (a, b) => a + b).ToArray())];
        var fit = GettingStartedExamples.OwnSamples(proxy, gold);
        Assert.True(fit.Alpha.Value > 0);

        // People's scores from 1 to 5 with a mean of 3.45: R(0) = 0 is not so, and the peak stays where it was.
        var raw = GettingStartedExamples.OwnSamples(proxy, [.. gold.Select(static scores => Array.ConvertAll(scores, static score => Math.Clamp(3.45 + 0.5 * score, 1, 5)))]);
        Assert.Contains(raw.Warnings, static warning => warning.Contains("gold at KL = 0 is 3.", StringComparison.Ordinal) && warning.Contains("the offset was fitted", StringComparison.Ordinal));
        Assert.InRange(raw["offset"].Value, 3.4, 3.5);
        Assert.InRange(raw.MeasuredPeak.Highest.Gold.Value, 3.5, 5);

        static double[] Draws(RandomStream stream) => [.. Enumerable.Range(0, 64).Select(i => stream.Normal((ulong)i))];
    }

    [Fact]
    public async Task A_whole_study_leaves_its_report()
    {
        using var folder = new TemporaryFolder();
        await GettingStartedExamples.WholeStudy(TinyStudy.Plan, folder.File("run"), progress: null, Token);

        foreach (string name in new[] { "report.html", "curves.csv", "study.json" })
            Assert.True(new FileInfo(Path.Combine(folder.File("run"), name)).Length > 100, name);
    }

    [Fact]
    public async Task A_reward_model_of_ones_own_runs_a_study()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal("few a", (await GettingStartedExamples.OwnRewardModel(TinyStudy.Plan, folder.File("run"), Token)).Gold.Description);
    }
}
