using System.Numerics;
using System.Runtime.CompilerServices;
using RewardScaling.Models;

namespace RewardScaling.Cpu;

/// <summary>The functions inside the feed-forward part, and the product of a gated one.</summary>
internal static unsafe class Activations<T, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    /// <summary>values = f(values); slopes = f'(values) when asked for. [rows, width].</summary>
    public static void Apply(Activation activation, int rows, int width, T* values, T* slopes, int stride)
    {
        switch (activation)
        {
            case Activation.Gelu:
                RowKernels<T, TLanes>.Gelu(rows, width, values, slopes, stride);
                break;
            case Activation.GeluTanh:
                GeluTanh(rows, width, values, slopes, stride);
                break;
            default:
                Silu(rows, width, values, slopes, stride);
                break;
        }
    }

    /// <summary>
    /// hidden *= gate, and slopes *= hidden as it was: the derivative by what the gate's function was applied to.
    /// </summary>
    /// <param name="rows">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="gate">What the function gave, [rows, width].</param>
    /// <param name="slopes">Its derivative, [rows, width]; may be null.</param>
    /// <param name="hidden">[rows, width].</param>
    /// <param name="stride">From row to row, of all.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gate(int rows, int width, T* gate, T* slopes, T* hidden, int stride)
    {
        for (int row = 0; row < rows; row++, gate += stride, hidden += stride)
        {
            for (int j = 0; j < width; j += TLanes.Count)
            {
                var other = TLanes.Load(hidden + j);
                TLanes.Store(hidden + j, other * TLanes.Load(gate + j));
                if (slopes != null) TLanes.Store(slopes + j, other * TLanes.Load(slopes + j));
            }
            if (slopes != null) slopes += stride;
        }
    }

    /// <summary>From ∂loss/∂hidden to those by what the gate's function was applied to and by the other product.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="gate">As <see cref="Gate"/> had it.</param>
    /// <param name="slopes">As <see cref="Gate"/> left it.</param>
    /// <param name="hidden">∂loss/∂hidden, which becomes that by the other product.</param>
    /// <param name="byGate">Becomes that by what the function was applied to.</param>
    /// <param name="stride">From row to row, of all.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GateBackward(int rows, int width, T* gate, T* slopes, T* hidden, T* byGate, int stride)
    {
        for (int row = 0; row < rows; row++, gate += stride, slopes += stride, hidden += stride, byGate += stride)
        {
            for (int j = 0; j < width; j += TLanes.Count)
            {
                var slope = TLanes.Load(hidden + j);
                TLanes.Store(byGate + j, slope * TLanes.Load(slopes + j));
                TLanes.Store(hidden + j, slope * TLanes.Load(gate + j));
            }
        }
    }

    /// <summary>x σ(2u) with u = √(2/π) (x + 0.044715 x³), since (1 + tanh u) / 2 = σ(2u).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GeluTanh(int rows, int width, T* values, T* slopes, int stride)
    {
        double root = 2 * Math.Sqrt(2 / Math.PI);
        TLanes one = TLanes.Broadcast(T.One), linear = TLanes.Broadcast(T.CreateTruncating(root)),
            cubic = TLanes.Broadcast(T.CreateTruncating(root * 0.044715)), slope =
                TLanes.Broadcast(T.CreateTruncating(3 * root * 0.044715));
        for (int row = 0; row < rows; row++, values += stride)
        {
            for (int j = 0; j < width; j += TLanes.Count)
            {
                TLanes x = TLanes.Load(values + j), square = x * x, sigma = Sigmoid(x * TLanes.Fma(square, cubic, linear));
                TLanes.Store(values + j, x * sigma);
                // σ + x σ (1 - σ) d(2u)/dx.
                if (slopes != null)
                    TLanes.Store(slopes + j, TLanes.Fma(x * sigma * (one - sigma), TLanes.Fma(square, slope, linear), sigma));
            }
            if (slopes != null) slopes += stride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Silu(int rows, int width, T* values, T* slopes, int stride)
    {
        var one = TLanes.Broadcast(T.One);
        for (int row = 0; row < rows; row++, values += stride)
        {
            for (int j = 0; j < width; j += TLanes.Count)
            {
                TLanes x = TLanes.Load(values + j), sigma = Sigmoid(x);
                TLanes.Store(values + j, x * sigma);
                if (slopes != null) TLanes.Store(slopes + j, TLanes.Fma(x * sigma, one - sigma, sigma));
            }
            if (slopes != null) slopes += stride;
        }
    }

    /// <summary>1 / (1 + e^-x), through e^-|x| so that nothing overflows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Sigmoid(TLanes x)
    {
        TLanes one = TLanes.Broadcast(T.One), small = TLanes.Exp(TLanes.Broadcast(T.Zero) - TLanes.Abs(x));
        return TLanes.Choose(x, small, one) / (one + small);
    }
}
