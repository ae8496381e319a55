namespace RewardScaling.Studies.Cells;

/// <summary>
/// A pool in parts of some prompts, so that what was done can be kept, and what is worked on at once need not be the whole.
/// </summary>
internal sealed class Parts
{
    // Smaller parts would be written more often than they are worth; more of them would only be more files.
    private const int FewestRollouts = 4096, MostParts = 64;

    private readonly int _prompts;

    /// <summary>The parts of a pool.</summary>
    /// <param name="prompts">How many prompts it has.</param>
    /// <param name="samples">How many rollouts each.</param>
    public Parts(int prompts, int samples)
    {
        _prompts = prompts;
        Count = Math.Clamp((int)((long)prompts * samples / FewestRollouts), 1, Math.Min(MostParts, prompts));
    }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>The prompts of a part.</summary>
    public (int From, int Count) this[int part] => (First(part), First(part + 1) - First(part));

    /// <summary>The name of a part in a folder.</summary>
    public static string Name(int part) => FormattableString.Invariant($"part-{part:D3}");

    private int First(int part) => (int)((long)_prompts * part / Count);
}
