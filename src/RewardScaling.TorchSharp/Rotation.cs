using RewardScaling.Models;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>Positions as rotations: components i and i + half of a head turn together.</summary>
internal sealed class Rotation(RotaryPositions rotary, Device device) : IDisposable
{
    private readonly Tensor _frequencies = tensor(rotary.Frequencies(), device: device).DetachFromDisposeScope();

    /// <summary>Turns neighbouring positions.</summary>
    /// <param name="x">[sequences, heads, count, head width].</param>
    /// <param name="first">The first position.</param>
    /// <param name="count">How many.</param>
    public Tensor Turn(Tensor x, long first, long count) =>
        TurnBy(x, arange(first, first + count, ScalarType.Float32, device).unsqueeze(1).mul(_frequencies));

    /// <summary>Turns positions that differ from sequence to sequence.</summary>
    /// <param name="x">[sequences, heads, count, head width].</param>
    /// <param name="positions">[sequences, count].</param>
    public Tensor Turn(Tensor x, Tensor positions) =>
        TurnBy(x, positions.to(ScalarType.Float32).unsqueeze(1).unsqueeze(3).mul(_frequencies));

    public void Dispose() => _frequencies.Dispose();

    // [.., head width] by angles [.., half].
    private Tensor TurnBy(Tensor x, Tensor angles)
    {
        int half = rotary.Width / 2;
        Tensor cosine = angles.cos().mul(rotary.Magnitude).to(x.dtype), sine = angles.sin().mul(rotary.Magnitude).to(x.dtype);
        Tensor a = x.narrow(-1, 0, half), b = x.narrow(-1, half, half);
        Tensor first = a.mul(cosine).sub(b.mul(sine)), second = b.mul(cosine).add(a.mul(sine));
        return rotary.Width == x.shape[^1] ? cat([first, second], -1)
            : cat([first, second, x.narrow(-1, rotary.Width, x.shape[^1] - rotary.Width)], -1);
    }
}
