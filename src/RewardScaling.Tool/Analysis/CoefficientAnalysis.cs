using System.Globalization;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Reports;
using RewardScaling.Reports.Drawing;
using RewardScaling.Runs;

namespace RewardScaling.Tool.Analysis;

/// <summary>Coefficients by size of reward model: their lines, and the peak predicted for each size and for one ten times
/// larger.</summary>
internal static class CoefficientAnalysis
{
    private static readonly string[] s_sizes = ["rm_parameters", "parameters", "size", "rm_comparisons", "comparisons"];

    private static readonly (string Suffix, OveroptimizationLaw Law)[] s_laws =
        [("_bon", OveroptimizationLaw.BestOfN), ("_rl", OveroptimizationLaw.ReinforcementLearning)];

    /// <summary>Whether a table holds sizes and the coefficients of a law, one of them at least by its full name.</summary>
    public static bool Fits(RunTable table) => s_sizes.Any(table.Has)
        && s_laws.Any(law => law.Law.ParameterNames.Any(name => table.Has(name + law.Suffix)));

    public static AnalysisReport Of(RunTable table, TextWriter output)
    {
        string size = s_sizes.First(table.Has);
        List<string> findings = [], warnings = [];
        List<Figure> figures = [];
        foreach (var (suffix, law) in s_laws)
        {
            string[] columns = [.. law.ParameterNames.Select(name => name + suffix)];
            if (!columns.Any(table.Has)) continue;
            if (columns.Where(column => !table.Has(column)).ToArray() is { Length: > 0 } missing)
            {
                warnings.Add($"The {law.Name} law needs {string.Join(" and ", columns)}; {string.Join(" and ", missing)} is not there, so no curve of it is predicted.");
                continue;
            }
            ScalingPoint[] points = [.. Enumerable.Range(0, table.RowCount)
                .Select(row => new ScalingPoint(table.Number(row, size),
                    [.. columns.Select(column => table.Number(row, column))]))];
            var scaling = CoefficientScaling.Of(law, points);
            output.WriteLine($"{table.Name}: {law} by '{size}', {points.Length} reward models");
            output.WriteLine(scaling);
            Predict(scaling, points, output);
            double largest = points.Max(static point => point.Size);
            var (kl, reward) = scaling.PredictPeak(10 * largest, RandomStream.FromSeed(0));
            findings.Add($"{law.Name}: {scaling.ToString().ReplaceLineEndings("; ")}.");
            findings.Add($"A reward model of {Size(10 * largest)}, ten times the largest: peak KL {kl} nats, peak gold {reward} (95 percent prediction intervals).");
            // Without one size three reward models of two sizes must be left.
            var sizes = points.GroupBy(static point => point.Size).ToArray();
            if (sizes.Length > 2 && sizes.All(group => points.Length - group.Count() > 2))
            {
                var left = scaling.LeaveOneOut();
                findings.Add($"One size after another left out, {left.Count(static one => one.IsPredicted)} of {left.Count} coefficients lie in the 95 percent prediction intervals of the others.");
            }
            figures.Add(ScalingFigure.Of(scaling, points, size, "coefficient-scaling" + suffix.Replace('_', '-')));
        }
        if (figures.Count == 0) throw new InvalidDataException($"{table.Name} has no full set of coefficients; a law needs alpha_bon and beta_bon, or alpha_rl and beta_rl.");
        warnings.Add("Coefficients came without errors: the scatter about the lines stands for them, and sizes beyond the data are extrapolations.");
        return new() { Title = $"Coefficients by size from {Path.GetFileName(table.Name)}", Findings = findings, Warnings = warnings, Figures = figures };
    }

    private static void Predict(CoefficientScaling scaling, ScalingPoint[] points, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"{"size",10} {"coefficients on the lines",28} {"peak KL (nats)",16} {"95 % prediction",20} {"peak gold",10} {"95 % prediction",20}");
        double largest = points.Max(static point => point.Size);
        foreach (double size in points.Select(static point => point.Size).Distinct().Order().Append(10 * largest))
        {
            double[] coefficients = scaling.Coefficients(size);
            string line = string.Join(", ", coefficients.Select(static c => c.ToString("F4", CultureInfo.InvariantCulture)));
            bool found = scaling.Law.TryPeak(coefficients, out var peak);
            var (kl, reward) = scaling.PredictPeak(size, RandomStream.FromSeed(0));
            output.WriteLine(found
                ? FormattableString.Invariant($"{Size(size),10} {line,28} {peak.Squared().Value,16:F2} {kl,20} {scaling.Law.Evaluate(peak, coefficients),10:F3} {reward,20}")
                : $"{Size(size),10} {line,28} {"none",16}");
        }
        output.WriteLine();
    }

    private static string Size(double size) => size.ToString("0.##e0", CultureInfo.InvariantCulture);
}
