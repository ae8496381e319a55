using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>A fit that did not converge; the message says what to try.</summary>
public sealed class LawFitException : RewardScalingException
{
    /// <summary>A failure.</summary>
    public LawFitException() { }

    /// <summary>A failure with its advice.</summary>
    /// <param name="message">What failed and what to try.</param>
    public LawFitException(string message) : base(message) { }

    /// <summary>A failure with its advice and cause.</summary>
    /// <param name="message">What failed and what to try.</param>
    /// <param name="innerException">The cause.</param>
    public LawFitException(string message, Exception innerException) : base(message, innerException) { }
}
