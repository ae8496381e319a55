using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>Two responses to one prompt as text, one of them preferred.</summary>
/// <param name="Prompt">The prompt, not empty.</param>
/// <param name="Chosen">The preferred response, not empty.</param>
/// <param name="Rejected">The other response, not empty and not the same.</param>
public sealed record Preference(string Prompt, string Chosen, string Rejected)
{
    /// <summary>The probability that the chosen response is the preferred one: 1 for a certain label, 0.5 for a tie.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1].</exception>
    public double Probability
    {
        get;
        init
        {
            Guard.InRange(value, 0, 1, nameof(Probability));
            field = value;
        }
    } = 1;

    /// <summary>By how much the chosen response was scored higher, on the scale of who scored; 0 where nothing says.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Margin
    {
        get;
        init
        {
            Guard.Finite(value, nameof(Margin));
            Guard.NotNegative(value, nameof(Margin));
            field = value;
        }
    }

    /// <summary>The prompt and which answer is preferred.</summary>
    public override string ToString() => $"{Prompt} -> '{Chosen}' over '{Rejected}'";
}
