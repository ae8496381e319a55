using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Runs.Tools;

namespace RewardScaling.Runs;

/// <summary>Somebody's run: KL, proxy, gold, length and entropy by step, with what is wrong or missing said and kept.</summary>
/// <remarks>
/// <para>
/// The rows of one step make one point, whichever rows its numbers stand on; what several rows of a step say of one column is
/// averaged, and said. A run without a KL or without gold is read too: it has a <see cref="Course"/> and no curve, and
/// <see cref="Missing"/> says why and what to log. NaN and infinities in the columns used follow <see cref="NonFiniteRule"/>.
/// A negative KL is a fault unless the estimator allows one (k1); a curve has it as 0, and <see cref="RunGate"/> says whether it
/// can be chance. A file of several runs is taken apart (<see cref="AllFrom(RunTable, RunLogOptions?)"/>), never read as one.
/// </para>
/// <para>Immutable.</para>
/// </remarks>
/// <example>
/// <code>
/// RunLog log = RunLog.Read("train.jsonl");
/// Console.WriteLine(log);                              // the columns used, which KL it is, every warning
/// RewardCurve curve = log.ToCurve(conversion: KlConversion.ByMeanLength);
/// </code>
/// </example>
public sealed class RunLog
{
    private readonly RunRecords _records;
    private readonly int[] _withKl, _points;
    private readonly ColumnChoice _choice;

    internal RunLog(string label, RunTable table, ColumnChoice choice, RunRecords records, IReadOnlyList<string> warnings)
    {
        (Label, Table, _choice, _records, Warnings) = (label, table, choice, records, warnings);
        bool needsLength = IsPerToken && Columns.Length.Length > 0;
        _withKl = records.Which(record => record.Kl is not null && (!needsLength || record.Length is not null));
        _points = Array.FindAll(_withKl, index => records[index] is { Proxy: not null, Gold: not null });
        Course = new ListView<RunCoursePoint>(records.Count, CoursePoint);
        List<string> missing = [.. new[] { choice.NoKl, choice.NoProxy, choice.NoGold }.Where(static reason =>
            reason.Length > 0)];
        if (missing.Count == 0 && _points.Length == 0) missing.Add($"{table.Name}: no line has {Names()} together; map the columns (--kl, --proxy, --gold) or log gold on the lines of training.");
        if (choice.Kl.Averaging == KlAveraging.Unknown) missing.Add($"{table.Name}: nothing says whether '{Columns.Kl}' is per token or per sequence; say which KL it is (--kl-is, RunLogOptions.Kl).");
        if (IsPerToken && Columns.Length.Length == 0) missing.Add($"{table.Name}: '{Columns.Kl}' is a mean per token, and without the mean length of responses there is no KL per sequence; map a column of lengths (--length).");
        Missing = missing;
    }

    /// <summary>What tells the run from others of its file: "seed=1"; empty for the only one.</summary>
    public string Label { get; }

    /// <summary>The rows of this run.</summary>
    public RunTable Table { get; }

    /// <summary>The tool that wrote it, or "unknown".</summary>
    public string Tool => _choice.ToolName;

    /// <summary>How the policy was optimised: best-of-n where the rows are its results or say so, else RL.</summary>
    public OptimizationMethod Method => _choice.Method;

    /// <summary>Which KL the source logged.</summary>
    public KlLogging Kl => _choice.Kl;

    /// <summary>The columns that are used; empty what there is not, the KL's for best-of-n too.</summary>
    public RunColumns Columns => _choice.Columns;

    /// <summary>Everything that was logged by step, points or not, in the order of the file.</summary>
    public IReadOnlyList<RunCoursePoint> Course { get; }

    /// <summary>Whether there is a curve of KL, proxy and gold.</summary>
    public bool HasCurve => Missing.Count == 0;

    /// <summary>Whether the proxy's score is known against the KL, gold or not.</summary>
    public bool HasProxyCurve => HasKlPerSequence && Array.Exists(_withKl, index => _records[index].Proxy is not null);

    /// <summary>Why there is no curve and what to log or to say, a sentence each; empty where there is one.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Whether gold's sign was turned, lower being better.</summary>
    public bool LowerIsBetter => _choice.LowerIsBetter;

