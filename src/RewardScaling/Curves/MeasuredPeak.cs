namespace RewardScaling.Curves;

/// <summary>Where gold is highest as measured, without any law. Exactly one of the cases nested here.</summary>
/// <remarks>
/// <para>
/// The place is a set: every point that is not lower than some other one beyond doubt. For each point the hypothesis "this is the
/// highest" is tested by the largest studentised difference to the others, with critical values from draws of the noise in which
/// the points share their errors as they do in the data (Mogstad, Romano, Shaikh and Wilhelm 2024, "Inference for ranks"; points
/// clearly lower do not count, in two steps as of Romano, Shaikh and Wolf 2014). A percentile bootstrap of the place would not
/// do:
/// it is not valid where the curve is flat. Heights are those of Chernozhukov, Lee and Rosen 2013, "Intersection bounds".
/// </para>
/// <para>
/// What is random is what the curve says. With a covariance (<see cref="RewardCurve.GoldCovariance"/>) these are its groups:
/// prompts of a pool, or seeds (<see cref="RewardCurve.MeanOf"/>). Without one every point has its own independent error, as
/// fresh rollouts give: the answer is then of this run's checkpoints, and says nothing of another seed.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// if (MeasuredPeak.Of(curve) is MeasuredPeak.Inside peak)
///     Console.WriteLine($"gold is highest at {peak.Bounds.Kl} nats and falls by {peak.Bounds.Fall}");
/// </code>
/// </example>
public abstract record MeasuredPeak
{
    private MeasuredPeak(RewardPoint highest, IReadOnlyList<RewardPoint> points, OptimizationMethod method) =>
        (Highest, Points, Method) = (highest, points, method);

    /// <summary>The point measured highest. Its own error does not know that it was chosen.</summary>
    public RewardPoint Highest { get; }

    /// <summary>The points looked at, by effort.</summary>
    public IReadOnlyList<RewardPoint> Points { get; }

    /// <summary>The last point by effort: the largest n, or the last step. Not always that of the largest KL.</summary>
    public RewardPoint Last => Points[^1];

    /// <summary>The two points between which gold as measured falls deepest, the earlier one first; one point twice where it
    /// never falls.</summary>
    public (RewardPoint From, RewardPoint To) DeepestFall
    {
        get
        {
            RewardPoint highest = Points[0];
            var deepest = (From: highest, To: highest);
            foreach (var point in Points)
            {
                if (point.Gold.Value > highest.Gold.Value) highest = point;
                if (highest.Gold.Value - point.Gold.Value > deepest.From.Gold.Value - deepest.To.Gold.Value)
                    deepest = (highest, point);
            }
            return deepest;
        }
    }

    /// <summary>What was measured: "gold" or "proxy".</summary>
    internal string Reward { get; init; } = "gold";

    /// <summary>What is to be known of the errors behind the bounds; empty where they are those of the measurement.</summary>
    internal string Basis { get; init; } = "";

    private OptimizationMethod Method { get; }

    /// <summary>Looks for the highest point of a curve.</summary>
    /// <remarks>A curve made from a pool of scored samples (<c>BestOfNCurve.From</c>) is looked at for every n up to the number
    /// of samples (from n = 64 on in steps of at most 5 percent), not only for the n that were asked for.</remarks>
    /// <param name="curve">The curve; its gold needs errors for more than the highest point.</param>
    /// <param name="options">Confidence and draws; null for 95 percent.</param>
    public static MeasuredPeak Of(RewardCurve curve, MeasuredPeakOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(curve);
        options ??= new();
        options.Validate();
        return PeakSearch.In(curve.Finer?.Invoke() ?? curve, options);
    }

    /// <summary>Looks for the highest point of a curve of another reward, which stands in the place of gold.</summary>
    internal static MeasuredPeak OfReward(RewardCurve curve, string reward) =>
        PeakSearch.In(curve.Finer?.Invoke() ?? curve, new(), reward: reward);

    /// <summary>Looks for the highest of some of a curve's points, as if there were no others.</summary>
    internal static MeasuredPeak Among(RewardCurve curve, Func<RewardPoint, bool> counts) =>
        PeakSearch.In(curve.Finer?.Invoke() ?? curve, new(), counts);

    /// <summary>A highest point whose place and height are bounded.</summary>
    public abstract record Known : MeasuredPeak
    {
        private protected Known(RewardPoint highest, IReadOnlyList<RewardPoint> points, OptimizationMethod method,
            PeakBounds bounds) : base(highest, points, method) => Bounds = bounds;

