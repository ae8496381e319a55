using RewardScaling.Tool;

namespace RewardScaling.Tests.Tool;

/// <summary>What analyse says of runs on which a law says something else than the points, or nothing at all.</summary>
public sealed class AnalyseWordsTests : IDisposable
{
    private const string Header = "step,kl_per_sequence,reward,gold\n";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private (int Code, string Words) Say(string text, params string[] options)
    {
        string file = _folder.File("run.txt");
        File.WriteAllText(file, text);
        using StringWriter output = new(), error = new();
        int code = CommandLine.RunAsync(["analyse", file, "--out", _folder.File("report.html"), .. options], new(output, error)).GetAwaiter().GetResult();
        return (code, output.ToString() + error);
    }

    private static string Rows(int count, Func<int, FormattableString> row) =>
        string.Join('\n', Enumerable.Range(1, count).Select(i => FormattableString.Invariant(row(i))));

    [Fact]
    public void More_than_the_allowed_megabytes_are_not_read()
    {
        string text = Header + Rows(60_000, static i => $"{i},{0.01 * i},{0.1 * i},{0.3 + 1e-6 * i}");
        Assert.InRange(text.Length, 1_100_000, 3_000_000);
        var (code, words) = Say(text, "--max-mb", "1");
        Assert.Equal(2, code);
        Assert.Contains("--max-mb on the command line", words, StringComparison.Ordinal);
        Assert.Equal(0, Say(text[..200_000], "--max-mb", "1").Code);
    }

    /// <summary>Runs without a law: text, options, what is said, what is not.</summary>
    public static TheoryData<string, string, string[], string[]> WithoutLaw => new()
    {
        { Header + Rows(8, static i => $"{i},{0.37 * i},{0.1 * i},0.01"), "--kl-is sequence", ["Gold, 'gold', is 0.01 on every line: nothing to fit.", "The proxy's own score was highest at the last line, 0.8 at 2.96 nats, step 8"], ["law fitted", "Gold was"] },
        { Header + Rows(8, static i => $"{i},{0.37 * i},0,0"), "--kl-is sequence", ["Gold, 'gold', is 0 on every line", "The proxy, 'reward', is 0 on every line"], ["law fitted", "still rises", "was highest"] },
        {
            """
            step:1 - actor/kl_loss:0.001 - critic/score/mean:0.1 - val-core/q/acc/mean@1:0.30 - response_length/mean:310
            step:2 - actor/kl_loss:0.001 - critic/score/mean:0.2 - val-core/q/acc/mean@1:0.36 - response_length/mean:335
            step:3 - actor/kl_loss:0.001 - critic/score/mean:0.3 - val-core/q/acc/mean@1:0.41 - response_length/mean:302
            step:4 - actor/kl_loss:0.001 - critic/score/mean:0.4 - val-core/q/acc/mean@1:0.44 - response_length/mean:348
            step:5 - actor/kl_loss:0.001 - critic/score/mean:0.5 - val-core/q/acc/mean@1:0.43 - response_length/mean:321
            """, "", ["'actor/kl_loss' is 0.001, rounded to 3 decimals, on every line", "Accuracy was highest, 0.44, at step 4: 0.3 at the first line, 0.43 at the last, step 5."], ["law fitted", "nats,"]
        },
        { Header + Rows(5, static i => $"{i},0,{0.1 * i},{0.3 + 0.02 * i}"), "--kl-is sequence", ["'kl_per_sequence' is 0 on every line: no reference was kept"], ["law fitted", "different distances"] },
        {
            "step,objective/kl,objective/scores,gold_score\n1,.5,.1,.1\n2,1,.2,.2\n3,2,.3,.25\n4,-40,.4,.3\n5,4,.5,.28\n6,5,.6,.25\n7,-120,.7,.2\n8,8,.8,.1", "",
            ["goes down to -120 beside 8", "Gold was highest, 0.3, at step 4: 0.1 at the first line, 0.1 at the last, step 8."], ["law fitted", "by chance; counted as"]
        },
    };

