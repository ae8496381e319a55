namespace RewardScaling.Studies.Claims;

/// <summary>
/// What counts as one independent observation: the outermost kind of seed that a study repeats. Proxies of one study share its
/// gold, its comparisons and its prompts, so where there are several studies a study is one observation, however many proxies it
/// has.
/// </summary>
internal sealed class SeedUnits
{
    private readonly Func<StudyCoordinates, object> _unit;

    private SeedUnits(string name, Func<StudyCoordinates, object> unit) => (Name, _unit) = (name, unit);

    /// <summary>What the units are, in the plural.</summary>
    public string Name { get; }

    /// <summary>The units of some curves.</summary>
    public static SeedUnits Of(IReadOnlyList<StudyCurve> curves)
    {
        if (Differ(curves, static at => at.StudySeed)) return new("study seeds", static at => at.StudySeed);
        if (Differ(curves, static at => at.ProxySeed)) return new("proxy seeds of one study", static at => at.ProxySeed);
        return Differ(curves, static at => at.PolicySeed) ? new("policy seeds of one proxy", static at => at.PolicySeed)
            : new("seeds", static _ => 0);
    }

    /// <summary>The curves of each unit, in the order of the first curve of each.</summary>
    public IEnumerable<StudyCurve[]> Group(IEnumerable<StudyCurve> curves) =>
        curves.GroupBy(curve => _unit(curve.At)).Select(static group => group.ToArray());

    /// <summary>A number of each unit; units that have none are left out.</summary>
    public double[] Values(IEnumerable<StudyCurve> curves, Func<StudyCurve[], double?> of) =>
        [.. Group(curves).Select(of).OfType<double>().Where(double.IsFinite)];

    private static bool Differ<T>(IReadOnlyList<StudyCurve> curves, Func<StudyCoordinates, T> part) =>
        curves.Select(curve => part(curve.At)).Distinct().Skip(1).Any();
}
