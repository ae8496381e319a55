using System.Diagnostics;
using System.Globalization;
using RewardScaling.Tool;
using RewardScaling.Tool.Analysis;
using RewardScaling.Tool.Scheduling;
using RewardScaling.Tool.Studies;

namespace RewardScaling.Tests.Tool;

/// <summary>The command that runs a study, as from the command line.</summary>
public sealed class StudyCommandTests : IDisposable
{
    private const string Preference = """{"prompt": "a", "chosen": "b", "rejected": "c"}""";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // A plan of the library has PPO, which the command leaves out; the plan of a file says what it means.
    [Fact]
    public async Task A_policy_behind_a_server_is_run_by_best_of_n_and_its_study_says_who_made_it()
    {
        using var server = new Serving.LoopbackServer(Serving.ToyServer.Answer);
        string prompts = Wrote("prompts.txt", string.Join('\n', Enumerable.Range(0, 20).Select(static i => $"prompt {i}:"))),
            plan = Wrote("plan.json", Studies.ServedStudyTests.Small.ToJson()), address = $"vllm+{server.Address}#toy";
        using StringWriter output = new(), error = new();
        Assert.Equal(0, await CommandLine.RunAsync(["study", "--plan", plan, "--policy", address, "--gold", $"vllm-score+{server.Address}", "--proxy-servers", $"tei+{server.Address}",
            "--prompts", prompts, "--out", _folder.File("run"), "--threads", "1"], new(output, error)));
        Assert.Contains($"The policy is toy behind {server.Address}, made by a server", output.ToString(), StringComparison.Ordinal);
        Assert.Contains($"Gold is the model behind {server.Address}, made by a server", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Proxies that were not trained here", File.ReadAllText(_folder.File("run/report.html")), StringComparison.Ordinal);
        Assert.Contains($",the model behind {server.Address},", File.ReadLines(_folder.File("run/curves.csv")).Last(), StringComparison.Ordinal);
        // A plan whose file names the server needs no option for it, and finds its cells whole.
        string named = Wrote("named.json", (Studies.ServedStudyTests.Small with { PolicyServer = new() { Address = server.Address, Model = "toy", Kind = RewardScaling.Serving.ServerKind.Vllm } }).ToJson());
        Assert.Equal(0, await CommandLine.RunAsync(["study", "--plan", named, "--prompts", prompts, "--out", _folder.File("run"), "--threads", "1"], new(output, error)));
        Assert.Equal(0, await CommandLine.RunAsync(["plan", "--policy", address, "--prompts", prompts, "--response-tokens", "8"], new(output, error)));
        Assert.Contains("best-of-n is run, and PPO is not", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("\"maxTokens\": 8", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("\"responseLength\": 64", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--threads 0", "--threads 0")]
    [InlineData("--threads two", "two")]
    [InlineData("--seed -1", "-1")]
    [InlineData("--plan huge", "huge")]
    [InlineData("--engine abacus", "abacus")]
    [InlineData("--device cuda", "samples/TorchStudy")]
    [InlineData("--device nowhere", "nowhere")]
    [InlineData("--colour red", "--colour")]
    [InlineData("--corpus {folder}/none.txt", "none.txt")]
    [InlineData("--corpus {empty}", "empty.txt")]
    [InlineData("--corpus {oneline}", "oneline.txt")]
    [InlineData("--preferences {folder}/none.jsonl", "none.jsonl")]
    [InlineData("--preferences {line17}", "line 17")]
    [InlineData("--preferences {megabytes} --max-mb 1", "raise RunReadOptions.MaxBytes (--max-mb on the command line)")]
    [InlineData("--gold {megabytes} --max-mb 1", "raise RunReadOptions.MaxBytes (--max-mb on the command line)")]
    [InlineData("--preferences {line17} --max-mb 0", "MaxBytes = 0 must be positive")]
    [InlineData("--policy {empty} --prompts {line17}", "empty.txt is a file; a model folder is a folder")]
    [InlineData("--policy {folder}/none --prompts {line17}", "There is no folder")]
    [InlineData("--policy {policy} --prompts {oneline}", "holds no tokenizer.json")]
    [InlineData("--policy {policy}", "--policy needs prompts")]
    [InlineData("--gold {folder}/none --policy {policy} --prompts {oneline}", "none")]
    [InlineData("--gold {empty} --preferences {empty}", "give one of them")]
    [InlineData("--end-token 3", "--end-token is for --policy")]
    [InlineData("--prompts {oneline}", "--prompts needs a policy that can read them")]
    [InlineData("--proxies trunk,48x2", "--proxies has '48x2'")]
    [InlineData("--proxies trunk:3", "ProxyTrunks names 3 frozen blocks; the policy has 2.")]
    [InlineData("--policy nobody+http://127.0.0.1:1 --prompts {oneline}", "--policy must be an address such as http://127.0.0.1:8000, with one of openai, chat, vllm, sglang, llamacpp and + before it")]
    [InlineData("--policy llamacpp+http://127.0.0.1:1", "--policy needs prompts")]
    [InlineData("--policy vllm+http://127.0.0.1:1#toy --prompts {oneline}", "1 different prompts")]
    [InlineData("--policy http://127.0.0.1:1 --prompts {oneline} --end-token 3", "only with --tokenizer DIR")]
    [InlineData("--gold http://me:secret@127.0.0.1:1", "GoldServer.Address = (not shown) must be without a name and a password")]
    [InlineData("--proxy-servers tei+http://127.0.0.1:1,http://127.0.0.1:1?key=secret", "ProxyServers[1].Address = (not shown) must be without a query")]
    [InlineData("--tokenizer {policy}", "--tokenizer is for a --policy behind a server")]
    [InlineData("--key-variable KEY", "--key-variable is for servers")]
    [InlineData("--out {empty}", "empty.txt")]
    [InlineData("--out /proc/study", "/proc/study")]
    public async Task Bad_input_ends_with_2_and_says_what_is_wrong_and_leaves_nothing(string arguments, string expected)
    {
        string Place(string word) => word switch
        {
            "{empty}" => Wrote("empty.txt", ""),
            "{megabytes}" => Wrote("megabytes.jsonl", string.Concat(Enumerable.Repeat(Preference + "\n", 40_000))),
            "{oneline}" => Wrote("oneline.txt", "short"),
            "{policy}" => Studies.TinyFolders.WritePolicy(_folder.File("policy")),
            "{line17}" => Wrote("line17.jsonl", string.Concat(Enumerable.Repeat(Preference + "\n", 16)) + "{\"prompt\": \"a\", \"cho\n"),
            _ => word.Replace("{folder}", _folder.Path, StringComparison.Ordinal),
        };
        string[] args = [.. arguments.Split(' ').Select(Place)];
        if (!args.Contains("--out")) args = [.. args, "--out", _folder.File("run")];
        using StringWriter output = new(), error = new();
        Assert.Equal(2, await CommandLine.RunAsync(["study", .. args], new(output, error)));
        Assert.Contains(expected, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("run")));
    }

    [Fact]
    public async Task A_plan_that_is_printed_is_nothing_but_JSON_whatever_is_said_of_the_files()
    {
        string file = Wrote("system.jsonl", Preference.Replace("\"a\"", $"\"{new string('a', 2000)}\", \"system\": \"Be kind.\"", StringComparison.Ordinal));
        using StringWriter output = new(), error = new();
        Assert.Equal(0, await CommandLine.RunAsync(["plan", "--preferences", file], new(output, error)));
        using var plan = System.Text.Json.JsonDocument.Parse(output.ToString());
        Assert.Contains("system.jsonl: The text in \"system\" stands before its prompt.", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_has_examples_and_exit_codes_and_the_name_that_is_typed()
    {
        using StringWriter output = new(), error = new();
        Assert.Equal(0, await CommandLine.RunAsync(["study", "--help"], new(output, error)));
        foreach (string expected in new[] { "rewardscaling study [options]", "rewardscaling study --corpus book.txt", "130  stopped by Ctrl-C" })
            Assert.Contains(expected, output.ToString(), StringComparison.Ordinal);
        Assert.Equal("", error.ToString());
    }

    // What is shown as an example is read without a fault, option for option.
    [Fact]
    public void Examples_of_the_help_are_command_lines()
    {
        var nowhere = new Surroundings(TextWriter.Null, TextWriter.Null);
        foreach (var command in new[] { StudyCommand.Create(nowhere), AnalyseCommand.Create(nowhere), PlanCommand.Create(nowhere), SubmitCommand.Create(nowhere), StatusCommand.Create(nowhere) })
        {
            var examples = Assert.IsType<ToolCommand>(command).Examples;
            Assert.True(examples.Count >= 3);
            foreach (var (line, _) in examples)
                Assert.Empty(command.Parse([.. line.Split(" > ")[0].Split(' ').Skip(1)]).Errors);
        }
    }

    [Fact]
    public void Lines_of_stages_side_by_side_grow_with_the_study()
    {
        using var output = new StringWriter();
        var progress = new ConsoleProgress(output, live: false, TimeProvider.System);
        progress.Report(new("best-of-n", 5, 6, 0.5, "pool") { StudyFraction = 0.12 });
        progress.Report(new("label comparisons by gold", 3, 6, 1, "600 comparisons") { StudyFraction = 0.2 });
        // What is left of a stage may turn out to be more: it does not say the same quarter again.
        progress.Report(new("best-of-n", 5, 6, 0.49, "scores") { StudyFraction = 0.21 });
        progress.Report(new("best-of-n", 5, 6, 0.51, "scores") { StudyFraction = 0.22 });
        Assert.Equal([" 12 %  best-of-n 50 %  pool", " 20 %  label comparisons by gold 100 %  600 comparisons"],
            output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("study", "--jobs", "0", "--jobs 0 must be at least 1.")]
    [InlineData("analyse", "--axis", "cube", "Argument 'cube' not recognized. Must be one of:")]
    public async Task A_fault_is_said_once_however_often_a_command_was_made(string name, string option, string value, string message)
    {
        string[] line = name == "study" ? [name, option, value] : [name, "run.csv", option, value];
        for (int time = 0; time < 3; time++)
        {
            using var error = new StringWriter();
            Assert.Equal(2, await CommandLine.RunAsync(line, new(TextWriter.Null, error)));
            Assert.Equal(2, error.ToString().Split(message).Length);
        }
    }

    [Theory]
    [InlineData(120, "━━━━━━━━━━━━╌╌╌╌  72 %  PPO 45 %  step 30, KL 4.0, proxy 1.20, gold 0.50, 20.0 s left")]
    [InlineData(60, " 72 %  PPO 45 %  step 30, KL 4.0, proxy 1.20, gol")]
    [InlineData(20, " 72 %  PPO 45 %")]
    public void A_line_of_a_terminal_fits_it(int columns, string expected)
    {
        string line = ConsoleProgress.Line(new("PPO", 6, 6, 0.45, "step 30, KL 4.0, proxy 1.20, gold 0.50, 20.0 s left") { StudyFraction = 0.72 }, columns, TimeSpan.FromSeconds(65));
        Assert.StartsWith(expected, line, StringComparison.Ordinal);
        Assert.InRange(line.Length, 1, columns);
        if (columns > 40) Assert.EndsWith("  01:05", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_stops_a_study_which_says_how_to_go_on(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows sends Ctrl-C to a whole console, the test's own process included.");
        Assert.SkipWhen(signal == "INT" && IgnoresInterrupts(), "This run was started deaf to SIGINT, as shells start what is in the background, and so is what it starts.");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        string program = Path.Combine(AppContext.BaseDirectory, "RewardScaling.Tool.dll"), folder = _folder.File("run");
        using var study = Process.Start(new ProcessStartInfo("dotnet", [program, "study", "--out", folder, "--threads", "1"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            // The second line is the first stage's progress: from here on there is something to stop.
            Assert.StartsWith("Study 'quick'", await study.StandardOutput.ReadLineAsync(patience.Token));
            Assert.Contains("%  make the initial policy", await study.StandardOutput.ReadLineAsync(patience.Token));
            using (var sender = Process.Start("kill", ["-" + signal, study.Id.ToString(CultureInfo.InvariantCulture)]))
                await sender.WaitForExitAsync(patience.Token);
            string error = await study.StandardError.ReadToEndAsync(patience.Token);
            await study.WaitForExitAsync(patience.Token);
            Assert.Contains($"Stopped. Finished stages are in {folder}; the same command goes on from there.", error, StringComparison.Ordinal);
            Assert.Equal(130, study.ExitCode);
            Assert.True(File.Exists(Path.Combine(folder, "plan.json")));
        }
        finally
        {
            if (!study.HasExited) study.Kill();
        }
    }

    // Bit 1 of SigIgn stands for SIGINT, which is signal 2.
    private static bool IgnoresInterrupts() => OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/status").First(static line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is var line
        && (Convert.ToUInt64(line[7..].Trim(), 16) & 2) != 0;

    private string Wrote(string name, string text)
    {
        File.WriteAllText(_folder.File(name), text);
        return _folder.File(name);
    }
}