    private bool IsPerToken => Kl.IsPerToken;

    private bool HasKlPerSequence => Kl.Averaging is not (KlAveraging.None or KlAveraging.Unknown)
        && (!IsPerToken || Columns.Length.Length > 0);

    /// <summary>The points as they were logged: each has KL, proxy and gold.</summary>
    internal IReadOnlyList<RunRecord> Points => new ListView<RunRecord>(Count, Point);

    /// <summary>The row of the table of tools; null where the tool is unknown.</summary>
    internal KnownTool? KnownTool => _choice.Tool;

    /// <summary>How many points have KL, proxy and gold; 0 where there is no curve.</summary>
    public int Count => _points.Length;

    /// <summary>
    /// Whether rewards are measured from the initial policy, as this library's own are; otherwise a fit needs a free offset.
    /// </summary>
    public bool StartsAtZero => _choice.Tool?.StartsAtZero ?? false;

    /// <summary>What keeps the KL from being exact, and what was not used, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Whether the KL per sequence follows from what was logged without an approximation.</summary>
    public bool IsExact => Kl.Averaging is KlAveraging.SequenceSum or KlAveraging.BestOfN
        || (Kl.Averaging == KlAveraging.MeanOfAllTokens && Columns.Length.Length > 0);

    /// <summary>The KL of each point as it was logged, in the unit that <see cref="Kl"/> says; for best-of-n the analytic
    /// one.</summary>
    public IReadOnlyList<double> LoggedKl => new ListView<double>(Count, point => Point(point).Kl!.Value.Value);

    /// <summary>
    /// How many answers gold was averaged over on each line, where the tool's columns tell: a count of Bernoulli trials, for
    /// accuracies.
    /// </summary>
    /// <value>0 where nothing tells.</value>
    public IReadOnlyList<double> AnswersPerPoint => new ListView<double>(Count, point => Point(point).Answers);

    /// <summary>Where a point stands: "step 7", "line 12 of the log (no step is logged)", or "steps 7 to 9" of neighbours that were
    /// averaged.</summary>
    /// <param name="point">The point, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such point.</exception>
    public string PlaceOf(int point)
    {
        if (point < 0 || point >= Count) throw new ArgumentOutOfRangeException(nameof(point), point,
            FormattableString.Invariant($"point = {point} must be in [0, {Count - 1}]."));
        return PlaceOf(Point(point));
    }

    /// <summary>Reads a file of one run.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Which columns hold what; null to find all by known names.</param>
    /// <param name="kl">Which KL the column holds; null where the tool is known and left its defaults.</param>
    /// <param name="nonFinite">What is done with NaN and infinities.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file cannot be read, holds several runs, or lacks a column; the message
    /// names what and what to do.</exception>
    public static RunLog Read(string path, RunColumns? columns = null, KlLogging? kl = null,
        NonFiniteRule nonFinite = NonFiniteRule.Fail) => From(RunTable.Read(path), columns, kl, nonFinite);

    /// <summary>Interprets a table of one run.</summary>
    /// <param name="table">The file's rows.</param>
    /// <param name="columns">Which columns hold what; null to find all by known names.</param>
    /// <param name="kl">Which KL the column holds; null where the tool is known and left its defaults.</param>
    /// <param name="nonFinite">What is done with NaN and infinities.</param>
    /// <exception cref="InvalidDataException">The table holds several runs, or lacks proxy and gold, or a number; the message
    /// names what and what to do.</exception>
    public static RunLog From(RunTable table, RunColumns? columns = null, KlLogging? kl = null,
        NonFiniteRule nonFinite = NonFiniteRule.Fail)
    {
        if (!Enum.IsDefined(nonFinite)) throw new ArgumentOutOfRangeException(nameof(nonFinite), nonFinite, $"nonFinite = {nonFinite} must be Fail or LeaveOut.");
        return From(table, new RunLogOptions { Columns = columns ?? new(), Kl = kl, NonFinite = nonFinite });
    }

