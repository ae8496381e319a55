using RewardScaling.Runs.Tools;

namespace RewardScaling.Runs.Gate;

/// <summary>What was read of one run, as the gate looks at it: numbers as they were logged, one for each point.</summary>
internal sealed record GatedRun
{
    /// <summary>The names of the columns; that of the KL is empty for best-of-n, whose KL is not measured.</summary>
    public required RunColumns Columns { get; init; }

    /// <summary>The divergence as logged, negative ones too.</summary>
    public required double[] Kl { get; init; }

    /// <summary>Whether the KL is a mean per token.</summary>
    public bool IsPerToken { get; init; }

    public required double[] Proxy { get; init; }

    public required double[] Gold { get; init; }

    /// <summary>The steps, or n; empty where none was logged.</summary>
    public double[] Step { get; init; } = [];

    /// <summary>Where each point stands, for messages: "step 7", or a line of the log.</summary>
    public required Func<int, string> Place { get; init; }

    /// <summary>The file, for columns that no curve is made of.</summary>
    public RunTable? Table { get; init; }

    public int Count => Gold.Length;

    public static GatedRun Of(RunLog log)
    {
        IReadOnlyList<RunRecord> points = log.Points;
        double[] Column(Func<RunRecord, double> value)
        {
            double[] values = new double[points.Count];
            for (int i = 0; i < values.Length; i++) values[i] = value(points[i]);
            return values;
        }
        return new()
        {
            Columns = log.Columns,
            Kl = log.Kl.Averaging == KlAveraging.BestOfN ? [] : Column(static point => point.Kl!.Value.Value),
            IsPerToken = log.Kl.IsPerToken,
            Proxy = Column(static point => point.Proxy!.Value.Value),
            Gold = Column(static point => point.Gold!.Value.Value),
            Step = points.All(static point => point.Step is not null) ? Column(static point => point.Step!.Value) : [],
            Place = log.PlaceOf,
            Table = log.Table,
        };
    }
}
