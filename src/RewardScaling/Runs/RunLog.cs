using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Runs;

/// <summary>Somebody's run as a curve of KL, proxy and gold, with what is wrong with its KL said and kept.</summary>
/// <remarks>
/// <para>
/// A line that has KL and proxy is a point; gold may stand on another line of the same step, where evaluations write it. Lines
/// without KL or proxy are not points, and points that find no gold are left out: <see cref="Warnings"/> says how many. NaN and
/// infinities in the columns used follow <see cref="NonFiniteRule"/>. A negative KL is set to 0 where the estimator allows one
/// (k1) and is a fault where it does not. A step that comes twice gives two points, and is said. A curves.csv of this library
/// holds many curves and is refused until <see cref="RunTable.Where"/> has left those of one method and one proxy.
/// </para>
/// <para>Immutable.</para>
/// </remarks>
public sealed class RunLog
{
    private readonly RunLogPoint[] _points;

    internal RunLog(RunTable table, string tool, OptimizationMethod method, KlLogging kl, RunColumns columns,
        RunLogPoint[] points, bool startsAtZero, IReadOnlyList<string> warnings)
    {
        (Table, Tool, Method, Kl, Columns) = (table, tool, method, kl, columns);
        (_points, StartsAtZero, Warnings) = (points, startsAtZero, warnings);
    }

    /// <summary>The file.</summary>
    public RunTable Table { get; }

    /// <summary>The tool that wrote it, or "unknown".</summary>
    public string Tool { get; }

    /// <summary>How the policy was optimised: best-of-n where the rows are its results or say so, else RL.</summary>
    public OptimizationMethod Method { get; }

    /// <summary>Which KL the source logged.</summary>
    public KlLogging Kl { get; }

    /// <summary>The columns that are used; the length's is empty where there is none, the KL's for best-of-n.</summary>
    public RunColumns Columns { get; }

    /// <summary>How many points there are; at least 1.</summary>
    public int Count => _points.Length;

    /// <summary>
    /// Whether rewards are measured from the initial policy, as this library's own are; otherwise a fit needs a free offset.
    /// </summary>
    public bool StartsAtZero { get; }

    /// <summary>What keeps the KL from being exact, and what was not used, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Whether the KL per sequence follows from what was logged without an approximation.</summary>
    public bool IsExact => Kl.Averaging is KlAveraging.SequenceSum or KlAveraging.BestOfN
        || (Kl.Averaging == KlAveraging.MeanOfAllTokens && Columns.Length.Length > 0);

    /// <summary>The KL of each point as it was logged, in the unit that <see cref="Kl"/> says; for best-of-n the analytic
    /// one.</summary>
    public IReadOnlyList<double> LoggedKl => [.. _points.Select(static point => point.Kl.Value)];

    /// <summary>
    /// How many answers gold was averaged over on each line, where the tool's columns tell: a count of Bernoulli trials, for
    /// accuracies.
    /// </summary>
    /// <value>0 where nothing tells.</value>
    public IReadOnlyList<double> AnswersPerPoint => [.. _points.Select(static point => point.Answers)];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <param name="columns">Which columns hold what; null to find all by known names.</param>
    /// <param name="kl">Which KL the column holds; null where the tool is known and left its defaults.</param>
    /// <param name="nonFinite">What is done with NaN and infinities.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file cannot be read or lacks a column; the message names what and what to
    /// do.</exception>
    public static RunLog Read(string path, RunColumns? columns = null, KlLogging? kl = null,
        NonFiniteRule nonFinite = NonFiniteRule.Fail) => From(RunTable.Read(path), columns, kl, nonFinite);

    /// <summary>Interprets a table.</summary>
    /// <param name="table">The file's rows.</param>
    /// <param name="columns">Which columns hold what; null to find all by known names.</param>
    /// <param name="kl">Which KL the column holds; null where the tool is known and left its defaults.</param>
    /// <param name="nonFinite">What is done with NaN and infinities.</param>
    /// <exception cref="InvalidDataException">The table lacks a column or a number; the message names what and what to
    /// do.</exception>
    public static RunLog From(RunTable table, RunColumns? columns = null, KlLogging? kl = null,
        NonFiniteRule nonFinite = NonFiniteRule.Fail)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (!Enum.IsDefined(nonFinite)) throw new ArgumentOutOfRangeException(nameof(nonFinite), nonFinite, $"nonFinite = {nonFinite} must be Fail or LeaveOut.");
        return new RunLogReader(table, columns ?? new(), kl, nonFinite).Read();
    }

    /// <summary>The run as a curve, KL in nats per sequence.</summary>
    /// <param name="label">A name for legends and tables; null for the file's name.</param>
    /// <param name="conversion">Whether a mean per token may be multiplied by the mean length, which is an approximation.</param>
    /// <exception cref="InvalidDataException">
    /// The KL per sequence does not follow exactly from what was logged and no approximation was allowed, or none is possible.
    /// </exception>
    public RewardCurve ToCurve(string? label = null, KlConversion conversion = KlConversion.Exact)
    {
        if (!Enum.IsDefined(conversion)) throw new ArgumentOutOfRangeException(nameof(conversion), conversion, $"conversion = {conversion} must be Exact or ByMeanLength.");
        bool perToken = Kl.Averaging is KlAveraging.MeanPerToken or KlAveraging.MeanOfAllTokens;
        if (Kl.Averaging == KlAveraging.Unknown)
            throw new InvalidDataException($"{Table.Name}: nothing says whether '{Columns.Kl}' is per token or per sequence; say which KL it is.");
        if (perToken && Columns.Length.Length == 0)
            throw new InvalidDataException($"{Table.Name}: '{Columns.Kl}' is a mean per token, and without the mean length of responses there is no KL per sequence; map a column of lengths.");
        if (!IsExact && conversion == KlConversion.Exact)
            throw new InvalidDataException($"{Table.Name}: '{Columns.Kl}' is {Kl}, from which the KL per sequence does not follow exactly; allow KlConversion.ByMeanLength to multiply it by '{Columns.Length}'.");
        return new(Method, label ?? Path.GetFileName(Table.Name),
            [.. _points.Select(point => new RewardPoint
            {
                Kl = perToken ? Times(point.Kl, point.Length) : point.Kl,
                Proxy = point.Proxy,
                Gold = point.Gold,
                Effort = point.Step,
            })]);
    }

    /// <summary>What was read, from which columns, and every warning.</summary>
    public override string ToString()
    {
        string kl = Kl.Averaging == KlAveraging.BestOfN ? "" : $" '{Columns.Kl}'";
        string length = Columns.Length.Length > 0 ? $", length '{Columns.Length}'" : "";
        return string.Join(Environment.NewLine,
            [$"{Table.Name}: {Count} points, tool {Tool}; KL{kl} ({Kl}), proxy '{Columns.Proxy}', gold '{Columns.Gold}', step '{Columns.Step}'{length}", .. Warnings]);
    }

    private static Estimate Times(Estimate value, double factor) => value.HasStandardError
        ? new(value.Value * factor, value.StandardError * factor) : Estimate.WithoutError(value.Value * factor);
}
