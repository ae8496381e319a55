using System.Globalization;
using RewardScaling.Numerics;

namespace RewardScaling.Runs;

/// <summary>What was logged of one step, whatever it was: what a run without KL or gold still tells.</summary>
public sealed record RunCoursePoint
{
    /// <summary>The step; where none was logged, the number of the line among those of the run, from 1.</summary>
    public required double Step { get; init; }

    /// <summary>Where it stands: "step 7", or "line 12 (no step is logged)".</summary>
    public required string Place { get; init; }

    /// <summary>The divergence as logged; null where none was.</summary>
    public double? Kl { get; init; }

    /// <summary>The proxy's score.</summary>
    public Estimate? Proxy { get; init; }

    /// <summary>Gold, higher being better.</summary>
    public Estimate? Gold { get; init; }

    /// <summary>The mean length of responses in tokens.</summary>
    public double? Length { get; init; }

    /// <summary>The policy's entropy as logged, in nats per token with most tools.</summary>
    public double? Entropy { get; init; }

    /// <summary>The share of prompts whose samples all got one reward, from which a policy that compares them learns
    /// nothing.</summary>
    public double? FlatGroups { get; init; }

    /// <summary>What the log says there; KL as it logs it.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Place}, step {Step}: KL {Said(Kl)}, proxy {Said(Proxy)}, gold {Said(Gold)}");

    private static string Said<T>(T? value)
        where T : struct, IFormattable => value?.ToString(null, CultureInfo.InvariantCulture) ?? "none";
}
