namespace RewardScaling.Tool.Scheduling;

/// <summary>How Slurm is to run the tasks.</summary>
/// <param name="Minutes">The time limit of every task; null for one from what each level is priced at.</param>
/// <param name="Margin">How many times its price a task may take before Slurm ends it.</param>
/// <param name="Megabytes">The memory of every task; null for one from what each level holds.</param>
/// <param name="LargestArray">How many tasks an array may have: Slurm's MaxArraySize less one.</param>
/// <param name="Restarts">How often a task is queued again that came to its time limit or was killed.</param>
/// <param name="Extra">Options for sbatch.</param>
internal sealed record SlurmOptions(
    int? Minutes, double Margin, int? Megabytes, int LargestArray, int Restarts, IReadOnlyList<string> Extra);
