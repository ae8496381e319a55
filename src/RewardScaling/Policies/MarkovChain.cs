namespace RewardScaling.Policies;

/// <summary>Exact facts about a finite Markov chain whose transition matrix P is positive (row-major, states x states).</summary>
internal static class MarkovChain
{
    /// <summary>
    /// The distribution μ with μP = μ, by state reduction (Grassmann, Taksar and Heyman 1985): no
    /// subtraction, so no digits are lost.
    /// </summary>
    public static double[] Stationary(ReadOnlySpan<double> transitions, int states)
    {
        double[] p = transitions.ToArray();
        for (int n = states - 1; n > 0; n--)
        {
            double leaving = 0;
            for (int j = 0; j < n; j++) leaving += p[n * states + j];
            for (int i = 0; i < n; i++)
            {
                double through = p[i * states + n] /= leaving;
                for (int j = 0; j < n; j++) p[i * states + j] += through * p[n * states + j];
            }
        }
        var stationary = new double[states];
        stationary[0] = 1;
        double sum = 1;
        for (int n = 1; n < states; n++)
        {
            for (int i = 0; i < n; i++) stationary[n] += stationary[i] * p[i * states + n];
            sum += stationary[n];
        }
        for (int i = 0; i < states; i++) stationary[i] /= sum;
        return stationary;
    }

    /// <summary>-Σ_i μ_i Σ_j P_ij ln P_ij, in nats per step.</summary>
    public static double EntropyRate(ReadOnlySpan<double> transitions, ReadOnlySpan<double> stationary, int states)
    {
        double rate = 0;
        for (int i = 0; i < states; i++)
        {
            for (int j = 0; j < states; j++)
            {
                double p = transitions[i * states + j];
                if (p > 0) rate -= stationary[i] * p * Math.Log(p);
            }
        }
        return rate;
    }
}