    /// <summary>Interprets a table of one run.</summary>
    /// <param name="table">The file's rows.</param>
    /// <param name="options">How it is understood.</param>
    /// <exception cref="InvalidDataException">The table holds several runs, or lacks proxy and gold, or a number; the message
    /// names what and what to do.</exception>
    public static RunLog From(RunTable table, RunLogOptions options)
    {
        Check(table, options);
        table = LongTable.Pivoted(table);
        IReadOnlyList<RunPart> parts = WhoseRows.Of(table, options.Columns);
        return parts.Count == 1 ? new RunLogReader(parts[0], options).Read() : throw SeveralRuns(table, parts);
    }

    /// <summary>
    /// Interprets a table that may hold several runs, each by itself: told apart by a column (run, seed, arm, size, beta, split),
    /// by the names of runs before the metrics of an export, or by a step that begins again.
    /// </summary>
    /// <param name="table">The file's rows.</param>
    /// <param name="options">How it is understood; null for the defaults.</param>
    /// <returns>One run at least, in the order of the file.</returns>
    /// <exception cref="InvalidDataException">A run lacks proxy and gold, or a number; the message names what and what to
    /// do.</exception>
    public static IReadOnlyList<RunLog> AllFrom(RunTable table, RunLogOptions? options = null)
    {
        options ??= new();
        Check(table, options);
        table = LongTable.Pivoted(table);
        return [.. WhoseRows.Of(table, options.Columns).Select(part => new RunLogReader(part, options).Read())];
    }

    /// <summary>
    /// All rows of a table as one run, though they may be of several: a law through them is of no one run, and the points of a
    /// longer run count more.
    /// </summary>
    /// <param name="table">The file's rows.</param>
    /// <param name="options">How it is understood; null for the defaults.</param>
    /// <exception cref="InvalidDataException">The table lacks proxy and gold, or a number; the message names what and what to
    /// do.</exception>
    public static RunLog Together(RunTable table, RunLogOptions? options = null) => Together(AllFrom(table, options));

    internal static RunLog Together(IReadOnlyList<RunLog> runs) => runs.Count == 1 ? runs[0] : runs[0].With(runs);

    /// <summary>Whether a table is a log of a run rather than a list of scored samples: a KL or a step says so.</summary>
    /// <param name="table">The file's rows.</param>
    /// <param name="columns">Which columns hold what; null to find all by known names.</param>
    public static bool Fits(RunTable table, RunColumns? columns = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        columns ??= new();
        if (columns.Prompt.Length > 0) return false;
        bool kl = columns.Kl.Length > 0 || KnownTool.Of(table) is { Kls.Length: > 0 }
            || ColumnNames.Find(table, [.. ColumnNames.KlPerSequence, .. ColumnNames.Kl, .. ColumnNames.KlPerToken]) is not null;
        RunSteps steps = RunSteps.Of(table, columns.Step);
        return kl && steps.Column.Length > 0;
    }

    /// <summary>The run as a curve, KL in nats per sequence: the points that have KL, proxy and gold.</summary>
    /// <param name="label">A name for legends and tables; null for the run's, or the file's.</param>
    /// <param name="conversion">Whether a mean per token may be multiplied by the mean length, which is an approximation.</param>
    /// <exception cref="InvalidDataException">
    /// Something is missing (<see cref="Missing"/>), or the KL per sequence does not follow exactly from what was logged and no
    /// approximation was allowed.
    /// </exception>
    public RewardCurve ToCurve(string? label = null, KlConversion conversion = KlConversion.Exact)
    {
        if (Missing.Count > 0) throw new InvalidDataException(string.Join(" ", Missing));
        return Curve(label, conversion, static record => record is { Proxy: not null, Gold: not null });
    }

