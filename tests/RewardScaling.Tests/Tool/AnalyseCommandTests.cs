using System.Xml.Linq;
using RewardScaling.Reports;
using RewardScaling.Tests.Reports;
using RewardScaling.Tool;

namespace RewardScaling.Tests.Tool;

/// <summary>The command that analyses anybody's run, as from the command line.</summary>
public sealed class AnalyseCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private (int Code, string Output, string Error) Run(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int code = CommandLine.RunAsync(["analyse", .. args, "--out", _folder.File("report.html")], new(output, error)).GetAwaiter().GetResult();
        return (code, output.ToString(), error.ToString());
    }

    private string Wrote(string name, string text)
    {
        File.WriteAllText(_folder.File(name), text);
        return _folder.File(name);
    }

    [Fact]
    public void The_shipped_run_is_fitted_and_its_report_and_plots_are_written()
    {
        string shipped = Path.Combine(Repository.Root, "samples", "quick-ppo.csv");
        var (code, output, error) = Run(shipped, "--axis", "log");
        Assert.Equal((0, ""), (code, error));
        foreach (string expected in new[] { "rl law fitted to gold", "rl law fitted to proxy", "laws compared", "* ", "plots beside it: reward-curve.svg" })
            Assert.Contains(expected, output, StringComparison.Ordinal);
        string html = File.ReadAllText(_folder.File("report.html"));
        XElement page = XElement.Parse(html[html.IndexOf("<html", StringComparison.Ordinal)..]);
        Assert.Single(page.Descendants(XName.Get("svg", "http://www.w3.org/2000/svg")));
        Assert.Equal("svg", XElement.Load(_folder.File("reward-curve.svg")).Name.LocalName);
    }

    [Fact]
    public void A_run_made_from_a_law_gives_its_peak_back()
    {
        // d (0.6 - 0.3 ln d) peaks at d = e, KL = e² = 7.389, with gold 0.3 e = 0.815.
        string file = Wrote("law.csv", "step,kl,proxy,gold\n" + string.Join('\n', Enumerable.Range(0, 30).Select(static i =>
            FormattableString.Invariant($"{i},{0.5 * i},{Math.Sqrt(0.5 * i)},{(i == 0 ? 0 : Math.Sqrt(0.5 * i) * (0.6 - 0.15 * Math.Log(0.5 * i)))}"))));
        var (code, output, error) = Run(file, "--kl-is", "sequence", "--kl", "kl", "--proxy", "proxy", "--gold", "gold", "--step", "step", "--offset", "zero");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("at KL 7.389", output, StringComparison.Ordinal);
        Assert.Contains("0.815", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("best-of-n", "best-of-n law fitted to gold")]
    [InlineData("ppo", "rl law fitted to gold")]
    public void A_curve_of_a_study_is_fitted_by_the_law_of_its_method(string method, string expected)
    {
        string file = Wrote("curves.csv", CurvesCsv.ToText(SampleStudy.Curves(1, 1)));
        var (code, output, error) = Run(file, "--where", $"method={method}");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains(expected, output, StringComparison.Ordinal);
        (code, output, error) = Run(file);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("* 2 runs, each by itself", output, StringComparison.Ordinal);
        Assert.Contains(expected, output, StringComparison.Ordinal);
        (code, _, error) = Run(file, "--run", "nobody");
        Assert.Equal(2, code);
        Assert.Contains("There is no run 'nobody'; there are method=best-of-n", error, StringComparison.Ordinal);
    }

    // Neither KL nor gold is no reason to say nothing.
    [Theory]
    [InlineData("step,kl,proxy,gold\n1,1,1,1\n2,2,2,2\n", "say which KL it is (--kl-is")]
    [InlineData("step,proxy,gold\n1,1,1\n2,2,2\n", "no column has a known name for KL")]
    [InlineData("step,objective/kl,objective/scores\n1,1,1\n2,2,2\n", "no column has a known name for gold")]
    [InlineData("step,reward,completions/mean_length,frac_reward_zero_std\n1,1,10,0\n2,2,30,0.5\n", "Set beta above 0")]
    public void A_run_without_a_law_has_a_report_all_the_same(string text, string why)
    {
        var (code, output, error) = Run(Wrote("run.csv", text));
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("* No law of gold: ", output, StringComparison.Ordinal);
        Assert.Contains(why, output, StringComparison.Ordinal);
        Assert.Contains("The proxy, ", output, StringComparison.Ordinal);
        Assert.Contains("the step, which is no distance", output, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder.File("course.svg")));
    }

    [Fact]
    public void A_perplexity_is_best_where_it_is_lowest()
    {
        var (code, output, error) = Run(Wrote("run.csv", "step,kl_per_sequence,reward,perplexity\n1,1,0,20\n2,2,.1,17\n3,3,.2,15.5\n4,4,.3,15\n5,5,.4,15.2\n6,6,.5,16\n7,7,.6,17.1\n8,8,.7,18.5\n"));
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("'perplexity' is lowest, 15, at 4 nats, and 18.5 at the largest KL", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1e6,0.5,0.11\n1e7,0.56,0.1\n1e8,0.61,0.092\n1e9,0.67,0.08\n", "of 8 coefficients")]
    // Two sizes are a line, but leave nothing to predict one of them from.
    [InlineData("1e6,0.5,0.11\n1e6,0.51,0.112\n1e7,0.56,0.1\n1e7,0.57,0.101\n", "best-of-n: ")]
    public void Coefficients_by_size_are_extrapolated(string rows, string expected)
    {
        var (code, output, error) = Run(Wrote("sizes.csv", "rm_parameters,alpha_bon,beta_bon\n" + rows));
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("ten times the largest: peak KL", output, StringComparison.Ordinal);
        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.Equal(expected != "best-of-n: ", output.Contains("left out", StringComparison.Ordinal));
    }

    [Fact]
    public void For_programs_there_is_one_line_of_json()
    {
        string shipped = Path.Combine(Repository.Root, "samples", "quick-ppo.csv");
        var (code, output, error) = Run(shipped, "--json");
        Assert.Equal((0, ""), (code, error));
        using var found = System.Text.Json.JsonDocument.Parse(Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.NotEqual(0, found.RootElement.GetProperty("findings").GetArrayLength());
        Assert.Equal("rl", found.RootElement.GetProperty("fits")[0].GetProperty("law").GetString());
        Assert.True(File.Exists(found.RootElement.GetProperty("report").GetString()));
    }

    [Fact]
    public void Help_lists_the_options()
    {
        var (code, output, _) = Run("--help");
        Assert.Equal(0, code);
        Assert.Contains("--kl-is", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "Required argument missing")]
    [InlineData("no-such-file.csv", "no-such-file.csv")]
    [InlineData("{shipped} --axis cubic", "cubic")]
    [InlineData("{shipped} --kl no_such_column", "no_such_column")]
    [InlineData("{shipped} --where method", "--where method must be COLUMN=VALUE.")]
    [InlineData("{shipped} --where method=dpo", "dpo")]
    [InlineData("{shipped} --colour red", "--colour")]
    [InlineData("{empty}", "empty.csv")]
    [InlineData("{nan} --kl kl_nats --proxy proxy --gold gold --step step", "NaN")]
    [InlineData("{two} --kl kl_nats --proxy proxy --gold gold --step step --kl-is sequence", "different distances")]
    public void Bad_input_ends_with_2_and_says_what_is_wrong(string arguments, string expected)
    {
        string Place(string word) => word switch
        {
            "{shipped}" => Path.Combine(Repository.Root, "samples", "quick-ppo.csv"),
            "{empty}" => Wrote("empty.csv", ""),
            "{nan}" => Wrote("nan.csv", "step,kl_nats,proxy,gold\n0,0,0,0\n1,NaN,1,1\n2,1,1,1\n"),
            "{short}" => Wrote("short.csv", "step,kl_nats,proxy,gold\n1,1,1,1\n2,1,1,1\n"),
            "{two}" => Wrote("two.csv", "step,kl_nats,proxy,gold\n1,0,1,1\n2,1,1.5,2\n"),
            _ => word,
        };
        var (code, _, error) = Run([.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Place)]);
        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("report.html")));
    }
}