        /// <summary>Where it may be, how high it is, how far gold falls.</summary>
        public PeakBounds Bounds { get; }

        private protected string Place
        {
            get
            {
                string low = At(Bounds.Plausible[0]);
                return Bounds.Plausible.Count == 1 ? low : Method == OptimizationMethod.BestOfN
                    ? FormattableString.Invariant($"n = {Bounds.Effort.Low:G6} to {Bounds.Effort.High:G6} (KL {Bounds.Kl} nats) cannot be told apart")
                    : FormattableString.Invariant($"KL {Bounds.Kl} nats cannot be told apart");
            }
        }

        private protected string Height => FormattableString.Invariant(
            $"{Reward} measured highest at {At(Highest)}: {Highest.Gold.Value:G4} ({100 * Bounds.Level:G3} %: {Bounds.Gold})");

        private protected string ToTheEnd => FormattableString.Invariant(
            $"{(Bounds.Fall.Low > 0 ? Reward + " falls by" : "the fall is")} {Highest.Gold.Value - Last.Gold.Value:G3} ({Bounds.Fall}) to {At(Last)}, the last");

        private protected string Rests => Basis.Length > 0 ? $"; the intervals rest on {Basis}" : "";

        private protected string Others => Bounds.Plausible.Count == 1 ? "no other point can be" : Place;
    }

    /// <summary>Gold rises to a highest point and is lower at the end, beyond doubt.</summary>
    public sealed record Inside : Known
    {
        internal Inside(RewardPoint highest, IReadOnlyList<RewardPoint> points, OptimizationMethod method, PeakBounds bounds)
            : base(highest, points, method, bounds) { }

        /// <inheritdoc/>
        public override string ToString() => $"{Height}; {Others}; {ToTheEnd}{Rests}";
    }

    /// <summary>The last point may be the highest: gold is not shown to have turned down, and may rise beyond the data.</summary>
    public sealed record AtEnd : Known
    {
        internal AtEnd(RewardPoint highest, IReadOnlyList<RewardPoint> points, OptimizationMethod method, PeakBounds bounds)
            : base(highest, points, method, bounds) { }

        /// <inheritdoc/>
        public override string ToString() => $"{Height}; {Others}: the end of the data, {Reward} is not shown to turn down{Rests}";
    }

    /// <summary>The first point may be the highest and the last cannot: optimising is not shown to gain anything.</summary>
    public sealed record AtStart : Known
    {
        internal AtStart(RewardPoint highest, IReadOnlyList<RewardPoint> points, OptimizationMethod method, PeakBounds bounds)
            : base(highest, points, method, bounds) { }

        /// <inheritdoc/>
        public override string ToString() =>
            $"{Height}; {Others}: the start of the data, {Reward} is not shown to rise; {ToTheEnd}{Rests}";
    }

    /// <summary>The first and the last point may both be the highest: the points do not tell where gold is highest.</summary>
    public sealed record Flat : Known
    {
        internal Flat(RewardPoint highest, IReadOnlyList<RewardPoint> points, OptimizationMethod method, PeakBounds bounds)
            : base(highest, points, method, bounds) { }

        /// <inheritdoc/>
        public override string ToString() => Bounds.Plausible.Count == Points.Count ? $"flat: {Height}; {Place}{Rests}"
            : $"undecided: {Height}; the start and the end may both be the highest, though some points between are lower{Rests}";
    }

    /// <summary>The highest point is a measurement without an error, and nothing follows for the others.</summary>
    public sealed record NotKnown : MeasuredPeak
    {
        internal NotKnown(RewardPoint highest, IReadOnlyList<RewardPoint> points, OptimizationMethod method, string reason)
            : base(highest, points, method) => Reason = reason;

        /// <summary>Why, in words.</summary>
        public string Reason { get; }

        /// <inheritdoc/>
        public override string ToString() =>
            FormattableString.Invariant($"{Reward} measured highest at {At(Highest)}: {Highest.Gold}; how sure that is is not known: {Reason}");
    }

    private string At(RewardPoint point) => Method == OptimizationMethod.BestOfN
        ? FormattableString.Invariant($"n = {point.Effort:G6} (KL {point.Kl.Value:G4} nats)")
        : FormattableString.Invariant($"KL {point.Kl.Value:G4} nats");
}
