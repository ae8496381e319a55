namespace RewardScaling.Cpu;

/// <summary>
/// What the tiles of a panel ask memory for while they work. A tile that asked for more than a cache line with each term would
/// wait for it: of several tiles the first ask for one each.
/// </summary>
/// <param name="at">What is asked for next.</param>
/// <param name="bytes">How many bytes of it with each term, by all tiles.</param>
/// <param name="tiles">How many tiles.</param>
internal unsafe struct LookAhead(byte* at, nint bytes, int tiles)
{
    private readonly nint _share = Math.Max(CacheLine.Bytes, bytes / tiles);
    private nint _left = bytes;

    /// <summary>Where the tile begins to ask.</summary>
    public byte* At { get; private set; } = at;

    /// <summary>How many bytes the tile asks for with each term.</summary>
    public readonly nint Step => Math.Min(_share, _left);

    /// <summary>Goes on to the next tile.</summary>
    /// <param name="terms">Terms of this one.</param>
    public void Next(int terms)
    {
        At += Step * terms;
        _left -= Step;
    }
}
