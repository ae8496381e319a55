using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RewardScaling.Tool.Scheduling;

/// <summary>
/// A study as manifests for Kubernetes: an indexed Job for each level and one for the report, a list of tasks for each level, and
/// submit.sh, which applies a Job when the one before is complete.
/// </summary>
/// <remarks>Levels wait in the script and not in the cluster: a pod that waits for others holds what it has asked for.</remarks>
internal sealed class KubernetesManifests(ScheduledStudy study, KubernetesOptions options, string folder)
{
    /// <summary>The script that applies everything.</summary>
    public const string Submit = "submit.sh";

    // A name of a Job, and what Kubernetes adds to it for pods, has 63 letters at most.
    private const int LongestName = 40, LongestLabel = 63;

    // How long a pod has to end when it must go, and to keep its state.
    private const int GraceSeconds = 120;

    /// <summary>Every file, by name.</summary>
    public IReadOnlyList<(string Name, string Text)> Files =>
    [
        .. study.Levels.Select(static level => (TaskFile(level), ScheduledStudy.Lines(level))),
        .. study.Levels.Select(level => (Manifest(Part(level)), Job(level))),
        (Manifest("report"), Job(null)), (Submit, Submission()),
    ];

    private static string Part(TaskLevel level) => string.Create(CultureInfo.InvariantCulture, $"level-{level.Level}");

    private static string TaskFile(TaskLevel level) => Part(level) + ".tasks";

    private static string Manifest(string part) => part + ".yaml";

    // What a Job is called says what it does: applied again it is the same Job, and with other tasks another.
    private string NameOf(TaskLevel? level)
    {
        string part = level is null ? "report" : Part(level), name = Cut(study.Name, LongestName),
            content = $"{folder}\n{(level is null ? "" : ScheduledStudy.Lines(level))}";
        return $"{name}-{part}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..8]}";
    }

    private string Job(TaskLevel? level)
    {
        int tasks = level?.Tasks.Count ?? 1,
            megabytes = options.Megabytes ?? (level is null ? study.Megabytes() : ScheduledStudy.Megabytes(level));
        string cells = level is null ? ""
            : $" --cells \"$(sed -n \"$((JOB_COMPLETION_INDEX + 1))p\" {ShellText.Quote(Path.Combine(folder, TaskFile(level)))})\" --keep-going";
        string space = options.Namespace is null ? "" : $"\n  namespace: {Text(options.Namespace)}";
        return string.Create(CultureInfo.InvariantCulture, $$"""
            apiVersion: batch/v1
            kind: Job
            metadata:
              name: {{Text(NameOf(level))}}{{space}}
              labels:
                app.kubernetes.io/name: rewardscaling
                rewardscaling/study: {{Text(Cut(study.Name, LongestLabel))}}
            spec:
              completionMode: Indexed
              completions: {{tasks}}
              parallelism: {{Math.Min(tasks, study.AtOnce ?? tasks)}}
              # A task that fails is tried again by itself; it goes on where it was.
              backoffLimitPerIndex: {{options.Restarts}}
              # Bad input and faults of the program are not tried again; a pod that had to go for another is not counted.
              podFailurePolicy:
                rules:
                  - action: Ignore
                    onPodConditions:
                      - type: DisruptionTarget
                        status: "True"
                  - action: FailIndex
                    onExitCodes:
                      containerName: cells
                      operator: In
                      values: [1, 2]
              template:
                metadata:
                  labels:
                    app.kubernetes.io/name: rewardscaling
                spec:
                  restartPolicy: Never
                  terminationGracePeriodSeconds: {{GraceSeconds}}
                  containers:
                    - name: cells
                      image: {{Text(options.Image)}}
                      # The program takes the place of the shell, so that it hears when the pod has to go.
                      command: ["/bin/sh", "-c", {{Text($"exec {study.CommandLine(folder)}{cells}")}}]
                      resources:
                        requests:
                          cpu: {{Text(study.Cpus.ToString(CultureInfo.InvariantCulture))}}
                          memory: {{Text($"{megabytes}M")}}
                        limits:
                          memory: {{Text($"{megabytes}M")}}
                      volumeMounts:
                        - name: runs
                          mountPath: {{Text(options.Mount)}}
                  volumes:
                    - name: runs
                      persistentVolumeClaim:
                        claimName: {{Text(options.Claim)}}

            """);
    }

    private string Submission()
    {
        string space = options.Namespace is null ? "" : $" --namespace={ShellText.Quote(options.Namespace)}";
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $$"""
            #!/bin/bash
            # Applies what was left of the study in {{study.Folder.ReplaceLineEndings(" ")}}: a Job for each level of its cells, each when the one before is complete.
            # It may be stopped and started again: a Job that is there is left as it is.
            set -euo pipefail
            cd "$(dirname "${BASH_SOURCE[0]}")"
            # run MANIFEST JOB: until it is complete; a Job that failed ends the script.
            run() {
              kubectl apply{{space}} --filename="$1"
              until kubectl wait{{space}} --for=condition=complete --timeout=30s "job/$2" > /dev/null 2>&1; do
                if [ "$(kubectl get{{space}} "job/$2" --output=jsonpath='{.status.conditions[?(@.type=="Failed")].status}')" = True ]; then
                  echo "$2 failed; rewardscaling status says which cells, and kubectl logs what they said." >&2
                  exit 1
                fi
              done
            }

            """);
        foreach (var level in study.Levels)
            text.Append(CultureInfo.InvariantCulture, $"# {ScheduledStudy.Words(level, isTimed: false)}.\n").Append(CultureInfo.InvariantCulture, $"run {Manifest(Part(level))} {NameOf(level)}\n");
        text.Append(CultureInfo.InvariantCulture, $"run {Manifest("report")} {NameOf(null)}\n");
        return text.ToString();
    }

    private static string Cut(string name, int length) => name.Length > length ? name[..length].Trim('-') : name;

    // A text of JSON is one of YAML.
    private static string Text(string value) =>
        $"\"{JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
