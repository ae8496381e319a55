namespace RewardScaling.Numerics;

/// <summary>
/// What this library throws of its own, and nothing else does: catch it to hear of every such fault. Bad arguments are
/// <see cref="ArgumentException"/>, bad files <see cref="InvalidDataException"/>, as everywhere in .NET.
/// </summary>
public abstract class RewardScalingException : Exception
{
    private protected RewardScalingException() { }

    private protected RewardScalingException(string message, Exception? inner = null) : base(message, inner) { }
}
