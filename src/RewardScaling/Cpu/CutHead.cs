using System.Numerics;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Cpu;

/// <summary>
/// A row of logits read under a cut, token by token in double. It costs a sort of the vocabulary, so it is asked only where
/// something is cut; <see cref="TokenHead{T, TLanes}"/> reads the others.
/// </summary>
internal sealed unsafe class CutHead<T>(int vocabulary) where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly double[] _logProbs = new double[vocabulary], _sorted = new double[vocabulary];

    /// <summary>Takes in softmax(logits / temperature), cut and renormalised.</summary>
    /// <param name="logits">[vocabulary].</param>
    /// <param name="inverseTemperature">1 / temperature.</param>
    /// <param name="cut">The cut, which may leave everything.</param>
    public CutHead<T> Read(T* logits, T inverseTemperature, TokenCut cut)
    {
        for (int token = 0; token < _logProbs.Length; token++)
            _logProbs[token] = double.CreateTruncating(logits[token] * inverseTemperature);
        double logSum = TopCut.Apply(_logProbs, cut.TopK, cut.TopP, _sorted);
        foreach (ref double logProb in _logProbs.AsSpan()) logProb = Math.Min(0, logProb - logSum);
        return this;
    }

    /// <summary>The token at a point of the cumulative distribution, in the order of the vocabulary.</summary>
    /// <param name="uniform">The point, in [0, 1).</param>
    public (int Token, float LogProb) Draw(double uniform)
    {
        double total = 0, sum = 0;
        foreach (double logProb in _logProbs) total += Math.Exp(logProb);
        int last = 0;
        for (int token = 0; token < _logProbs.Length; token++)
        {
            if (double.IsNegativeInfinity(_logProbs[token])) continue;
            sum += Math.Exp(_logProbs[last = token]);
            if (uniform * total < sum) break;
        }
        return (last, (float)_logProbs[last]);
    }

    /// <summary>D_KL(this ‖ reference) in nats; +infinity where the reference was cut and lacks a token of this one.</summary>
    public double Divergence(CutHead<T> reference)
    {
        double kl = 0;
        for (int token = 0; token < _logProbs.Length; token++)
        {
            double probability = Math.Exp(_logProbs[token]);
            if (probability != 0) kl += probability * (_logProbs[token] - reference._logProbs[token]);
        }
        return Math.Max(0, kl);
    }
}
