using RewardScaling.Models;

namespace RewardScaling.Tests.Contracts;

/// <summary>AdamW as Loshchilov and Hutter write it, in double, along gradients by central differences.</summary>
internal sealed class PlainAdamW(SortedDictionary<string, double[]> parameters, AdamWOptions options)
{
    private readonly Dictionary<string, double[]> _first =
        parameters.ToDictionary(static p => p.Key, static p => new double[p.Value.Length]);
    private readonly Dictionary<string, double[]> _second =
        parameters.ToDictionary(static p => p.Key, static p => new double[p.Value.Length]);
    private int _steps;

    /// <summary>One step; returns the norm of the gradient before clipping.</summary>
    public double Step(double learningRate, Func<double> loss)
    {
        const double Distance = 1e-5;
        var gradients = new Dictionary<string, double[]>();
        foreach (var (name, values) in parameters)
        {
            gradients[name] = new double[values.Length];
            for (int i = 0; i < values.Length; i++)
            {
                double value = values[i];
                values[i] = value + Distance;
                double above = loss();
                values[i] = value - Distance;
                gradients[name][i] = (above - loss()) / (2 * Distance);
                values[i] = value;
            }
        }
        double norm = Math.Sqrt(gradients.Values.Sum(static gradient => gradient.Sum(static x => x * x)));
        double clip = Math.Min(1, options.MaxGradientNorm / norm);
        _steps++;
        foreach (var (name, values) in parameters)
        {
            bool decays = !name.EndsWith(".bias", StringComparison.Ordinal) && !name.Contains("norm", StringComparison.Ordinal);
            for (int i = 0; i < values.Length; i++)
            {
                double g = clip * gradients[name][i];
                double m = _first[name][i] = options.Beta1 * _first[name][i] + (1 - options.Beta1) * g;
                double v = _second[name][i] = options.Beta2 * _second[name][i] + (1 - options.Beta2) * g * g;
                double direction = m / (1 - Math.Pow(options.Beta1,
                    _steps)) / (Math.Sqrt(v / (1 - Math.Pow(options.Beta2, _steps))) + options.Epsilon);
                values[i] -= learningRate * (direction + (decays ? options.WeightDecay * values[i] : 0));
            }
        }
        return norm;
    }
}
