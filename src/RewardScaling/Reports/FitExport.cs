using System.Text;
using System.Text.Json;
using RewardScaling.Laws;

namespace RewardScaling.Reports;

/// <summary>Fits for papers and for other tools: Markdown, LaTeX, CSV, JSON and HTML.</summary>
/// <remarks>Numbers of CSV and JSON have all the digits a double needs; those of tables as many as their errors allow.
/// Curves fitted together (<see cref="JointFit.Curves"/>) are written like others, and each says so.</remarks>
public static class FitExport
{
    private const string Header = "label,law,target,quantity,value,standard_error,low_95,high_95,state";

    /// <summary>A table in the pipe syntax of GitHub Flavored Markdown, a row for each fit.</summary>
    /// <param name="fits">The fits; at least one.</param>
    /// <exception cref="ArgumentException">No fit.</exception>
    public static string ToMarkdown(params IReadOnlyList<LawFit> fits) => FitTable.Of(fits).ToMarkdown();

    /// <summary>A table environment for LaTeX with the rules of the package booktabs, a row for each fit.</summary>
    /// <param name="fits">The fits; at least one.</param>
    /// <exception cref="ArgumentException">No fit.</exception>
    public static string ToLatex(params IReadOnlyList<LawFit> fits) => LatexTable.Of(FitTable.Of(fits));

    /// <summary>
    /// Comma-separated values after RFC 4180, a line for each quantity: the coefficients, then peak_kl, peak_reward and
    /// zero_kl (in nats and units of reward) where the law has them, measured_peak_kl and measured_peak_reward, lack_of_fit_p,
    /// then rmse, r_squared, aicc and bic.
    /// </summary>
    /// <remarks>A field is empty where nothing is known; bounds that are not limited by the data are inf and -inf.</remarks>
    /// <param name="fits">The fits; with none, only the header is written.</param>
    public static string ToCsv(params IReadOnlyList<LawFit> fits)
    {
        ArgumentNullException.ThrowIfNull(fits);
        var text = new StringBuilder(Header).Append("\r\n");
        foreach (FitDocument fit in fits.Select(FitDocument.Of))
        {
            string start = $"{CsvText.Field(fit.Label)},{CsvText.Field(fit.Law)},{fit.Target.ToLowerInvariant()}";
            foreach (CoefficientDocument c in fit.Coefficients) Line(c.Name, c.Value, c.StandardError, c.Interval,
                c.State.ToLowerInvariant());
            if (fit.Peak.Kl is not null)
            {
                Line("peak_kl", fit.Peak.Kl, null, fit.Peak.KlInterval, fit.Peak.Case);
                Line("peak_reward", fit.Peak.Reward, null, fit.Peak.RewardInterval, fit.Peak.Case);
                if (fit.Peak.ZeroKlInterval is not null) Line("zero_kl", null, null, fit.Peak.ZeroKlInterval, "");
            }
            Line("measured_peak_kl", fit.MeasuredPeak.Kl, null, fit.MeasuredPeak.PlausibleKl, fit.MeasuredPeak.Case);
            Line("measured_peak_reward", fit.MeasuredPeak.Reward, null, fit.MeasuredPeak.RewardInterval, fit.MeasuredPeak.Case);
            Line("lack_of_fit_p", fit.LackOfFit.PValue, null, null, fit.LackOfFit.Rejected ? "rejected" : "");
            Line("rmse", fit.Rmse, null, null, "");
            Line("r_squared", fit.RSquared, null, null, "");
            string whose = fit.FittedTogether ? "all curves together" : "";
            Line("aicc", fit.Aicc, null, null, whose);
            Line("bic", fit.Bic, null, null, whose);

            void Line(string quantity, double? value, double? error, IntervalDocument? interval, string state) =>
                text.Append(FormattableString.Invariant(
                $"{start},{CsvText.Field(quantity)},{value:R},{error:R},{(interval is null ? "" : Bound(interval.Low, "-inf"))},{(interval is null ? "" : Bound(interval.High, "inf"))},{state}\r\n"));
        }
        return text.ToString();
    }

    /// <summary>
    /// A JSON array with an object for each fit: law, formula, coefficients with errors and intervals, correlations, peak,
    /// lack of fit, the measured peak and which to believe, criteria and warnings.
    /// </summary>
    /// <remarks>null is a number that is not known, and in a bound of an interval one that the data do not limit.</remarks>
    /// <param name="fits">The fits.</param>
    public static string ToJson(params IReadOnlyList<LawFit> fits)
    {
        ArgumentNullException.ThrowIfNull(fits);
        return JsonSerializer.Serialize([.. fits.Select(FitDocument.Of)], FitJson.Default.IReadOnlyListFitDocument);
    }

    private static string Bound(double? value, string unlimited) => value is { } known
        ? FormattableString.Invariant($"{known:R}") : unlimited;
}
