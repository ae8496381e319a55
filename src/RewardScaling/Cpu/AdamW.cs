using System.Numerics;
using System.Runtime.CompilerServices;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Cpu;

/// <summary>AdamW over one buffer of parameters, with the gradient clipped to a global norm.</summary>
/// <remarks>
/// The work is cut into pieces of fixed size, and the squares of the gradient are summed in double piece by piece: the norm has
/// the same bits at any number of threads.
/// </remarks>
internal sealed unsafe class AdamW<T, TLanes> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    private const int PieceLength = 8192;
    private readonly NativeBuffer<T> _first = new(), _second = new();
    private readonly WorkerPool _pool;
    private readonly (long From, int Count, bool Decays)[] _pieces;
    private readonly double[] _squares;
    private readonly Action<int, int> _square, _move;
    private readonly long _length;
    private T* _values, _gradients;
    private T _clip, _beta1, _beta2, _rate, _epsilon, _rootCorrection, _keep;
    private AdamWOptions? _validated;

    /// <summary>An optimizer that has made no step.</summary>
    public AdamW(NetworkLayout layout, WorkerPool pool)
    {
        _pool = pool;
        _length = layout.Length;
        var pieces = new List<(long, int, bool)>();
        long at = 0;
        foreach (var (from, to) in layout.Decayed)
        {
            Cut(pieces, at, from, false);
            Cut(pieces, from, to, true);
            at = to;
        }
        Cut(pieces, at, _length, false);
        _pieces = [.. pieces];
        _squares = new double[_pieces.Length];
        (_square, _move) = (Square, Move);
    }

    /// <summary>The first number that is moved; what lies before it is frozen and has no gradient.</summary>
    public long TrainedFrom { get; set; }

    /// <summary>Numbers after the first that are not moved either, and have no gradient; they begin with a parameter.</summary>
    public (long From, long To) Kept { get; set; }

    /// <summary>How many steps were made; the moments' bias correction depends on it.</summary>
    public long Steps { get; set; }

    /// <summary>The running mean of the gradient, laid out as the parameters; zero before the first step.</summary>
    public T* First => _first.Ensure(_length);

    /// <summary>The running mean of the gradient's square.</summary>
    public T* Second => _second.Ensure(_length);

    /// <summary>The memory held for both moments, in bytes.</summary>
    public long Bytes => _first.Bytes + _second.Bytes;

    /// <summary>One step; gradients are then zero.</summary>
    /// <returns>The norm of the gradient before clipping.</returns>
    /// <exception cref="NotFiniteNumberException">The gradient is not finite; nothing but the gradient, now
    /// zero, has changed.</exception>
    public double Step(AdamWOptions options, double learningRate, T* values, T* gradients)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!ReferenceEquals(options, _validated)) options.Validate();
        _validated = options;
        Guard.Finite(learningRate);
        Guard.NotNegative(learningRate);
        _values = values;
        _gradients = gradients;
        _pool.For(_pieces.Length, _square);
        double sum = 0;
        foreach (double square in _squares) sum += square;
        double norm = Math.Sqrt(sum);
        if (!double.IsFinite(norm))
        {
            System.Runtime.InteropServices.NativeMemory.Clear(gradients, (nuint)_length * (nuint)sizeof(T));
            throw new NotFiniteNumberException(
                $"The norm of the gradient is {norm}; the weights are as before, the gradient was dropped.", norm);
        }
        _first.Ensure(_length);
        _second.Ensure(_length);
        Steps++;
        // PyTorch divides by norm + 1e-6; here the clipped gradient has exactly the norm asked for.
        _clip = T.CreateTruncating(norm > options.MaxGradientNorm ? options.MaxGradientNorm / norm : 1);
        (_beta1, _beta2) = (T.CreateTruncating(options.Beta1), T.CreateTruncating(options.Beta2));
        _rate = T.CreateTruncating(learningRate / (1 - Math.Pow(options.Beta1, Steps)));
        _rootCorrection = T.CreateTruncating(1 / Math.Sqrt(1 - Math.Pow(options.Beta2, Steps)));
        _epsilon = T.CreateTruncating(options.Epsilon);
        _keep = T.CreateTruncating(1 - learningRate * options.WeightDecay);
        _pool.For(_pieces.Length, _move);
        return norm;
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    private static void Cut(List<(long From, int Count, bool Decays)> pieces, long from, long to, bool decays)
    {
        for (; from < to; from += PieceLength) pieces.Add((from, (int)Math.Min(PieceLength, to - from), decays));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Square(int piece, int worker)
    {
        var (from, count, _) = _pieces[piece];
        T* gradient = _gradients + from;
        // Several sums side by side: one alone would wait for each addition.
        double a = 0, b = 0, c = 0, d = 0;
        int i = 0;
        for (; i + 4 <= count; i += 4)
        {
            double p = double.CreateTruncating(gradient[i]), q = double.CreateTruncating(gradient[i + 1]);
            double r = double.CreateTruncating(gradient[i + 2]), s = double.CreateTruncating(gradient[i + 3]);
            a += p * p;
            b += q * q;
            c += r * r;
            d += s * s;
        }
        for (; i < count; i++) a += double.CreateTruncating(gradient[i]) * double.CreateTruncating(gradient[i]);
        _squares[piece] = a + b + (c + d);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Move(int piece, int worker)
    {
        var (from, count, decays) = _pieces[piece];
        long trained = from >= Kept.From && from < Kept.To ? Math.Max(TrainedFrom, Kept.To) : TrainedFrom;
        int frozen = (int)Math.Clamp(trained - from, 0, count);
        from += frozen;
        count -= frozen;
        T* value = _values + from, gradient = _gradients + from, first = _first.Data + from, second = _second.Data + from;
        TLanes clip = TLanes.Broadcast(_clip), keep1 = TLanes.Broadcast(_beta1), keep2 = TLanes.Broadcast(_beta2);
        TLanes take1 = TLanes.Broadcast(T.One - _beta1), take2 = TLanes.Broadcast(T.One - _beta2),
            zero = TLanes.Broadcast(T.Zero);
        TLanes rate = TLanes.Broadcast(-_rate), root = TLanes.Broadcast(_rootCorrection), epsilon = TLanes.Broadcast(_epsilon);
        var keep = TLanes.Broadcast(decays ? _keep : T.One);
        for (int i = 0; i < count; i += TLanes.Count)
        {
            var g = TLanes.Load(gradient + i) * clip;
            var m = TLanes.Fma(keep1, TLanes.Load(first + i), take1 * g);
            var v = TLanes.Fma(keep2, TLanes.Load(second + i), take2 * (g * g));
            var direction = m / TLanes.Fma(TLanes.Sqrt(v), root, epsilon);
            TLanes.Store(value + i, TLanes.Fma(rate, direction, TLanes.Load(value + i) * keep));
            TLanes.Store(first + i, m);
            TLanes.Store(second + i, v);
            TLanes.Store(gradient + i, zero);
        }
    }
}
