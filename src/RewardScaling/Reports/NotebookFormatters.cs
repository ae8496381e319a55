using System.Net;
using System.Reflection;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Reports.Drawing;
using RewardScaling.Studies;

namespace RewardScaling.Reports;

/// <summary>
/// What .NET Interactive shows of figures, curves, fits and results: a picture, a table or words instead of a list of properties.
/// </summary>
/// <remarks>
/// The notebook finds this type through <see cref="TypeFormatterSourceAttribute"/> and calls it by the names of its members, so
/// the library needs no package of the notebook's.
/// </remarks>
internal sealed class NotebookFormatters
{
    /// <summary>The formatters, for HTML and for plain text.</summary>
    // The notebook calls it on an instance.
#pragma warning disable CA1822
    public IEnumerable<object> CreateTypeFormatters() =>
        [new NotebookFormatter("text/html", Html), new NotebookFormatter("text/plain", static value => value.ToString()!)];
#pragma warning restore CA1822

    private static string? Html(object value) => value switch
    {
        LawFit fit => fit.ToHtmlFragment(),
        JointFit fit => fit.ToHtmlFragment(),
        RewardCurve curve => curve.ToHtmlFragment(),
        Figure figure => figure.ToHtmlFragment(),
        LawComparison comparison => comparison.ToHtmlFragment(),
        StudyResult result => result.ToHtmlFragment(),
        StudyCurve curve => curve.HasFit ? curve.Fit.ToHtmlFragment() : curve.Curve.ToHtmlFragment(),
        AnalysisReport report => report.ToHtmlFragment(),
        _ => value.GetType().GetCustomAttribute<TypeFormatterSourceAttribute>() is null ? null
            : $"<pre>{WebUtility.HtmlEncode(value.ToString())}</pre>",
    };
}

/// <summary>Writes a value in one form; called by its members' names.</summary>
internal sealed class NotebookFormatter(string mimeType, Func<object, string?> format)
{
    public string MimeType { get; } = mimeType;

    /// <summary>Writes a value, or says that it cannot.</summary>
    public bool Format(object instance, TextWriter writer)
    {
        if (format(instance) is not { } text) return false;
        writer.Write(text);
        return true;
    }
}
