using System.Globalization;
using System.Text;
using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Numerics;
using RewardScaling.Studies;

namespace RewardScaling.Reports;

/// <summary>
/// Reward curves as a table for other tools: comma-separated values after RFC 4180, one line for each measured point.
/// </summary>
/// <remarks>
/// Numbers are written with all the digits that a double needs to be read back unchanged. KL is in nats per sequence,
/// d its square root; effort is the n of best-of-n or the PPO step; columns that end in _se are standard errors and
/// are empty where none is known. Where a curve lies on the axes of its study's plan is in the columns from study_seed to
/// selection. <see cref="Runs.RunLog"/> reads one curve of such a table back.
/// </remarks>
public static class CurvesCsv
{
    private const string None = "none";

    private const string Proxy = "method,proxy_parameters,proxy_comparisons,proxy_seed", Points = "kl_nats,kl_se,d,effort,proxy,proxy_se,gold,gold_se";

    private static readonly string[] s_axes = ["study_seed", "policy_parameters", "policy_seed", "label_noise", "ensemble", "own_proxy", "frozen_blocks", "kl_penalty",
        "kl_penalty_in", "round", "rounds", "selection"];

    /// <summary>The curves as text.</summary>
    /// <param name="curves">The curves of a study; with none, only the header is written.</param>
    public static string ToText(IReadOnlyList<StudyCurve> curves) => ToText(ReportCurve.Of(curves));

    /// <summary>Writes the curves to a file, whole or not at all.</summary>
    /// <param name="path">The file; its folder exists. A file already there is replaced.</param>
    /// <param name="curves">The curves of a study.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, IReadOnlyList<StudyCurve> curves) => AtomicFile.WriteText(path, ToText(curves));

    internal static string ToText(IReadOnlyList<ReportCurve> curves)
    {
        var text = new StringBuilder($"{Proxy},{string.Join(',', s_axes)},{Points}\r\n");
        foreach (ReportCurve curve in curves)
        {
            curve.Validate();
            string of = string.Create(CultureInfo.InvariantCulture,
                $"{MethodName.Of(curve.Curve.Method)},{curve.ProxyParameters},{curve.ProxyComparisons},{curve.ProxySeed},{string.Join(',', Axes(curve.At).Select(CsvText.Field))},");
            foreach (RewardPoint p in curve.Curve.Points)
                text.Append(of).Append(CultureInfo.InvariantCulture, $"{Pair(p.Kl)},{p.Distance.Value:R},{p.Effort:R},{Pair(p.Proxy)},{Pair(p.Gold)}\r\n");
        }
        return text.ToString();
    }

    private static string Pair(Estimate e) =>
        FormattableString.Invariant($"{e.Value:R},")
        + (e.HasStandardError ? FormattableString.Invariant($"{e.StandardError:R}") : "");

    // What is not there is said, so that a reader can tell curves apart by it.
    private static IEnumerable<string> Axes(StudyCoordinates? at)
    {
        if (at is null) return s_axes.Select(static _ => "");
        return [Number(at.StudySeed), Number(at.PolicyParameters), Number(at.PolicySeed), Number(at.LabelNoise),
            at.Ensemble?.ToString() ?? None, at.OwnProxy ?? None, at.FrozenBlocks is { } frozen ? Number(frozen) : None,
            Number(at.Penalty.Coefficient), at.Penalty.Placement.ToString().ToLowerInvariant(), Number(at.Round),
            at.Rounds.ToString(), at.Method != OptimizationMethod.BestOfN ? None : at.Selection == SelectionRule.BestOfN ? "best-of-n"
                : "best-of-poisson"];
    }

    private static string Number(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
