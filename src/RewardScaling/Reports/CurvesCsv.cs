using System.Globalization;
using System.Text;
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
/// are empty where none is known. Where a proxy was given, names are a last column. <see cref="Runs.RunLog"/> reads one curve of such a table back.
/// </remarks>
public static class CurvesCsv
{
    private const string Header = "method,proxy_parameters,proxy_comparisons,proxy_seed,kl_nats,kl_se,d,effort,proxy,proxy_se,gold,gold_se";

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
        bool named = curves.Any(static curve => curve.ProxyName is not null);
        var text = new StringBuilder(Header).Append(named ? ",proxy_name" : "").Append("\r\n");
        foreach (ReportCurve curve in curves)
        {
            curve.Validate();
            string method = MethodName.Of(curve.Curve.Method);
            foreach (RewardPoint p in curve.Curve.Points)
            {
                text.Append(CultureInfo.InvariantCulture, $"{method},{curve.ProxyParameters},{curve.ProxyComparisons},{curve.ProxySeed},")
                    .Append(CultureInfo.InvariantCulture, $"{Pair(p.Kl)},{p.Distance.Value:R},{p.Effort:R},{Pair(p.Proxy)},{Pair(p.Gold)}")
                    .Append(named ? $",{Quoted(curve.ProxyName ?? "")}" : "").Append("\r\n");
            }
        }
        return text.ToString();
    }

    private static string Quoted(string name) => name.AsSpan().ContainsAny(",\"\r\n") ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : name;

    private static string Pair(Estimate e) =>
        FormattableString.Invariant($"{e.Value:R},")
        + (e.HasStandardError ? FormattableString.Invariant($"{e.StandardError:R}") : "");
}
