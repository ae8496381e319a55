using System.Globalization;
using System.Text;

namespace RewardScaling.Tool.Scheduling;

/// <summary>
/// A study as scripts for Slurm: task.sh, which a task of every array runs; a list of tasks for each level, a line a task; and
/// submit.sh, which submits an array for each level, and at the end the report.
/// </summary>
/// <remarks>
/// A level waits for all of the one before (<c>afterok</c>): a cell is made from several, and <c>aftercorr</c>, which pairs
/// tasks of the same index, would say that it is made from one.
/// </remarks>
internal sealed class SlurmScripts(ScheduledStudy study, SlurmOptions options, string folder)
{
    /// <summary>The script that submits everything.</summary>
    public const string Submit = "submit.sh";

    // How long before the end of its time a task is told, in seconds: to end what it is at and to write its state takes a minute
    // at most. Slurm may tell a minute early.
    private const int Warning = 120;

    // Slurm counts time in minutes; a node has to be got ready, and a small price is the least sure.
    private const int FewestMinutes = 5;

    /// <summary>Every file, by name.</summary>
    public IReadOnlyList<(string Name, string Text)> Files =>
    [
        ("task.sh", Task()), (Submit, Submission()),
        .. study.Levels.Select(static level => (TaskFile(level), ScheduledStudy.Lines(level))),
    ];

    /// <summary>Minutes a task of a level is given.</summary>
    public int MinutesOf(TaskLevel level) => options.Minutes
        ?? Math.Max(FewestMinutes, (int)Math.Ceiling((options.Margin * level.Seconds + Warning) / 60));

    private static string TaskFile(TaskLevel level) => string.Create(CultureInfo.InvariantCulture, $"level-{level.Level}.tasks");

    private string Task() => $$"""
        #!/bin/bash
        #SBATCH --requeue
        #SBATCH --open-mode=append
        #SBATCH --ntasks=1
        #SBATCH --cpus-per-task={{study.Cpus}}
        #SBATCH --signal=B:USR1@{{Warning}}
        # task.sh TASKS FIRST: makes the cells that a line of TASKS names, FIRST for the array's index 0. Without arguments: the report.
        # A cell that is whole is left alone, one that was begun goes on where it was: to run a task once more is never wrong.
        if [ $# -gt 0 ]; then
          cells=$(sed -n "$(($2 + SLURM_ARRAY_TASK_ID))p" "$1")
          set -- --cells "$cells" --keep-going
        fi
        near_end= ends= program=
        end() {
          ends=yes
          if [ -n "$program" ]; then kill -TERM "$program" 2> /dev/null; fi
        }
        # Slurm says USR1 when the time limit is near, TERM when the task is cancelled or has to make room. Either way the program
        # keeps its state and ends.
        trap 'near_end=yes; end' USR1
        trap end TERM
        {{study.CommandLine(folder)}} "$@" &
        program=$!
        # A signal may have come before the program had a number here.
        if [ -n "$ends" ]; then end; fi
        wait "$program"
        code=$?
        # A signal ends the wait, not the program.
        while [ "$code" -gt 128 ] && kill -0 "$program" 2> /dev/null; do
          wait "$program"
          code=$?
        done
        # Out of time, or killed, as for want of memory: once more, on whatever node is free, but not for ever.
        if { [ -n "$near_end" ] && [ "$code" -ne 0 ]; } || [ "$code" -eq 137 ]; then
          job=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID}
          if [ "${SLURM_RESTART_COUNT:-0}" -lt {{options.Restarts}} ] && scontrol requeue "${job:-$SLURM_JOB_ID}"; then
            # Slurm ends this script now.
            sleep {{Warning}}
          fi
        fi
        exit "$code"

        """;

    private string Submission()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $$"""
            #!/bin/bash
            # Submits what was left of the study in {{study.Folder.ReplaceLineEndings(" ")}}: an array for each level of its cells. A level waits for all of the one before,
            # because a cell may be made from any cells of it; where one fails the rest is cancelled, and rewardscaling status says why.
            set -euo pipefail
            cd "$(dirname "${BASH_SOURCE[0]}")"
            mkdir -p log
            options=({{string.Join(' ', options.Extra.Select(ShellText.Quote))}})
            # submit OPTION... SCRIPT ARGUMENT...: prints the number of the job.
            submit() {
              local job
              job=$(sbatch --parsable --kill-on-invalid-dep=yes ${options[@]+"${options[@]}"} "$@") || return
              echo "${job%%;*}"
            }

            """);
        string before = "";
        foreach (var level in study.Levels)
        {
            string words = ScheduledStudy.Words(level, options.Minutes is null),
                name = string.Create(CultureInfo.InvariantCulture, $"level_{level.Level}");
            text.Append('\n').AppendLine($"# {words}.");
            int parts = (level.Tasks.Count + options.LargestArray - 1) / options.LargestArray;
            for (int part = 0; part < parts; part++)
            {
                int first = part * options.LargestArray, count = Math.Min(options.LargestArray, level.Tasks.Count - first);
                string last = string.Create(CultureInfo.InvariantCulture, $"{count - 1}"),
                    atOnce = study.AtOnce is { } most ? string.Create(CultureInfo.InvariantCulture, $"%{most}") : "",
                    // A limit is of one array: where a level has several, one follows the other.
                    follows = part > 0 && study.AtOnce is not null ? $"{(before.Length == 0 ? "" : ",")}afterany:$part" : "",
                    dependency = before.Length + follows.Length == 0 ? "" : $"--dependency=\"{before}{follows}\" ";
                text.AppendLine(string.Create(CultureInfo.InvariantCulture,
                    $"part=$(submit {dependency}--job-name={study.Name}-{level.Level} --array=0-{last}{atOnce} --time={MinutesOf(level)} --mem={options.Megabytes ?? ScheduledStudy.Megabytes(level)}M --output=log/level-{level.Level}-%A_%a.txt task.sh {TaskFile(level)} {first + 1})"));
                text.AppendLine(part == 0 ? $"{name}=$part" : $"{name}=${name}:$part");
            }
            text.AppendLine($"echo \"level {level.Level.ToString(CultureInfo.InvariantCulture)}: job ${name}\"");
            before = $"afterok:${name}";
        }
        text.Append('\n').AppendLine("# Reads what is there, fits the laws and writes the report.");
        int memory = options.Megabytes ?? study.Megabytes();
        text.AppendLine(string.Create(CultureInfo.InvariantCulture,
            $"part=$(submit {(before.Length == 0 ? "" : $"--dependency=\"{before}\" ")}--job-name={study.Name}-report --time={options.Minutes ?? 60} --mem={memory}M --output=log/report-%j.txt task.sh)"));
        text.AppendLine("echo \"report: job $part\"");
        return text.ToString();
    }
}