    /// <summary>
    /// As <see cref="ToCurve"/>, with every point that has KL and one of the two scores at least, or the one that is asked for: a
    /// law of gold goes through all points with gold, whether the proxy is known there or not.
    /// </summary>
    /// <param name="target">The score that every point has; null for one of the two.</param>
    /// <param name="label">A name for legends and tables; null for the run's, or the file's.</param>
    /// <param name="conversion">Whether a mean per token may be multiplied by the mean length, which is an approximation.</param>
    /// <exception cref="InvalidDataException">There is no KL per sequence, or it does not follow exactly and no approximation was
    /// allowed; or no point has the score.</exception>
    public RewardCurve ToPartialCurve(RewardTarget? target = null, string? label = null,
        KlConversion conversion = KlConversion.Exact)
    {
        if (!HasKlPerSequence) throw new InvalidDataException(string.Join(" ", Missing));
        if (target is { } wanted && !Enum.IsDefined(wanted)) throw new ArgumentOutOfRangeException(nameof(target), target, $"target = {target} must be Gold or Proxy.");
        bool Has(RunRecord record) => target switch
        {
            RewardTarget.Gold => record.Gold is not null,
            RewardTarget.Proxy => record.Proxy is not null,
            _ => record.Proxy is not null || record.Gold is not null,
        };
        return Array.Exists(_withKl, index => Has(_records[index])) ? Curve(label, conversion, Has)
            : throw new InvalidDataException($"{Table.Name}: no line has '{Columns.Kl}' and {(target == RewardTarget.Proxy ? "the proxy" : "gold")} together. {string.Join(" ", Missing)}");
    }

    /// <summary>
    /// The run with neighbouring lines averaged where it has too many: for figures, fits and the search of the highest point,
    /// which lines by the hundred thousand make slow and no surer.
    /// </summary>
    /// <param name="mostPoints">How many points a curve may have.</param>
    /// <param name="leftOut">Points, from 0, that are not averaged with the others but left out; null for none.</param>
    /// <returns>This run where it has no more points; else a run whose <see cref="Warnings"/> say how many lines make a point.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="mostPoints"/> is below 2.</exception>
    public RunLog Averaged(int mostPoints, IReadOnlyCollection<int>? leftOut = null)
    {
        if (mostPoints < 2) throw new ArgumentOutOfRangeException(nameof(mostPoints), mostPoints,
            FormattableString.Invariant($"mostPoints = {mostPoints} must be at least 2."));
        if (_records.Count <= mostPoints) return this;
        HashSet<int> rows = [.. (leftOut ?? []).Select(point => Point(point).Row)];
        RunRecords kept = rows.Count == 0 ? _records : _records.Where(record => !rows.Contains(record.Row));
        string note = FormattableString.Invariant($"Of {_records.Count} steps neighbours were averaged, up to {(kept.Count + mostPoints - 1) / mostPoints} at a time, for fits, figures and the highest point; whether the numbers bear a law was judged by all of them.");
        return new(Label, Table, _choice, kept.Averaged(mostPoints), [note, .. Warnings]);
    }

    /// <summary>What was read, from which columns, and every warning.</summary>
    public override string ToString()
    {
        string kl = Columns.Kl.Length == 0 ? "" : $" '{Columns.Kl}'";
        string run = Label.Length > 0 ? $" ({Label})" : "", lower = LowerIsBetter ? ", lower is better" : "";
        string points = HasCurve ? $"{Count} points" : $"{Course.Count} steps";
        return string.Join(Environment.NewLine,
            [$"{Table.Name}{run}: {points}, tool {Tool}; KL{kl} ({Kl}), proxy {Quoted(Columns.Proxy)}, gold {Quoted(Columns.Gold)}{lower}, step {Quoted(Columns.Step)}{(Columns.Length.Length > 0 ? $", length '{Columns.Length}'" : "")}", .. Missing, .. Warnings]);
    }

    /// <summary>The run with the name of its file before its own.</summary>
    internal RunLog Of(string file) => file.Length == 0 ? this
        : new(Label.Length == 0 ? file : $"{file}: {Label}", Table, _choice, _records, Warnings);

    private RunLog With(IReadOnlyList<RunLog> runs)
    {
        var table = RunTable.Concatenated(Table.Name, [.. runs.Select(static run => run.Table)]);
        string note = FormattableString.Invariant($"The points of {runs.Count} runs are taken as one, as asked ({string.Join("; ", runs.Take(12).Select(static run => run.Label))}{(runs.Count > 12 ? "; .." : "")}): the law is of no one run, and errors from their scatter are between runs too.");
        var records = new RunRecords();
        int before = 0;
        foreach (RunLog run in runs)
        {
            records.AddAll(run._records, before);
            before += run.Table.RowCount;
        }
        return new("", table, _choice, records, [note, .. runs.SelectMany(static run => run.Warnings).Distinct()]);
    }

