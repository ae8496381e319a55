using System.Diagnostics;
using RewardScaling.Studies;
using RewardScaling.Tests.Studies;
using RewardScaling.Tool;
using RewardScaling.Tool.Scheduling;

namespace RewardScaling.Tests.Tool;

/// <summary>A study as scripts for Slurm: their text, and what they do where Slurm's commands are small scripts. A real Slurm runs them
/// in .ci/slurm.</summary>
public sealed class SlurmScriptsTests : IDisposable
{
    private static readonly string[] s_noExtra = [];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    private static CellTask Task(int first, int last, double seconds, double megabytes = 40) =>
        new([.. Enumerable.Range(first, last - first + 1)], seconds, 1e6 * megabytes);

    private static ScheduledStudy Study(int? atOnce, params TaskLevel[] levels) => new("quick-1", "/shared/run 1", "rewardscaling study",
        ["--corpus", "/data/it's a book.txt"], "cpu", 2, atOnce, levels);

    private static SlurmOptions Options(int largest = 1000, int? minutes = null, string[]? extra = null) => new(minutes, 3, null, largest, 20, extra ?? s_noExtra);

    private static string[] Submission(ScheduledStudy study, SlurmOptions options) =>
        [.. new SlurmScripts(study, options, "/shared/run 1/slurm/1").Files.Single(static file => file.Name == SlurmScripts.Submit).Text.Split('\n')];

