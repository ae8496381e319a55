namespace RewardScaling.Runs;

/// <summary>
/// Which Kullback-Leibler divergence from the initial policy a source logged: how it was estimated and averaged, and what is
/// wrong with it as an axis.
/// </summary>
public sealed record KlLogging
{
    /// <summary>Over what it is averaged.</summary>
    public required KlAveraging Averaging { get; init; }

    /// <summary>The estimator of each token: "k1", "k2", "k3", "exact", "analytic" or words.</summary>
    public required string Estimator { get; init; }

    /// <summary>The largest size a token's term can have, the rest being cut off; infinite when nothing is.</summary>
    public double Clamp { get; init; } = double.PositiveInfinity;

    /// <summary>Whether tokens of the prompt, which the policy did not sample, are summed too.</summary>
    public bool IncludesPrompt { get; init; }

    /// <summary>What else is known to be wrong with it, a sentence each.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>A divergence measured as this library measures it: nats per sequence of sampled responses.</summary>
    /// <param name="estimator">"k1", "k3", "exact" or "analytic".</param>
    public static KlLogging PerSequence(string estimator) => new() { Averaging = KlAveraging.SequenceSum, Estimator = estimator };

    /// <summary>Whether an honest estimate may come out negative: k1, or an estimator nobody knows.</summary>
    public bool MayBeNegative => Estimator.Contains("k1", StringComparison.Ordinal) || Estimator == "unknown";

    /// <summary>Whether it is a mean per token, inside each response or over all tokens.</summary>
    internal bool IsPerToken => Averaging is KlAveraging.MeanPerToken or KlAveraging.MeanOfAllTokens;

    /// <summary>Everything that keeps the logged number from being the mean divergence per sequence, a sentence each.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            if (Averaging == KlAveraging.None) return [];
            List<string> warnings = [];
            if (Averaging == KlAveraging.Unknown) warnings.Add("Nothing says whether the KL is per token or per sequence.");
            if (IsPerToken)
                warnings.Add($"The KL is a mean per token ({Estimator}), not per sequence.");
            if (Estimator == "unknown") warnings.Add("Nothing says how the KL was estimated.");
            if (Estimator.Contains("k2", StringComparison.Ordinal)) warnings.Add("k2 is biased: its mean may be a tenth off at 0.1 nats already.");
            if (Estimator.Contains("k3", StringComparison.Ordinal)) warnings.Add("Where the policies are far apart k3 rests on samples that hardly ever come: it is usually too low, by many of its standard errors, which do not show it; k1 is better there.");
            if (double.IsFinite(Clamp)) warnings.Add(FormattableString.Invariant($"Each token's term is cut off at ±{Clamp}, so a large divergence is understated."));
            if (IncludesPrompt) warnings.Add("Tokens of the prompt are summed too, which the policy did not sample.");
            warnings.AddRange(Remarks);
            return warnings;
        }
    }

    /// <summary>In a few words: "k3, mean per token".</summary>
    public override string ToString() => Averaging switch
    {
        KlAveraging.None => "none",
        KlAveraging.BestOfN => "ln n - (n - 1) / n, not measured",
        KlAveraging.SequenceSum => $"{Estimator}, sum over each sequence",
        KlAveraging.MeanOfAllTokens => $"{Estimator}, mean over all tokens of a batch",
        KlAveraging.MeanPerToken => $"{Estimator}, mean per token",
        _ => $"{Estimator}, unknown whether per token or per sequence",
    };
}
