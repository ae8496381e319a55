using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>The held-out loss of a reward model trained on some number of comparisons.</summary>
public sealed record LossPoint
{
    /// <summary>A measured loss.</summary>
    /// <param name="comparisons">How many comparisons it was trained on; above 0.</param>
    /// <param name="loss">Mean cross-entropy of held-out comparisons, in nats, with its standard error above 0.</param>
    /// <exception cref="ArgumentException">A count or an error that is not positive, or no error.</exception>
    public LossPoint(double comparisons, Estimate loss)
    {
        Guard.Finite(comparisons);
        Guard.Positive(comparisons);
        if (!loss.HasStandardError || !(loss.StandardError > 0))
            throw new ArgumentException(FormattableString.Invariant($"The loss at {comparisons} comparisons needs a standard error above 0: without one nothing can be told from chance."), nameof(loss));
        (Comparisons, Loss) = (comparisons, loss);
    }

    /// <summary>How many comparisons it was trained on.</summary>
    public double Comparisons { get; }

    /// <summary>Mean cross-entropy of held-out comparisons, in nats; ln 2 is chance.</summary>
    public Estimate Loss { get; }

    /// <summary>The point.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"loss {Loss} at {Comparisons:N0} comparisons");
}
