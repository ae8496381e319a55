using System.CommandLine;
using RewardScaling.Tool.Studies;

namespace RewardScaling.Tool.Scheduling;

/// <summary>What the command line of <c>submit</c> may say.</summary>
internal sealed record SubmitArguments(
    PlanArguments Study, string Out, string Device, bool IsSlurm, bool DryRun, string? Command, int Cpus, int? AtOnce,
    int? CellsPerTask, double SecondsPerTask, SlurmOptions Slurm, KubernetesOptions? Kubernetes)
{
    private static readonly Option<bool> s_slurm = ToolOption.Flag("--slurm", "Job arrays for Slurm.");
    private static readonly Option<bool> s_kubernetes = ToolOption.Flag("--kubernetes",
        "Indexed Jobs for Kubernetes; needs --image and --claim.");
    private static readonly Option<bool> s_dryRun = ToolOption.Flag("--dry-run", "Writes the scripts and submits nothing.");
    private static readonly Option<string?> s_command = ToolOption.Of<string?>("--command", "TEXT",
        "What starts study on the other machines, as typed in a shell. Default: this program, or rewardscaling study of the image.");
    private static readonly Option<int> s_cpus = ToolOption.Of("--cpus", "N",
        "Processors of a task, a thread on each.", 1).AtLeast(1);
    private static readonly Option<int?> s_atOnce = ToolOption.Of<int?>("--at-once", "N",
        "How many tasks may run at once. Default: no limit.").AtLeast(1);
    private static readonly Option<int?> s_cellsPerTask = ToolOption.Of<int?>("--cells-per-task", "N",
        "How many cells a task makes at most, one after the other. Default: as many as are priced at --seconds-per-task.").AtLeast(1);
    private static readonly Option<int> s_secondsPerTask = ToolOption.Of("--seconds-per-task", "S",
        "How long a task should be: small cells share one, so that starting it costs little.", 60).AtLeast(1);
    private static readonly Option<int?> s_time = ToolOption.Of<int?>("--time", "MINUTES",
        "Slurm's time limit of every task. Nothing is measured then. Default: from what its cells are priced at on this machine.").AtLeast(1);
    private static readonly Option<double> s_margin = ToolOption.Of("--margin", "X",
        "How many times its price a task may take: nodes may be slower than this machine.", 3.0);
    private static readonly Option<int?> s_memory = ToolOption.Of<int?>("--memory", "MB",
        "Memory of a task. Default: 500 MB and twice the numbers that its largest cell holds.").AtLeast(1);
    private static readonly Option<int> s_largestArray = ToolOption.Of("--largest-array", "N",
        "How many tasks an array of Slurm may have, its MaxArraySize less one; a level with more has several.", 1000).AtLeast(1);
    private static readonly Option<int> s_restarts = ToolOption.Of("--restarts", "N",
        "How often a task is run again that ran out of time or was killed; it goes on where it was.", 20).AtLeast(1);
    private static readonly Option<string?> s_image = ToolOption.Of<string?>("--image", "IMAGE",
        "The image that holds the program.");
    private static readonly Option<string?> s_claim = ToolOption.Of<string?>("--claim", "NAME",
        "The claim of the volume that pods share.");
    private static readonly Option<string?> s_mount = ToolOption.Of<string?>("--mount", "DIR",
        "Where the volume is, here as in the pods; --out lies below it. Default: the folder that --out lies in.");
    private static readonly Option<string?> s_namespace = ToolOption.Of<string?>("--namespace", "NAME",
        "The namespace of the Jobs.");
    private static readonly Argument<string[]> s_extra = new("SBATCH-OPTIONS") { Description = "After --: options for sbatch, such as --partition=long.", Arity = ArgumentArity.ZeroOrMore };

    /// <summary>The command and its options.</summary>
    public static ToolCommand Create()
    {
        var command = new ToolCommand("submit", "Gives a study to a scheduler: scripts in the run folder, one job for each level of its cells.",
            ("submit --slurm --plan paper --out /shared/runs/paper-1 --at-once 64", "Job arrays of at most 64 tasks at a time, and a last job that writes the report."),
            ("submit --slurm --plan paper --out /shared/runs/paper-1 --dry-run", "Writes the scripts; slurm/1/submit.sh submits them."),
            ("submit --slurm --plan mine.json --cpus 4 -- --partition=long --account=rl", "What stands after -- goes to sbatch."),
            ("submit --kubernetes --image registry/rewardscaling --claim runs --out /runs/paper-1 --plan paper", "Writes manifests and applies them, level after level."));
        foreach (var option in PlanArguments.All) command.Add(option);
        foreach (Option option in new Option[]
        {
            StudyArguments.OutOption, s_slurm, s_kubernetes, s_dryRun, s_cpus, s_atOnce, s_cellsPerTask, s_secondsPerTask, s_time,
            s_margin, s_memory, s_largestArray,
            s_restarts, s_image, s_claim, s_mount, s_namespace, s_command, StudyArguments.DeviceOption,
        })
        {
            command.Add(option);
        }
        command.Add(s_extra);
        return command;
    }

    /// <summary>Reads them.</summary>
    public static SubmitArguments Read(ParseResult parsed)
    {
        var study = PlanArguments.Read(parsed);
        string folder = Path.GetFullPath(StudyArguments.OutOf(parsed, study));
        int? memory = parsed.GetValue(s_memory);
        int restarts = parsed.GetValue(s_restarts);
        string? image = parsed.GetValue(s_image), claim = parsed.GetValue(s_claim);
        string mount = Path.GetFullPath(parsed.GetValue(s_mount) ?? Path.GetDirectoryName(folder) ?? folder);
        return new(study, folder, parsed.GetValue(StudyArguments.DeviceOption)!, parsed.GetValue(s_slurm),
            parsed.GetValue(s_dryRun), parsed.GetValue(s_command), parsed.GetValue(s_cpus), parsed.GetValue(s_atOnce),
            parsed.GetValue(s_cellsPerTask), parsed.GetValue(s_secondsPerTask),
            new(parsed.GetValue(s_time), parsed.GetValue(s_margin), memory, parsed.GetValue(s_largestArray), restarts,
                parsed.GetValue(s_extra) ?? []),
            parsed.GetValue(s_kubernetes)
                ? new(image ?? "", claim ?? "", mount, parsed.GetValue(s_namespace), memory, restarts) : null);
    }

    /// <summary>Faults what no scheduler can be given.</summary>
    /// <exception cref="ArgumentException">The message says what.</exception>
    public void RequireSense()
    {
        if (IsSlurm == Kubernetes is not null) throw new ArgumentException("submit needs one of --slurm and --kubernetes.");
        if (!(Slurm.Margin >= 1)) throw new ArgumentException(FormattableString.Invariant($"--margin {Slurm.Margin} must be at least 1."));
        if (Slurm.Extra.FirstOrDefault(static word => !word.StartsWith('-')) is { } stray)
            throw new ArgumentException($"'{stray}' is no option; options for sbatch stand after --, such as -- --partition=long.");
        if (Kubernetes is not { } pods) return;
        if (pods.Image.Length == 0 || pods.Claim.Length == 0)
            throw new ArgumentException("--kubernetes needs --image, which holds the program, and --claim, the volume that the pods share.");
        if (Slurm.Extra.Count > 0) throw new ArgumentException($"'{Slurm.Extra[0]}' is for sbatch; --kubernetes writes manifests that may be changed.");
        if (!(Out + "/").StartsWith(pods.Mount.TrimEnd('/') + "/", StringComparison.Ordinal))
            throw new ArgumentException($"--out {Out} does not lie below --mount {pods.Mount}.");
    }
}
