using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// Where and how often a training keeps its state, so that a run that was stopped or killed at any moment goes on with the bits
/// it would have had.
/// </summary>
/// <remarks>
/// The folder belongs to one training: its options and its stream are written there and compared when it is opened again. Same
/// folder, same call: the training goes on; a finished one gives its result at once. What the caller hands in besides (networks,
/// corpus, reward models) must be the same too. Delete the folder when the result is in safety.
/// </remarks>
public sealed record CheckpointOptions
{
    /// <summary>The folder; made when it is not there. One process at a time may use it.</summary>
    public required string Folder { get; init; }

    /// <summary>
    /// Steps from one checkpoint to the next; at least 1. There is one at the end, at a cancellation and, where the weights stand
    /// between two steps, at a fault, too.
    /// </summary>
    /// <value>Default 10, this library's: a step of PPO takes longer than a write.</value>
    public int StepsBetween { get; init; } = 10;

    /// <summary>Faults options that say no place or no time.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(CheckpointOptions));
        faults.Require(!string.IsNullOrWhiteSpace(Folder), nameof(Folder), $"'{Folder}'", "the path of a folder");
        faults.Require(StepsBetween >= 1, nameof(StepsBetween), StepsBetween, "at least 1");
        faults.ThrowIfAny();
    }
}
