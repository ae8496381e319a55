using System.Text;
using System.Text.RegularExpressions;
using RewardScaling.Tool;

namespace RewardScaling.Tests.Tool;

/// <summary>Files of every kind that people have, from the command line on: what is said of them, and how it is said.</summary>
public sealed class AnalyseFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private (int Code, string Words) Say(byte[] bytes, string name, string options)
    {
        File.WriteAllBytes(_folder.File(name), bytes);
        using StringWriter output = new(), error = new();
        int code = CommandLine.RunAsync(["analyse", _folder.File(name), "--out", _folder.File("report.html"), .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)],
            new(output, error)).GetAwaiter().GetResult();
        return (code, output.ToString() + error);
    }

    // Everything that looks like metrics and is none, and every way a row may be broken, in one console of verl's.
    [Fact]
    public void A_console_is_read_through_whatever_stands_between_its_metrics()
    {
        var (code, words) = Say("""
            {'pad_token': 7} changed
            - note: warmup
            step:1 - move the cursor
            (main_task pid=7) step:1 - actor/kl_loss:0.010 - actor/ppo_kl:0.000 - 
            (main_task pid=7) step:1 - critic/score/mean:0.1 - val-core/q/acc/mean@1:0.30 - response_length/mean:100.5 - note:warmup done
            [2025-01-02][INFO] {'lr': 1e-06}
            step:2 - actor/kl_loss:0.020 - critic/score/mean:0.2 - val-core/q/acc/mean@1:0.36 - response_length/mean:110.25
            step:3 - actor/kl_loss:0.030 - critic/score/mean:0.3 - val-core/q/acc/mean@1:0.41 - response_length/mean:120.5
            {'state': 'saving',
            step:4 - actor/kl_loss:0.045 - critic/score/mean:0.4 - val-core/q/acc/mean@1:0.44 - response_length/mean:130.5
            step:5 - actor/kl_loss:0.061 - critic/score/mean:0.5 - val-core/q/acc/mean@1:0.43 - response_length/mean:140.5
            """u8.ToArray(), "console.log", "");
        Assert.True(code == 0, words);
        Assert.Contains("5 points, tool verl (KL in the loss); KL 'actor/kl_loss' (k3, mean per token), proxy 'critic/score/mean', gold 'val-core/q/acc/mean@1'", words, StringComparison.Ordinal);
        Assert.Contains("ccuracy was highest, 0.44, at 5.87", words, StringComparison.Ordinal);
    }

    // A peak that lies at billions of nats is no number that anybody should read.
    [Fact]
    public void A_peak_far_beyond_everything_is_not_quoted()
    {
        var (code, words) = Say(Encoding.UTF8.GetBytes("step,kl_per_sequence,reward,gold_score\n" + string.Concat(Enumerable.Range(1, 12).Select(static i =>
            FormattableString.Invariant($"{i},{i},{0.1 * i},{0.3 * Math.Sqrt(i) + 0.001 * (i % 3)}\n")))), "run.csv", "--kl-is sequence");
        Assert.True(code == 0, words);
        Assert.Contains("the fitted peak is too far away to be a number", words, StringComparison.Ordinal);
        Assert.DoesNotMatch(new Regex(@"\d(\.\d+)?E\+(0[5-9]|[1-9]\d)"), words);
        Assert.DoesNotContain("ccuracy", words, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string, string> Read => new()
    {
        { "step;kl_per_sequence;reward;gold\n" + Lines(7, static i => $"{i};{i},5;0,{i};0,{30 + i}"), "semicolons.csv", "--kl-is sequence", "7 points, tool unknown; KL 'kl_per_sequence'" },
        { Lines(4, static i => $"{{\"prompt\":\"p{i}\",\"proxy\":[0.1,0.9,0.3,0.{i}],\"g\":[true,false,true,{(i % 2 == 0 ? "false" : "true")}]}}"), "flags.jsonl", "--gold g", "16 samples of 4 prompts, 4 each" },
        { Lines(4, static i => $"{{\"prompt\":\"p{i}\",\"proxy\":[[0.1],[0.9],[0.3],[0.{i}]],\"gold\":[[0.2],[0.5],[0.3],[0.{i + 2}]]}}"), "nested.jsonl", "", "16 samples of 4 prompts, 4 each" },
        { Lines(4, static i => $"{{\"prompt\":\"p{i}\",\"proxy\":[0.1,null,0.3,0.{i}],\"gold\":[0.2,0.5,0.3,0.{i + 2}]}}"), "nulls.jsonl", "--skip-nan", "12 samples of 4 prompts, 3 each; 2 prompts with tied proxy scores; 4 without a score left out" },
        { Lines(6, static i => $"{{'step': {i}, 'objective/kl': {i}.5, 'env/reward_mean': 0.{i}, 'ppo/mean_scores': 0.{i}, 'gold': 0.{9 - i}}}"), "old.log", "", "tool TRL PPO (0.11 and before); KL 'objective/kl' (k1, sum over each sequence), proxy 'ppo/mean_scores'" },
        { Lines(6, static i => $"{{'kl': 0.00{i}, 'reward': 0.{i}, 'reward_std': 0.1, 'completion_length': 200.0, 'rewards/gold_fn': 0.{9 - i}}}"), "early.log", "", "tool TRL GRPO (0.14, 0.15); KL 'kl' (k3, mean per token), proxy 'reward', gold 'rewards/gold_fn'" },
    };

    [Theory]
    [MemberData(nameof(Read))]
    public void What_was_refused_once_is_read(string text, string name, string options, string expected)
    {
        var (code, words) = Say(Encoding.UTF8.GetBytes(text), name, options);
        Assert.True(code == 0, words);
        Assert.Contains(expected, words, StringComparison.Ordinal);
    }

    public static TheoryData<byte[], string> Refused => new()
    {
        { [.. "PAR1"u8, .. new byte[40], .. "PAR1"u8], "is a Parquet file that cannot be read" },
        { [.. ":W&B"u8, .. new byte[40]], "export the history" },
        { [0, 5, 0x16, 7, .. new byte[40]], "name the file itself, without the leading ._" },
        { [0x89, .. "PNG\r\n"u8, .. new byte[40]], "name the table it was drawn from" },
        { "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n"u8.ToArray(), "run git lfs pull" },
        { Encoding.UTF8.GetBytes(Lines(4, static i => $"{{\"prompt\":\"p{i}\",\"proxy\":[0.1,null,0.3],\"gold\":[0.2,0.5,0.{i}]}}")), "--skip-nan" },
        { "step,kl,reward,gold\n1,0.1,0.2,0.3\n2,0.2,0.3,0.4\n3,0.3,0.4,0.4\n"u8.ToArray(), "--kl-is" },
        { "step,kl_per_sequence,reward,gold\n1,nan,0.2,0.3\n2,0.2,0.3,0.4\n"u8.ToArray(), "--skip-nan" },
        { "step,speed\n1,0.1\n2,0.2\n"u8.ToArray(), "--kl, --proxy, --gold" },
        { [], "is empty" },
    };

    // A message says what the file is and what to type, and never a parameter's name.
    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_read_is_named_with_the_way_out(byte[] bytes, string expected)
    {
        var (code, words) = Say(bytes, "file", expected == "--skip-nan" ? "--kl-is sequence" : "");
        Assert.Contains(expected, words, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter", words, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", words, StringComparison.Ordinal);
        // Without a known KL there is still the course of the run.
        Assert.Equal(expected == "--kl-is" ? 0 : 2, code);
        if (code == 2) Assert.Single(words.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Lines(int count, Func<int, FormattableString> line) =>
        string.Concat(Enumerable.Range(1, count).Select(i => FormattableString.Invariant(line(i)) + "\n"));
}
