using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using RewardScaling.Tool;
using RewardScaling.Tool.Scheduling;

namespace RewardScaling.Tests.Tool;

/// <summary>Manifests are read by the types of Kubernetes' own client, which take no member they do not know. No cluster has run them.</summary>
public sealed class KubernetesManifestsTests
{
    private static readonly ScheduledStudy s_study = new("paper-1", "/runs/paper \"1\"", "rewardscaling study", ["--corpus", "/runs/it's.txt"], "cpu", 2, 3,
    [
        new(0, [new([0], 10, 40e6)]),
        new(3, [.. Enumerable.Range(0, 5).Select(static i => new CellTask([5 + 2 * i, 6 + 2 * i], 10, 900e6))]),
    ]);

    private static Dictionary<string, string> Files(KubernetesOptions? options = null) =>
        new KubernetesManifests(s_study, options ?? new("registry/rewardscaling:1", "runs", "/runs", "lab", null, 20), "/runs/paper \"1\"/kubernetes/1")
            .Files.ToDictionary(static file => file.Name, static file => file.Text);

    private static V1Job Job(string name, KubernetesOptions? options = null) => KubernetesYaml.Deserialize<V1Job>(Files(options)[name], strict: true);

    [Fact]
    public void A_level_is_an_indexed_Job_with_a_task_for_each_index()
    {
        var job = Job("level-3.yaml");
        Assert.Equal(("batch/v1", "Job", "lab"), (job.ApiVersion, job.Kind, job.Metadata.NamespaceProperty));
        var spec = job.Spec;
        Assert.Equal(("Indexed", 5, 3, 20), (spec.CompletionMode, spec.Completions, spec.Parallelism, spec.BackoffLimitPerIndex));
        // The limit for each index is for pods that are not restarted in place.
        Assert.Equal("Never", spec.Template.Spec.RestartPolicy);
        Assert.Equal(["Ignore", "FailIndex"], spec.PodFailurePolicy.Rules.Select(static rule => rule.Action));
        Assert.Equal([1, 2], spec.PodFailurePolicy.Rules[1].OnExitCodes.Values);
        var container = Assert.Single(spec.Template.Spec.Containers);
        Assert.Equal(spec.PodFailurePolicy.Rules[1].OnExitCodes.ContainerName, container.Name);
        Assert.Equal("registry/rewardscaling:1", container.Image);
        Assert.Equal(("2", "2300M", "2300M"), (container.Resources.Requests["cpu"].ToString(), container.Resources.Requests["memory"].ToString(), container.Resources.Limits["memory"].ToString()));
        var volume = Assert.Single(spec.Template.Spec.Volumes);
        Assert.Equal("runs", volume.PersistentVolumeClaim.ClaimName);
        Assert.Equal(("/runs", volume.Name), (Assert.Single(container.VolumeMounts).MountPath, container.VolumeMounts[0].Name));
        Assert.Equal(["/bin/sh", "-c", "exec rewardscaling study --plan '/runs/paper \"1\"/kubernetes/1/plan.json' --corpus '/runs/it'\\''s.txt' --out '/runs/paper \"1\"' --threads 2"
            + " --cells \"$(sed -n \"$((JOB_COMPLETION_INDEX + 1))p\" '/runs/paper \"1\"/kubernetes/1/level-3.tasks')\" --keep-going"], container.Command);
        Assert.Equal("5-6\n7-8\n9-10\n11-12\n13-14\n", Files()["level-3.tasks"]);
    }

    [Fact]
    public void The_report_is_a_Job_of_one_and_the_script_takes_them_in_order()
    {
        Assert.Equal(1, Job("report.yaml").Spec.Completions);
        Assert.DoesNotContain("--cells", Job("report.yaml").Spec.Template.Spec.Containers[0].Command[2], StringComparison.Ordinal);
        string[] runs = [.. Files()["submit.sh"].Split('\n').Where(static line => line.StartsWith("run ", StringComparison.Ordinal))];
        Assert.Equal(["level-0.yaml", "level-3.yaml", "report.yaml"], runs.Select(static line => line.Split(' ')[1]));
        Assert.Equal(runs.Select(static line => line.Split(' ')[2]), runs.Select(static line => Job(line.Split(' ')[1]).Metadata.Name));
        Assert.Contains("kubectl apply --namespace=lab", Files()["submit.sh"], StringComparison.Ordinal);
        Assert.Null(Job("level-0.yaml", new("i", "c", "/runs", null, 700, 2)).Metadata.NamespaceProperty);
        Assert.Equal("700M", Job("level-0.yaml", new("i", "c", "/runs", null, 700, 2)).Spec.Template.Spec.Containers[0].Resources.Limits["memory"].ToString());
    }

