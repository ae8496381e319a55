namespace RewardScaling.Tool.Scheduling;

/// <summary>How Kubernetes is to run the tasks.</summary>
/// <param name="Image">The image of the program, with .NET.</param>
/// <param name="Claim">The claim of the volume that all pods share.</param>
/// <param name="Mount">Where the volume is in the pods; the run folder lies below it.</param>
/// <param name="Namespace">The namespace; null for that of kubectl's context.</param>
/// <param name="Megabytes">The memory of every task; null for one from what each level holds.</param>
/// <param name="Restarts">How often a task is tried again.</param>
internal sealed record KubernetesOptions(
    string Image, string Claim, string Mount, string? Namespace, int? Megabytes, int Restarts);
