using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// Positions as rotations of queries and keys (Su et al. 2021, arXiv:2104.09864): component i and component i + Width/2 of each
/// head turn together by position x frequency i.
/// </summary>
public sealed record RotaryPositions
{
    /// <summary>How many components of each head turn, from its first on; even. The others stay.</summary>
    public required int Width { get; init; }

    /// <summary>The base of the frequencies base^(-2 i / Width), called theta elsewhere; above 1.</summary>
    /// <value>Default 10000, Su et al. 2021.</value>
    public double Base { get; init; } = 10000;

    /// <summary>How frequencies were stretched for longer contexts, or null for as they are.</summary>
    /// <value>Default null.</value>
    public RotaryScaling? Scaling { get; init; }

    /// <summary>
    /// The angle by which each pair of components turns from one position to the next, in radians: Width / 2 numbers.
    /// </summary>
    /// <remarks>Computed and kept in float32, as these models were trained.</remarks>
    public float[] Frequencies()
    {
        var plain = new float[Width / 2];
        for (int i = 0; i < plain.Length; i++) plain[i] = 1 / MathF.Pow((float)Base, 2f * i / Width);
        return Scaling is null ? plain : Scaling.Apply(plain, Width, Base);
    }

    /// <summary>What cosines and sines are multiplied by.</summary>
    public double Magnitude => Scaling?.Magnitude ?? 1;

    /// <summary>Notes what no network can have.</summary>
    internal void Validate(Faults faults, int headWidth)
    {
        faults.Require(Width >= 2 && Width % 2 == 0 && Width <= headWidth, "Rotary.Width", Width,
            $"even, at least 2 and at most HeadWidth = {headWidth}");
        faults.Require(Base > 1 && double.IsFinite(Base), "Rotary.Base", Base, "above 1 and finite");
        Scaling?.Validate(faults);
    }
}
