using RewardScaling.Numerics;

namespace RewardScaling.BestOfN;

/// <summary>
/// One prompt's samples, scored by proxy and by gold: all that a best-of-n curve needs, whoever sampled and scored.
/// </summary>
public sealed class ScoredPrompt
{
    private readonly double[] _proxy, _gold;

    /// <summary>The scores of N independent samples of one prompt.</summary>
    /// <param name="name">What errors call the prompt: its text, number or key.</param>
    /// <param name="proxy">Proxy score of each sample; at least one, finite. Copied.</param>
    /// <param name="gold">Gold score of the same samples; finite. Copied.</param>
    /// <exception cref="ArgumentException">No sample, lists of different lengths, or a score that is not finite; the message
    /// names the prompt.</exception>
    public ScoredPrompt(string name, ReadOnlySpan<double> proxy, ReadOnlySpan<double> gold)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (proxy.IsEmpty) throw new ArgumentException($"Prompt '{name}' has no samples.", nameof(proxy));
        Guard.Length(gold.Length, proxy.Length, $"gold of prompt '{name}'");
        Guard.AllFinite(proxy, $"proxy of prompt '{name}'");
        Guard.AllFinite(gold, $"gold of prompt '{name}'");
        Name = name;
        _proxy = proxy.ToArray();
        _gold = gold.ToArray();
    }

    /// <summary>What errors call the prompt.</summary>
    public string Name { get; }

    /// <summary>N, the number of samples.</summary>
    public int SampleCount => _proxy.Length;

    /// <summary>Proxy score of each sample.</summary>
    public ReadOnlySpan<double> Proxy => _proxy;

    /// <summary>Gold score of each sample.</summary>
    public ReadOnlySpan<double> Gold => _gold;

    /// <summary>The name and how many samples.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Name}: {SampleCount} samples");
}
