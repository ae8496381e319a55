namespace RewardScaling.Numerics;

/// <summary>
/// A seeded stream of random numbers that is read by position, not by turn: <c>stream.Uniform(17)</c> is the same number
/// whoever asked for it, in whatever order, on whatever thread.
/// </summary>
/// <remarks>
/// <para>
/// A stream is a 64-bit key of the counter-based generator Philox 2x64 with ten rounds (Salmon, Moraes, Dror and Shaw 2011,
/// "Parallel random numbers: as easy as 1, 2, 3"). <see cref="Fork(string)"/> and <see cref="Fork(long)"/> derive a key from
/// a key, so that a study names its randomness by (seed, purpose, prompt, sample) and a token's position is the counter:
/// the batch size, the number of threads and the order of work cannot change a draw.
/// </para>
/// <para>It is a value of eight bytes; copying it copies no state, because it has none. Not for cryptography.</para>
/// </remarks>
public readonly record struct RandomStream
{
    // Domain tags keep numbers, names and draws apart: Fork(3) is not the 3rd draw, nor Fork("3").
    private const ulong DrawDomain = 0, IndexDomain = 1, NameDomain = 2;
    private readonly ulong _key;

    private RandomStream(ulong key) => _key = key;

    /// <summary>The root stream of a seed.</summary>
    /// <param name="seed">Any number; different seeds give independent streams.</param>
    public static RandomStream FromSeed(ulong seed) => new(Philox.Block(seed, 0x5265_7761_7264_5363, NameDomain).Low);

    /// <summary>The stream of one purpose below this one, such as "rollouts" or "shuffle".</summary>
    /// <param name="purpose">The name of the purpose; not empty.</param>
    /// <exception cref="ArgumentException">The name is null or empty.</exception>
    public RandomStream Fork(string purpose)
    {
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        // FNV-1a folds the name to a counter; Philox does the mixing.
        ulong hash = 0xCBF2_9CE4_8422_2325;
        foreach (char c in purpose) hash = (hash ^ c) * 0x0000_0100_0000_01B3;
        return new(Philox.Block(_key, hash, NameDomain).Low);
    }

    /// <summary>The stream of one item below this one: a prompt, a sample of it, an epoch.</summary>
    /// <param name="index">The item's index; any number.</param>
    public RandomStream Fork(long index) => new(Philox.Block(_key, unchecked((ulong)index), IndexDomain).Low);

    /// <summary>64 random bits at a position of the stream.</summary>
    /// <param name="position">The position.</param>
    public ulong Bits(ulong position) => Philox.Block(_key, position, DrawDomain).Low;

    /// <summary>A number uniform on [0, 1), a multiple of 2^-53.</summary>
    /// <param name="position">The position in the stream.</param>
    public double Uniform(ulong position) => (Bits(position) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A standard normal number (mean 0, variance 1), by the method of Box and Muller from one block.</summary>
    /// <param name="position">The position in the stream.</param>
    public double Normal(ulong position)
    {
        var (low, high) = Philox.Block(_key, position, DrawDomain);
        double radius = Math.Sqrt(-2 * Math.Log(((low >> 11) + 1) * (1.0 / (1UL << 53))));
        return radius * Math.Cos(2 * Math.PI * ((high >> 11) * (1.0 / (1UL << 53))));
    }

    /// <summary>An integer uniform on [0, bound): the high half of a 128-bit product, biased by less than bound / 2^64.</summary>
    /// <param name="position">The position in the stream.</param>
    /// <param name="bound">The bound, positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bound is not positive.</exception>
    public int Below(ulong position, int bound)
    {
        Guard.Positive(bound);
        return (int)Math.BigMul(Bits(position), (ulong)bound, out _);
    }

    /// <summary>A uniform random order of 0 .. count - 1 (Fisher and Yates).</summary>
    /// <param name="count">How many items, not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public int[] Permutation(int count)
    {
        Guard.NotNegative(count);
        var order = new int[count];
        for (int i = 0; i < count; i++)
        {
            int j = Below((ulong)i, i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
