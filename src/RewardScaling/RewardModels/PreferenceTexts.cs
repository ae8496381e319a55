using RewardScaling.Runs.Formats;

namespace RewardScaling.RewardModels;

/// <summary>Preferences as UTF-8, block by block: a million of them are some large arrays and no objects.</summary>
internal sealed class PreferenceTexts
{
    private const int BlockLength = 1 << 20;

    private readonly List<byte[]> _blocks = [];
    private readonly ChunkedList<Place> _places = new();
    private ChunkedList<(double Probability, double Margin)>? _weights;
    private int _end;

    public int Count => _places.Count;

    public Preference this[int index]
    {
        get
        {
            if (index < 0 || index >= Count) throw new ArgumentOutOfRangeException(nameof(index), index,
                FormattableString.Invariant($"index = {index} must be in [0, {Count - 1}]."));
            Place place = _places[index];
            ReadOnlySpan<byte> bytes = _blocks[place.Block].AsSpan(place.Start, place.Prompt + place.Chosen + place.Rejected);
            var (probability, margin) = _weights?[index] ?? (1, 0);
            return new(RunText.Strict.GetString(bytes[..place.Prompt]),
                RunText.Strict.GetString(bytes.Slice(place.Prompt, place.Chosen)),
                RunText.Strict.GetString(bytes[(place.Prompt + place.Chosen)..]))
            {
                Probability = probability,
                Margin = margin,
            };
        }
    }

    /// <summary>Adds one.</summary>
    /// <exception cref="System.Text.EncoderFallbackException">A text holds half of a surrogate pair.</exception>
    public void Add(Preference preference)
    {
        int prompt = RunText.Strict.GetByteCount(preference.Prompt), chosen = RunText.Strict.GetByteCount(preference.Chosen),
            rejected = RunText.Strict.GetByteCount(preference.Rejected), length = checked(prompt + chosen + rejected);
        if (_blocks.Count == 0 || length > _blocks[^1].Length - _end)
        {
            // The first is small: most files are.
            _blocks.Add(new byte[Math.Max(length, _blocks.Count == 0 ? BlockLength >> 6 : BlockLength)]);
            _end = 0;
        }
        Span<byte> room = _blocks[^1].AsSpan(_end, length);
        RunText.Strict.GetBytes(preference.Prompt, room);
        RunText.Strict.GetBytes(preference.Chosen, room[prompt..]);
        RunText.Strict.GetBytes(preference.Rejected, room[(prompt + chosen)..]);
        bool isWeighted = preference is not { Probability: 1, Margin: 0 };
        if (isWeighted && _weights is null)
        {
            _weights = new();
            for (int i = 0; i < Count; i++) _weights.Add((1, 0));
        }
        _weights?.Add((preference.Probability, preference.Margin));
        _places.Add(new(_blocks.Count - 1, _end, prompt, chosen, rejected));
        _end += length;
    }

    private readonly record struct Place(int Block, int Start, int Prompt, int Chosen, int Rejected);
}
