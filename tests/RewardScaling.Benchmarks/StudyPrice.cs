namespace RewardScaling.Benchmarks;

/// <summary>What the stages of a study would take at the rates of another engine.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="AtRates">How long its work takes at the rates, as if every network had the size they were measured at.</param>
/// <param name="InProportion">The same where a smaller network is faster in proportion to its parameters. Small networks are not:
/// what they cost in PyTorch is mostly the calls. So this is a price that no one gets below.</param>
internal sealed record StudyPrice(string Stage, double Seconds, double AtRates, double InProportion)
{
    /// <summary>The price of each stage, in the order of the study.</summary>
    /// <param name="study">The work.</param>
    /// <param name="rates">Units per second of sft, sample, score and rm.</param>
    /// <param name="parameters">Parameters of the network the rates were measured on.</param>
    /// <exception cref="ArgumentException">A workload has no rate.</exception>
    public static IReadOnlyList<StudyPrice> Of(StudyWorks study, IReadOnlyDictionary<string, double> rates, long parameters)
    {
        if (study.Works.FirstOrDefault(work => !rates.ContainsKey(work.Workload)) is { } missing)
            throw new ArgumentException($"There is no rate of {missing.Workload}, which {missing.Stage} needs.");
        return [.. study.Seconds.Select(stage =>
        {
            StudyWork[] works = [.. study.Works.Where(work => work.Stage == stage.Key)];
            return new StudyPrice(stage.Key, stage.Value, works.Sum(work => work.Units / rates[work.Workload]),
                works.Sum(work => work.Units / rates[work.Workload] * work.Parameters / parameters));
        })];
    }
}
