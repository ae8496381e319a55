using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using static RewardScaling.Numerics.NumberText;

namespace RewardScaling.Reports;

/// <summary>Fits as a table for people: a row each, coefficients with errors, the peak with its 95 percent intervals.</summary>
internal static class FitTable
{
    private const string None = "–", Together = "fitted together, AICc of all curves";

    public static ReportTable Of(IReadOnlyList<LawFit> fits)
    {
        ArgumentNullException.ThrowIfNull(fits);
        if (fits.Count == 0) throw new ArgumentException("fits is empty; a table needs at least one fit.", nameof(fits));
        string[] names = [.. fits.SelectMany(Shown).Select(static p => p.Name).Distinct()
            .OrderBy(static name => name == LawFitOptions.Offset)];
        string formulas = string.Join("; ", fits.Select(static fit => $"{fit.Law.Name}: {fit.Law.Formula}").Distinct());
        var table = new ReportTable($"Laws fitted by least squares, with standard errors; 95 % intervals in brackets. {formulas}, with d = √KL.",
            [new("Curve", false), new("Reward", false), new("Law", false), new("Points"),
                .. names.Select(static name => new ReportColumn(Symbol(name))),
                new("Law's peak KL (nats)"), new("Law's peak reward"), new("Back at the start (nats)"), new("Highest measured, KL (nats)"),
                new("Lack of fit (p)"), new("AICc"), new("Remark", false)]);
        foreach (LawFit fit in fits)
        {
            LawIntervals? intervals = fit.HasErrors && fit.Peak is LawPeak.InsideData ? fit.Intervals() : null;
            (string kl, string reward, string remark) = fit.Peak switch
            {
                LawPeak.InsideData peak => (With(peak.Kl, intervals?.PeakKl), With(peak.Reward, intervals?.PeakReward), ""),
                var other => (None, None, other.ToString()),
            };
            string zero = fit.Law.TryZero(fit.Coefficients, out var back) && fit.Peak is LawPeak.InsideData
                ? With(Estimate.WithoutError(back.Squared().Value), intervals?.ZeroKl) : None;
            double aicc = fit.Aicc;
            remark = string.Join("; ", new[] { remark, fit.LackOfFit.IsRejected ? "intervals and peak only if the law held"
                : "", fit.PeakComparison.Words }.Where(static part => part.Length > 0));
            if (fit.IsPartOfJointFit) remark = remark.Length == 0 ? Together : $"{Together}; {remark}";
            table.Add([fit.Label, fit.Target == RewardTarget.Gold ? "gold" : "proxy", fit.Law.Name, Count(fit.PointCount),
                .. names.Select(name => Shown(fit).FirstOrDefault(p => p.Name == name) is { } parameter ? Value(parameter)
                    : None),
                kl, reward, zero, MeasuredKl(fit.MeasuredPeak), LackOfFit(fit.LackOfFit), double.IsFinite(aicc)
                    ? Fixed(aicc, 2) : None, remark]);
        }
        return table;
    }

    /// <summary>The coefficients that a reader wants to see: without an offset that was fixed at 0.</summary>
    public static IEnumerable<FittedParameter> Shown(LawFit fit) =>
        fit.Parameters.Where(static p => p.Name != LawFitOptions.Offset || p.State != ParameterState.Fixed || p.Value.Value != 0);

    /// <summary>Where gold was measured highest, and the KL of all points that may be it.</summary>
    public static string MeasuredKl(MeasuredPeak peak) => peak switch
    {
        MeasuredPeak.AtEnd or MeasuredPeak.Known { Bounds.Plausible.Count: 1 } => $"{Short(peak.Highest.Kl.Value)}{(peak is MeasuredPeak.AtEnd ? " (end)" : "")}",
        MeasuredPeak.Known known => $"{Short(peak.Highest.Kl.Value)} [{Short(known.Bounds.Kl.Low)}, {Short(known.Bounds.Kl.High)}]{(peak is MeasuredPeak.Flat ? " (flat)" : "")}",
        _ => Short(peak.Highest.Kl.Value),
    };

    /// <summary>The p-value of the test; a dash where there was none.</summary>
    public static string LackOfFit(LackOfFit test) => test is not LackOfFit.Tested { PValue: var p } ? None
        : p < 1e-12 ? "< 1e−12" : Short(p, 2);

    private static string Value(FittedParameter parameter) => parameter.State switch
    {
        ParameterState.Fixed => $"{Short(parameter.Value.Value, 4)} (fixed)",
        ParameterState.AtBound => $"{Short(parameter.Value.Value, 4)} (at its bound)",
        _ => WithError(parameter.Value),
    };

    private static string With(Estimate value, ConfidenceInterval? interval)
    {
        string text = value.HasStandardError && value.StandardError > 0 ? Fixed(value.Value, Decimals(value.StandardError))
            : Short(value.Value);
        return interval is { } bounds ? $"{text} [{Bound(bounds.Low)}, {Bound(bounds.High)}]" : text;
    }

    private static string Bound(double value) => double.IsPositiveInfinity(value) ? "∞" : double.IsNegativeInfinity(value)
        ? "−∞" : Short(value);

    private static string Symbol(string name) => name switch { "alpha" => "α", "beta" => "β", "gamma" => "γ", _ => name };
}
