namespace RewardScaling.Numerics;

/// <summary>Collects everything wrong with a set of options, so that a user reads all of it at once.</summary>
internal sealed class Faults(string subject)
{
    private readonly List<string> _lines = [];

    /// <summary>Notes a fault unless the condition holds.</summary>
    public void Require(bool holds, string name, object value, string range)
    {
        if (!holds) _lines.Add(FormattableString.Invariant($"{name} = {value} must be {range}."));
    }

    /// <summary>Throws one exception with every fault, or does nothing.</summary>
    /// <exception cref="ArgumentException">There is a fault.</exception>
    public void ThrowIfAny()
    {
        if (_lines.Count > 0) throw new ArgumentException($"{subject}: {string.Join(" ", _lines)}");
    }
}
