using System.Collections;

namespace RewardScaling.RewardModels;

/// <summary>The preferences of a file, and what was done to get them.</summary>
/// <remarks>They are kept as bytes, a third of the room of their texts, and made when they are asked for.</remarks>
public sealed class PreferenceSet : IReadOnlyList<Preference>
{
    private readonly PreferenceTexts _preferences;

    internal PreferenceSet(PreferenceTexts preferences, IReadOnlyList<string> notes) =>
        (_preferences, Notes) = (preferences, notes);

    /// <summary>What was left out, turned or assumed, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <inheritdoc/>
    public int Count => _preferences.Count;

    /// <inheritdoc/>
    public Preference this[int index] => _preferences[index];

    /// <inheritdoc/>
    public IEnumerator<Preference> GetEnumerator()
    {
        for (int i = 0; i < Count; i++) yield return _preferences[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>How many preferences there are, and the notes.</summary>
    public override string ToString() => string.Join(" ", Notes.Prepend(FormattableString.Invariant($"{Count} preferences.")));
}
