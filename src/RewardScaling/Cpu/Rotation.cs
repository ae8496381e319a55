using System.Numerics;
using RewardScaling.Models;

namespace RewardScaling.Cpu;

/// <summary>
/// Positions as rotations: components i and i + half of a head turn together. Cosines and sines of the positions needed so far.
/// </summary>
internal sealed unsafe class Rotation<T>(RotaryPositions rotary) : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly NativeBuffer<T> _cosines = new(), _sines = new();
    private readonly float[] _frequencies = rotary.Frequencies();
    private int _positions;

    /// <summary>Pairs of components that turn in each head.</summary>
    private int Half => _frequencies.Length;

    /// <summary>The memory held, in bytes.</summary>
    public long Bytes => _cosines.Bytes + _sines.Bytes;

    /// <summary>Makes ready for positions 0 to <paramref name="positions"/> - 1; not while others turn.</summary>
    public void Ensure(int positions)
    {
        if (positions <= _positions) return;
        T* cosine = _cosines.Ensure((long)positions * Half), sine = _sines.Ensure((long)positions * Half);
        for (int position = 0; position < positions; position++)
        {
            foreach (float frequency in _frequencies)
            {
                // The product in float32: the models were trained with its rounding.
                var (s, c) = Math.SinCos(position * frequency);
                *cosine++ = T.CreateTruncating(c * rotary.Magnitude);
                *sine++ = T.CreateTruncating(s * rotary.Magnitude);
            }
        }
        _positions = positions;
    }

    /// <summary>Turns the heads of neighbouring positions, in place.</summary>
    /// <param name="rows">How many positions.</param>
    /// <param name="first">The first position.</param>
    /// <param name="heads">Heads of a row.</param>
    /// <param name="headStride">From head to head.</param>
    /// <param name="x">[rows, heads].</param>
    /// <param name="stride">From row to row.</param>
    /// <param name="back">Whether to turn the other way, as gradients do.</param>
    /// <typeparam name="TLanes">The register.</typeparam>
    public void Turn<TLanes>(int rows, int first, int heads, int headStride, T* x, int stride, bool back = false)
        where TLanes : struct, ILanes<TLanes, T>
    {
        T* cosine = _cosines.Data + (nint)first * Half, sine = _sines.Data + (nint)first * Half;
        for (int row = 0; row < rows; row++, x += stride, cosine += Half, sine += Half)
            for (int head = 0; head < heads; head++) Turn<TLanes>(x + head * headStride, cosine, sine, back);
    }

    public void Dispose()
    {
        _cosines.Dispose();
        _sines.Dispose();
    }

    private void Turn<TLanes>(T* x, T* cosine, T* sine, bool back) where TLanes : struct, ILanes<TLanes, T>
    {
        int n = TLanes.Count, i = 0;
        T* y = x + Half;
        T direction = back ? -T.One : T.One;
        var sign = TLanes.Broadcast(direction);
        for (; i + n <= Half; i += n)
        {
            TLanes a = TLanes.Load(x + i), b = TLanes.Load(y + i), c = TLanes.Load(cosine + i), s = TLanes.Load(sine + i) * sign;
            TLanes.Store(x + i, a * c - b * s);
            TLanes.Store(y + i, b * c + a * s);
        }
        for (; i < Half; i++)
        {
            T a = x[i], b = y[i], s = sine[i] * direction;
            x[i] = a * cosine[i] - b * s;
            y[i] = b * cosine[i] + a * s;
        }
    }
}
