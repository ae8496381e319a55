namespace RewardScaling.Benchmarks;

/// <summary>What a reader did with mutated files.</summary>
internal sealed class BrokenOutcome
{
    /// <summary>How many files it was given.</summary>
    public int Inputs { get; set; }

    /// <summary>How many it refused as its documentation says.</summary>
    public int Refused { get; set; }

    /// <summary>How many it threw something else for.</summary>
    public int Undocumented { get; set; }

    /// <summary>How many took more than five seconds.</summary>
    public int Slow { get; set; }

    /// <summary>How many allocated more than a gigabyte.</summary>
    public int Large { get; set; }

    /// <summary>How many it accepted though what they say cannot be.</summary>
    public int Nonsense { get; set; }

    /// <summary>How many messages fill a screen.</summary>
    public int Long { get; set; }

    /// <summary>The first things that went wrong.</summary>
    public List<string> Examples { get; } = [];
}
