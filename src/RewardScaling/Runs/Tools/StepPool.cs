using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Runs;

/// <summary>The scored samples of one training step: draws from one policy, several for each prompt.</summary>
public sealed class StepPool
{
    internal StepPool(string name, double step, IReadOnlyList<ScoredPrompt> prompts)
    {
        (Name, Step, Prompts) = (name, step, prompts);
        Gold = Estimate.Mean([.. prompts.Select(static prompt => Mean(prompt.Gold))]);
        Proxy = Estimate.Mean([.. prompts.Select(static prompt => Mean(prompt.Proxy))]);
        double[] gains = [.. prompts.Where(static prompt => prompt.SampleCount > 1).Select(Gain)];
        GoldGain = gains.Length == 0 ? null : Estimate.Mean(gains);
        Agreement = AgreementOf(prompts);
    }

    /// <summary>The step as written: "120", or the name of a round or an arm.</summary>
    public string Name { get; }

    /// <summary>The step; the place in the order of the file where it is no number.</summary>
    public double Step { get; }

    /// <summary>The prompts, each with its samples.</summary>
    public IReadOnlyList<ScoredPrompt> Prompts { get; }

    /// <summary>Mean gold of a sample, its error over prompts.</summary>
    public Estimate Gold { get; }

    /// <summary>Mean proxy score of a sample, its error over prompts.</summary>
    public Estimate Proxy { get; }

    /// <summary>
    /// What choosing by the proxy gains: gold of the sample of each prompt that the proxy scores highest, less the mean gold
    /// of the prompt, its error over prompts. 0 is a proxy that knows nothing. Null where each prompt has one sample.
    /// </summary>
    public Estimate? GoldGain { get; }

    /// <summary>
    /// The correlation of proxy and gold within prompts, in [-1, 1]; null where one of them does not vary within any prompt.
    /// </summary>
    public double? Agreement { get; }

    /// <summary>Gold and proxy by n of best-of-n with this policy's samples, n up to those of the prompt with the
    /// fewest.</summary>
    public RewardCurve ToCurve()
    {
        int most = Prompts.Min(static prompt => prompt.SampleCount);
        int[] n = most <= 8 ? [.. Enumerable.Range(1, most)]
            : [.. Enumerable.Range(0, 31).Select(static power => 1 << power).TakeWhile(size => size < most), most];
        return BestOfNCurve.From(Prompts, n, "step " + Name);
    }

    /// <summary>The step, how many samples there are, and both means.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"step {Name}: {Prompts.Sum(static prompt => prompt.SampleCount)} samples of {Prompts.Count} prompts, gold {Gold}, proxy {Proxy}");

    // Samples that tie for the proxy's favour share.
    private static double Gain(ScoredPrompt prompt)
    {
        double highest = double.NegativeInfinity, chosen = 0;
        int tied = 0;
        for (int i = 0; i < prompt.SampleCount; i++)
        {
            if (prompt.Proxy[i] > highest) (highest, chosen, tied) = (prompt.Proxy[i], 0, 0);
            if (prompt.Proxy[i] == highest) (chosen, tied) = (chosen + prompt.Gold[i], tied + 1);
        }
        return chosen / tied - Mean(prompt.Gold);
    }

    private static double? AgreementOf(IReadOnlyList<ScoredPrompt> prompts)
    {
        double both = 0, proxy = 0, gold = 0;
        foreach (ScoredPrompt prompt in prompts)
        {
            double p = Mean(prompt.Proxy), g = Mean(prompt.Gold);
            for (int i = 0; i < prompt.SampleCount; i++)
            {
                both += (prompt.Proxy[i] - p) * (prompt.Gold[i] - g);
                proxy += (prompt.Proxy[i] - p) * (prompt.Proxy[i] - p);
                gold += (prompt.Gold[i] - g) * (prompt.Gold[i] - g);
            }
        }
        return proxy > 0 && gold > 0 ? both / Math.Sqrt(proxy * gold) : null;
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values) sum += value;
        return sum / values.Length;
    }
}