    [Theory]
    [MemberData(nameof(WithoutLaw))]
    public void Where_the_gate_lets_no_law_through_the_points_are_told_and_the_page_is_written(string text, string options, string[] said, string[] unsaid)
    {
        var (code, words) = Say(text, options.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(0, code);
        Assert.All(said, phrase => Assert.Contains(phrase, words, StringComparison.Ordinal));
        Assert.All(unsaid, phrase => Assert.DoesNotContain(phrase, words, StringComparison.Ordinal));
        Assert.Contains(said[0], File.ReadAllText(_folder.File("report.html")).Replace("&apos;", "'", StringComparison.Ordinal).Replace("&#39;", "'", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string[], string[]> WithLaw => new()
    {
        // Gold that falls from near the start: the highest is said, and the law is not said to rise.
        {
            Header + "0,0.05,2.2,2.3\n1,0.2,2.6,2.8\n2,0.4,2.9,3.1\n3,1,3.4,2.8\n4,2,4.1,2.1\n5,5,5,1.1\n6,10,5.4,0.4\n7,20,5.5,0.1\n8,35,5.5,0", "--kl-is sequence",
            ["Gold was highest, 3.1, at 0.4 nats, step 2: 2.3 at the first line, 0 at the last, 35 nats, step 8.", "the fitted reward falls, from 3.39 at the start", "believe what was measured"],
            ["never turns down"]
        },
        // One exploded estimate of the KL: its line is left out, and the peak is where gold was seen.
        {
            Header + "1,1,0,0\n2,2,.1,.09\n3,156898700,.2,.16\n4,3,.3,.21\n5,4,.4,.24\n6,5,.5,.25\n7,6,.6,.24\n8,7,.7,.21", "--kl-is sequence",
            ["The KL of step 3, 1.569E+08, is 2.2E+07 times the largest of the others", "Gold was highest, 0.25, at 5 nats, step 6", "at KL 5.2"], ["82.5", "accuracy"]
        },
        // A proxy that falls is not said to rise because its fit has no peak.
        {
            Header + "1,1,.90,.30\n2,2,.70,.35\n3,3,.55,.38\n4,4,.45,.40\n5,5,.40,.41\n6,6,.36,.40\n7,7,.34,.38\n8,8,.33,.35", "--kl-is sequence",
            ["The proxy's own score was highest at the first line, 0.9 at 1 nats, step 1, and 0.33 at the last, 8 nats, step 8."], ["still rises", "accuracy"]
        },
        // A row's number is no step, and what is called gold_fn within [0, 1] is not called an accuracy.
        {
            "{'kl': 0.01, 'reward': 0.1, 'rewards/gold_fn/mean': 0.30, 'completions/mean_length': 50.0}\n{'kl': 0.02, 'reward': 0.2, 'rewards/gold_fn/mean': 0.35, 'completions/mean_length': 50.0}\n"
            + "{'kl': 0.03, 'reward': 0.3, 'rewards/gold_fn/mean': 0.38, 'completions/mean_length': 50.0}\n{'kl': 0.05, 'reward': 0.4, 'rewards/gold_fn/mean': 0.39, 'completions/mean_length': 50.0}\n"
            + "{'kl': 0.08, 'reward': 0.5, 'rewards/gold_fn/mean': 0.38, 'completions/mean_length': 50.0}\n{'kl': 0.12, 'reward': 0.6, 'rewards/gold_fn/mean': 0.35, 'completions/mean_length': 50.0}\n", "",
            ["Gold was highest, 0.39, at 2.5 nats, line 4 of the log (no step is logged)", "The line nearest to the law's peak is line 4 of the log (no step is logged)"], ["step 4", "accuracy", "Accuracy"]
        },
        // Gold and the law's peak are said once, and alike; thirds without scatter have no NaN.
        { Header + "0,0,0,0\n1,1.8,.1,.277\n2,2.5,.2,.269\n3,3.2,.3,.251\n4,3.9,.4,.238", "--kl-is sequence", ["Gold was highest, 0.277, at 1.8 nats, step 1", "The rl law of gold: peak 0.2776"], ["no peak inside", "accuracy"] },
        { Header + Rows(12, static i => $"{i},{i},{0.1 * i},{(i < 5 ? 0.50 + 0.02 * i : 0.6)}"), "--kl-is sequence", ["a rise of 3.9 standard errors; proxy", "gold is not shown to turn down"], ["NaN"] },
        // Of my own: a win rate is one when it is said to be; a run that dives and recovers; one that comes back from its largest KL.
        { "step,kl_per_sequence,reward,win_rate\n" + Rows(9, static i => $"{i},{i},{0.1 * i},{0.5 + 0.08 * i - 0.01 * i * i}"), "--kl-is sequence", ["Win rate"], ["Accuracy was"] },
        {
            Header + Rows(24, static i => $"{i},{1.5 * i},{0.1 * i},{(i < 3 ? 0.1 * i : i < 12 ? 0.2 - 0.34 * (i - 2) : -2.86 + 0.29 * (i - 11)) + 0.02 * (i % 2)}"), "--kl-is sequence",
            ["on the way it fell by ", "lowest, -2.8"], ["If the law"]
        },
        {
            Header + Rows(10, static i => $"{i},{(i < 8 ? 4 * i : 60 - 4 * i)},{0.1 * i},{0.3 + 0.02 * i - 0.001 * i * i}"), "--kl-is sequence",
            ["The last line is not the farthest: it stands at 20 nats, step 10, the largest KL at 28 nats, step 7"], []
        },
    };

    [Theory]
    [MemberData(nameof(WithLaw))]
    public void The_points_speak_first_and_the_law_where_it_holds(string text, string options, string[] said, string[] unsaid)
    {
        var (code, words) = Say(text, options.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.True(code == 0, words);
        Assert.All(said, phrase => Assert.True(words.Contains(phrase, StringComparison.Ordinal), $"'{phrase}' is not in{Environment.NewLine}{words}"));
        Assert.All(unsaid, phrase => Assert.False(words.Contains(phrase, StringComparison.Ordinal), $"'{phrase}' is in{Environment.NewLine}{words}"));
    }

    [Theory]
    [InlineData("{\"prompt\":\"p1\",\"reward\":0.1,\"gold\":552,\"correct\":false}\n{\"prompt\":\"p1\",\"reward\":0.7,\"gold\":552,\"correct\":true}\n{\"prompt\":\"p2\",\"reward\":0.2,\"gold\":31,\"correct\":true}\n{\"prompt\":\"p2\",\"reward\":0.9,\"gold\":31,\"correct\":false}", "",
        "run.txt: 'gold' is the same for all samples of each prompt (552 for the first)")]
    [InlineData(Header + "1,1,.2,.2\n2,2,.3,.3\n3,3,.36,.36\n4,4,.4,.4\n5,5,.41,.41\n6,6,.4,.4\n7,7,.38,.38\n8,8,.35,.35", "--kl-is sequence", "are the same numbers on every line: there is one score, not two")]
    [InlineData("step,objective/kl,objective/scores,objective/rlhf_reward\n1,1,.2,.1\n2,2,.3,.2\n3,3,.4,.1", "--gold objective/rlhf_reward", "'objective/rlhf_reward' is no gold, but the score less the penalty on the KL")]
    [InlineData("seed,kl_per_sequence,reward,gold\n1,10,1.9,.2\n2,11,1.8,.4\n3,12,1.7,.6\n4,13,1.6,.8", "--kl-is sequence", "has one row for each run ('seed' differs on every one)")]
    [InlineData("seed,final_kl,final_proxy,final_gold\n1,10,2,.4\n2,12,2.1,.3\n3,9,1.9,.5\n4,11,2,.35", "--kl final_kl --proxy final_proxy --gold final_gold --kl-is sequence", "has one row for each run")]
    public void What_is_no_run_ends_with_2_and_no_page(string text, string options, string expected)
    {
        var (code, words) = Say(text, options.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, code);
        Assert.Contains(expected, words, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("report.html")));
    }

    // The law is rejected, and the points have no errors but their scatter: fit, finding and table say the same.
    [Fact]
    public void A_fit_and_the_finding_beside_it_believe_the_same()
    {
        var (code, words) = Say(Header + Rows(16, static i => $"{i},{0.09 * i * i},{0.1 * i},{(i < 12 ? 0.03 * i : 0.36 - 0.3 * (i - 12)) + 0.002 * (i % 3)}"), "--kl-is", "sequence");
        Assert.True(code == 0, words);
        Assert.Contains("the intervals rest on the scatter of neighbouring points", words, StringComparison.Ordinal);
        Assert.Equal(2, words.Split("the law does not describe the points: believe what was measured").Length - 1);
        string fitted = words[words.IndexOf("law fitted to gold", StringComparison.Ordinal)..words.IndexOf("law fitted to proxy", StringComparison.Ordinal)];
        Assert.DoesNotContain("believe neither", fitted, StringComparison.Ordinal);
        Assert.DoesNotContain("gold measured", words[words.IndexOf("law fitted to proxy", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public void Results_by_n_without_their_samples_are_said_to_be_taken_as_independent()
    {
        var (code, words) = Say("n,proxy,gold,gold_se\n1,0,0,0.01\n2,0.35,0.15,0.01\n4,0.64,0.24,0.01\n8,0.88,0.28,0.01\n16,1.08,0.30,0.01\n32,1.26,0.31,0.01\n64,1.43,0.25,0.01\n");
        Assert.True(code == 0, words);
        Assert.Contains("By the lines' own errors, taken as independent (results of one pool are not), 95 percent", words, StringComparison.Ordinal);
        Assert.Contains("the intervals rest on errors taken as independent, as those of one pool are not", words, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_with_a_KL_and_a_step_is_a_run_though_it_names_problems()
    {
        var (code, words) = Say(string.Join('\n', Enumerable.Range(1, 8).Select(static i => FormattableString.Invariant(
            $"{{\"step\":{i},\"problem\":\"p{i % 2}\",\"objective/kl\":{i},\"reward\":{0.1 * i},\"accuracy\":{0.3 + 0.02 * i}}}"))), "--gold", "accuracy", "--proxy", "reward", "--kl-is", "sequence");
        Assert.True(code == 0, words);
        Assert.Contains("Accuracy was highest at the last line, 0.46 at 8 nats, step 8", words, StringComparison.Ordinal);
        Assert.DoesNotContain("samples of", words, StringComparison.Ordinal);
    }
}
