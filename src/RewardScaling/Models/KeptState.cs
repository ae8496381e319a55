using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>What a checkpoint holds besides networks.</summary>
/// <typeparam name="TState">What the training keeps.</typeparam>
/// <param name="Steps">How much of the journal of steps belongs to it.</param>
/// <param name="State">What the training keeps.</param>
internal sealed record KeptState<TState>(JournalMark Steps, TState State);