    private RunRecord Point(int point) => _records[_points[point]];

    private RunCoursePoint CoursePoint(int index)
    {
        RunRecord record = _records[index];
        return new()
        {
            Step = record.Step ?? index + 1,
            Place = PlaceOf(record),
            Kl = record.Kl?.Value,
            Proxy = record.Proxy,
            Gold = record.Gold,
            Length = record.Length,
            Entropy = record.Entropy,
            FlatGroups = record.FlatGroups,
        };
    }

    // For a person: a row's number is no step.
    private string PlaceOf(RunRecord record)
    {
        if (record.LastRow is { } last)
            return record.Step is null ? FormattableString.Invariant($"lines {Table.LineOf(record.Row)} to {Table.LineOf(last)} of the log")
                : FormattableString.Invariant($"steps {RunSteps.At(Table, record.Row, Columns.Step)} to {RunSteps.At(Table, last, Columns.Step)}");
        if (record.Step is { } logged) return FormattableString.Invariant($"step {logged}");
        string epoch = ColumnNames.FindLoosely(Table, ColumnNames.Epoch) is { } column
            && Table.Finite(record.Row, column) is { } value
            ? FormattableString.Invariant($"; {column} {value:G4}") : "";
        return FormattableString.Invariant($"line {Table.LineOf(record.Row)} of the log (no step is logged{epoch})");
    }

    private RewardCurve Curve(string? label, KlConversion conversion, Func<RunRecord, bool> chosen)
    {
        if (!Enum.IsDefined(conversion)) throw new ArgumentOutOfRangeException(nameof(conversion), conversion, $"conversion = {conversion} must be Exact or ByMeanLength.");
        if (!IsExact && conversion == KlConversion.Exact)
            throw new InvalidDataException($"{Table.Name}: '{Columns.Kl}' is {Kl}, from which the KL per sequence does not follow exactly; allow KlConversion.ByMeanLength to multiply it by '{Columns.Length}'.");
        int[] which = Array.FindAll(_withKl, index => chosen(_records[index]));
        // A view: of a million points there is one list, the curve's.
        return new(Method, label ?? (Label.Length > 0 ? Label : Path.GetFileName(Table.Name)),
            new ListView<RewardPoint>(which.Length, point => PointOf(_records[which[point]])));
    }

    private RewardPoint PointOf(RunRecord record) => RewardPoint.Partial(
        record.Kl!.Value.Value < 0 ? Estimate.WithoutError(0)
            : IsPerToken ? Times(record.Kl.Value, record.Length!.Value) : record.Kl.Value,
        record.Proxy, record.Gold, record.Step ?? record.Row + 1);

    private static void Check(RunTable table, RunLogOptions options)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
    }

    private static InvalidDataException SeveralRuns(RunTable table, IReadOnlyList<RunPart> parts)
    {
        string labels = string.Join("; ", parts.Take(12).Select(static part => part.Label)) + (parts.Count > 12 ? "; .." : "");
        string how = parts[0].Choice.Length > 0 ? $"choose one with RunTable.Where, as rewardscaling analyse does with {parts[0].Choice}, or read" : "read";
        return new(FormattableString.Invariant($"{table.Name} holds {parts.Count} runs ({labels}); {how} each with RunLog.AllFrom."));
    }

    private string Names() =>
        $"'{(Kl.Averaging == KlAveraging.BestOfN ? Columns.Step : Columns.Kl)}', '{Columns.Proxy}' and '{Columns.Gold}'";

    private static string Quoted(string column) => column.Length > 0 ? $"'{column}'" : "none";

    private static Estimate Times(Estimate value, double factor) => value.HasStandardError
        ? new(value.Value * factor, value.StandardError * factor) : Estimate.WithoutError(value.Value * factor);
}
