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
        IReadOnlyList<RunLogPoint> points = log.Points;
        bool stepped = points.All(static point => point.HasStep);
        return new()
        {
            Columns = log.Columns,
            Kl = log.Kl.Averaging == KlAveraging.BestOfN ? [] : [.. points.Select(static point => point.Kl.Value)],
            IsPerToken = log.Kl.Averaging is KlAveraging.MeanPerToken or KlAveraging.MeanOfAllTokens,
            Proxy = [.. points.Select(static point => point.Proxy.Value)],
            Gold = [.. points.Select(static point => point.Gold.Value)],
            Step = stepped ? [.. points.Select(static point => point.Step)] : [],
            Place = log.PlaceOf,
            Table = log.Table,
        };
    }
}