    [Fact]
    public void A_level_is_an_array_that_waits_for_all_of_the_one_before()
    {
        var study = Study(8, new(0, [Task(0, 0, 700)]), new(3, [Task(5, 7, 30), Task(8, 10, 61, megabytes: 800)]));
        string[] lines = Submission(study, Options(extra: ["--partition=long", "--comment=two words"]));
        Assert.Contains("options=(--partition=long '--comment=two words')", lines);
        // 3 x 700 s and 2 minutes' warning; 500 MB and twice 40 MB in hundreds.
        Assert.Contains("part=$(submit --job-name=quick-1-0 --array=0-0%8 --time=37 --mem=600M --output=log/level-0-%A_%a.txt task.sh level-0.tasks 1)", lines);
        Assert.Contains("part=$(submit --dependency=\"afterok:$level_0\" --job-name=quick-1-3 --array=0-1%8 --time=6 --mem=2100M --output=log/level-3-%A_%a.txt task.sh level-3.tasks 1)", lines);
        Assert.Contains("part=$(submit --dependency=\"afterok:$level_3\" --job-name=quick-1-report --time=60 --mem=2100M --output=log/report-%j.txt task.sh)", lines);
        Assert.Contains("# level 3: 6 cells in 2 tasks, the longest priced at 61 s.", lines);
        Assert.Equal("5-7\n8-10\n", new SlurmScripts(study, Options(), "/s").Files.Single(static file => file.Name == "level-3.tasks").Text);
        Assert.Contains(Submission(study, Options(minutes: 90)), static line => line.Contains("--time=90 ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_level_with_more_tasks_than_an_array_may_have_is_several_and_a_limit_is_of_all_of_them()
    {
        TaskLevel level = new(2, [.. Enumerable.Range(0, 2500).Select(static i => Task(i, i, 1))]);
        string[] free = [.. Submission(Study(null, level), Options()).Where(static line => line.Contains("--array", StringComparison.Ordinal))];
        Assert.Equal(["--array=0-999 ", "--array=0-999 ", "--array=0-499 "], free.Select(static line => line[line.IndexOf("--array", StringComparison.Ordinal)..][..15].Split(' ')[0] + " "));
        Assert.Equal(["1)", "1001)", "2001)"], free.Select(static line => line.Split(' ')[^1]));
        Assert.DoesNotContain(free, static line => line.Contains("--dependency", StringComparison.Ordinal));
        string[] limited = [.. Submission(Study(16, level), Options()).Where(static line => line.Contains("--array", StringComparison.Ordinal))];
        Assert.Equal([false, true, true], limited.Select(static line => line.Contains("--dependency=\"afterany:$part\" ", StringComparison.Ordinal)));
        Assert.All(limited, static line => Assert.Contains("%16 ", line, StringComparison.Ordinal));
        Assert.Contains("part=$(submit --dependency=\"afterok:$level_2\" --job-name=quick-1-report", string.Join('\n', Submission(Study(16, level), Options())), StringComparison.Ordinal);
    }

    [Fact]
    public void A_task_takes_the_plan_beside_it_and_the_files_the_study_was_given()
    {
        string task = new SlurmScripts(Study(null, new TaskLevel(0, [Task(0, 0, 1)])), Options(), "/shared/run 1/slurm/1").Files.Single(static file => file.Name == "task.sh").Text;
        Assert.Contains("rewardscaling study --plan '/shared/run 1/slurm/1/plan.json' --corpus '/data/it'\\''s a book.txt' --out '/shared/run 1' --threads 2 \"$@\" &", task, StringComparison.Ordinal);
        foreach (string directive in new[] { "--requeue", "--cpus-per-task=2", "--signal=B:USR1@120", "--open-mode=append" })
            Assert.Contains($"\n#SBATCH {directive}\n", task, StringComparison.Ordinal);
    }

    [Theory(Timeout = Eventually.Milliseconds)]
    [InlineData("USR1", "0", "requeue 17_3", 130)]
    [InlineData("USR1", "20", "", 130)]
    [InlineData("TERM", "0", "", 130)]
    [InlineData("KILL", "0", "requeue 17_3", 137)]
    [InlineData("KILL", "20", "", 137)]
    [InlineData("2", "0", "", 2)]
    [InlineData("0", "0", "", 0)]
    public async Task Out_of_time_or_killed_a_task_is_queued_again_and_cancelled_or_at_fault_it_is_not(string what, string restarts, string expected, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Slurm's scripts are for bash.");
        // Stands for the program: it ends of itself with a number, or waits for TERM, at which it keeps its state.
        Script("program", int.TryParse(what, out _) ? $"echo \"$@\" > {Place("asked")}; exit {what}"
            : $"trap 'exit 130' TERM; echo $$ > {Place("pid")}; while :; do sleep 0.05; done");
        Script("scontrol", $"echo \"$@\" > {Place("said")}");
        Script("sleep", "exec /bin/sleep 0.02");
        var study = Study(null, new TaskLevel(0, [Task(0, 0, 1)])) with { Command = Place("program") };
        File.WriteAllText(Place("task.sh"), TaskScript(study));
        File.WriteAllText(Place("tasks"), "0\n1-2\n3\n4\n5-9,11\n6\n");
        using var task = Start("bash", [Place("task.sh"), Place("tasks"), "2"], ("SLURM_ARRAY_TASK_ID", "3"), ("SLURM_ARRAY_JOB_ID", "17"), ("SLURM_JOB_ID", "20"), ("SLURM_RESTART_COUNT", restarts));
        if (!int.TryParse(what, out _))
        {
            await Eventually.IsAsync(() => (File.Exists(Place("pid")) && File.ReadAllText(Place("pid")).Length > 0) || task.HasExited);
            string target = what == "KILL" ? File.ReadAllText(Place("pid")).Trim() : task.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
            using var kill = Start("kill", ["-" + what, target]);
            await kill.WaitForExitAsync(Token);
        }
        await task.WaitForExitAsync(Token);
        Assert.Equal(code, task.ExitCode);
        Assert.Equal(expected, File.Exists(Place("said")) ? File.ReadAllText(Place("said")).Trim() : "");
        // Line 2 + 3 of the tasks.
        if (File.Exists(Place("asked"))) Assert.EndsWith("--threads 2 --cells 5-9,11 --keep-going\n", await File.ReadAllTextAsync(Place("asked"), Token), StringComparison.Ordinal);
    }

    // The script hears the signal between its trap and its knowing the program's number.
    [Fact(Timeout = Eventually.Milliseconds)]
    public async Task A_signal_that_comes_before_the_program_is_known_is_not_lost()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Slurm's scripts are for bash.");
        Script("program", "exec /bin/sleep 600");
        var study = Study(null, new TaskLevel(0, [Task(0, 0, 1)])) with { Command = "kill -TERM $$; " + Place("program") };
        File.WriteAllText(Place("task.sh"), TaskScript(study));
        using var task = Start("bash", [Place("task.sh")]);
        await task.WaitForExitAsync(Token);
        Assert.Equal(143, task.ExitCode);
    }

    // sbatch here runs every task of an array at once, and the program writes down what it was told; told the same, this one comes to
    // the bits of a study that was run in one piece, and its report is there.
    [Fact(Timeout = Eventually.Milliseconds)]
    public async Task What_is_submitted_is_the_study()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Slurm's scripts are for bash.");
        var plan = TinyStudy.Plan with { Comparisons = [40], ProxySizes = [new(4, 1, 1)] };
        File.WriteAllText(Place("plan.json"), plan.ToJson());
        Script("program", $"echo \"$@\" >> {Place("told")}");
        Script("sbatch", $$"""
            number=$(($(cat {{Place("jobs")}} 2> /dev/null || echo 0) + 1)); echo $number > {{Place("jobs")}}
            echo "$@" >> {{Place("log")}}
            first=0 last=0
            while [ "${1#--}" != "$1" ]; do
              case $1 in --array=*) range=${1#--array=}; range=${range%%%*}; first=${range%-*} last=${range#*-} ;; esac
              shift
            done
            for ((i = first; i <= last; i++)); do SLURM_ARRAY_TASK_ID=$i bash "$@" || exit 1; done
            echo "$number;cluster"
            """);
        string run = Place("run");
        using StringWriter output = new(), error = new();
        var surroundings = new Surroundings(output, error) { Program = [Place("program")] };
        string[] arguments = ["submit", "--slurm", "--plan", Place("plan.json"), "--out", run, "--at-once", "4", "--dry-run", "--", "--partition=long"];
        Assert.Equal(0, await CommandLine.RunAsync(arguments, surroundings));
        Assert.Contains("Nothing was submitted", output.ToString(), StringComparison.Ordinal);
        Assert.Empty(StudyStatus.Read(run).Whole);
        using var submission = Start("bash", [Path.Combine(run, "slurm", "1", "submit.sh")]);
        string said = await submission.StandardOutput.ReadToEndAsync(Token), fault = await submission.StandardError.ReadToEndAsync(Token);
        await submission.WaitForExitAsync(Token);
        Assert.Equal(("", 0), (fault, submission.ExitCode));
        Assert.EndsWith("level 5: job 6\nreport: job 7\n", said, StringComparison.Ordinal);
        Assert.Contains("--parsable --kill-on-invalid-dep=yes --partition=long --dependency=afterok:5 --job-name=tiny-", await File.ReadAllTextAsync(Place("log"), Token), StringComparison.Ordinal);
        foreach (string line in await File.ReadAllLinesAsync(Place("told"), Token)) Assert.Equal(0, await CommandLine.RunAsync(line.Split(' '), surroundings));
        Assert.True(File.Exists(Path.Combine(run, "report.html")));
        using var straight = new TemporaryFolder();
        Assert.Equal(await TinyStudy.RunAsync(plan, straight.Path, cancellation: Token), await TinyStudy.ReadAsync(run));
        // Nothing is left to submit.
        Assert.Equal(0, await CommandLine.RunAsync(arguments, surroundings));
        Assert.Contains("Every cell is whole", output.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(run, "slurm", "2")));
    }

    private string TaskScript(ScheduledStudy study) => new SlurmScripts(study, Options(), _folder.Path).Files.Single(static file => file.Name == "task.sh").Text;

    private string Place(string name) => _folder.File(name);

    private void Script(string name, string text)
    {
        File.WriteAllText(Place(name), "#!/bin/bash\n" + text.ReplaceLineEndings("\n") + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Place(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    // With the scripts of this test before the commands of the system.
    private Process Start(string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = _folder.Path + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