    [Fact]
    public void Names_are_such_as_Kubernetes_takes_and_say_what_a_Job_does()
    {
        var long_ = s_study with { Name = ShellText.Name("A plan, " + new string('x', 80)) };
        var options = new KubernetesOptions("i", "c", "/runs", null, null, 20);
        foreach (var (name, text) in new KubernetesManifests(long_, options, "/runs/1").Files.Where(static file => file.Name.EndsWith(".yaml", StringComparison.Ordinal)))
        {
            var job = KubernetesYaml.Deserialize<V1Job>(text, strict: true);
            Assert.Matches(new Regex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\z"), job.Metadata.Name);
            // Pods are called after the Job, an index and five letters.
            Assert.InRange(job.Metadata.Name.Length, 1, 57);
            Assert.All(job.Metadata.Labels.Values, static label => Assert.InRange(label.Length, 1, 63));
        }
        string Name(ScheduledStudy study) => KubernetesYaml.Deserialize<V1Job>(new KubernetesManifests(study, options, "/runs/1").Files.Single(static file => file.Name == "level-0.yaml").Text).Metadata.Name;
        Assert.Equal(Name(s_study), Name(s_study));
        Assert.NotEqual(Name(s_study), Name(s_study with { Levels = [new(0, [new([1], 10, 40e6)])] }));
    }

    [Theory]
    [InlineData("--kubernetes --image i", "--claim")]
    [InlineData("--slurm --kubernetes --image i --claim c", "one of --slurm and --kubernetes")]
    [InlineData("--kubernetes --image i --claim c --mount /elsewhere", "does not lie below --mount /elsewhere")]
    [InlineData("--kubernetes --image i --claim c -- --partition=long", "is for sbatch")]
    [InlineData("--slurm long", "'long' is no option")]
    [InlineData("--slurm --margin 0.5", "--margin 0.5 must be at least 1")]
    [InlineData("--slurm --cpus 0", "--cpus 0 must be at least 1")]
    public async Task Bad_input_ends_with_2_and_leaves_nothing(string arguments, string expected)
    {
        using var folder = new TemporaryFolder();
        using StringWriter output = new(), error = new();
        Assert.Equal(2, await CommandLine.RunAsync(["submit", "--out", folder.File("run"), .. arguments.Split(' ')], new(output, error)));
        Assert.Contains(expected, error.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("run")));
    }

    [Fact]
    public async Task A_dry_run_writes_a_Job_for_each_level_and_measures_nothing_where_cells_are_counted()
    {
        using var folder = new TemporaryFolder();
        using StringWriter output = new(), error = new();
        var surroundings = new Surroundings(output, error);
        Assert.Equal(0, await CommandLine.RunAsync(["submit", "--kubernetes", "--image", "i", "--claim", "c", "--cells-per-task", "4", "--dry-run", "--out", folder.File("run")], surroundings));
        string written = folder.File(Path.Combine("run", "kubernetes", "1"));
        Assert.Equal(["level-0.tasks", "level-0.yaml", "level-1.tasks", "level-1.yaml", "level-2.tasks", "level-2.yaml", "level-3.tasks", "level-3.yaml", "level-4.tasks",
            "level-4.yaml", "level-5.tasks", "level-5.yaml", "plan.json", "report.yaml", "submit.sh"], Directory.GetFiles(written).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("5-8\n9-10\n", await File.ReadAllTextAsync(Path.Combine(written, "level-3.tasks"), TestContext.Current.CancellationToken));
        Assert.Contains("level 4: 12 cells in 3 tasks", output.ToString(), StringComparison.Ordinal);
    }
}
