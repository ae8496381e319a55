namespace RewardScaling.Laws;

/// <summary>R(d) of a law of the caller's own.</summary>
/// <param name="distance">d = sqrt(KL), KL in nats; at least 0.</param>
/// <param name="parameters">The coefficients, in the order of the law's names.</param>
public delegate double LawFunction(double distance, ReadOnlySpan<double> parameters);
