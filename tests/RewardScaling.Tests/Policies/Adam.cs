using RewardScaling.Models;

namespace RewardScaling.Tests.Policies;

/// <summary>
/// AdamW on a flat list of doubles, as plain as can be: what moves the closed-form models that stand in for networks here.
/// </summary>
internal sealed class Adam(double[] weights)
{
    private readonly double[] _first = new double[weights.Length], _second = new double[weights.Length];
    private int _steps;

    public void Save(string path) => TableFile.Write(path, _steps, weights, _first, _second);

    public void Restore(string path)
    {
        _steps = TableFile.Read(path, weights, _first, _second);
        DropGradients();
    }

    public void DropGradients() => Array.Clear(Gradient);

    public double[] Gradient { get; } = new double[weights.Length];

    public double Step(AdamWOptions options, double rate)
    {
        double norm = Math.Sqrt(Gradient.Sum(g => g * g));
        if (!double.IsFinite(norm)) throw new NotFiniteNumberException("gradient");
        double scale = norm > options.MaxGradientNorm ? options.MaxGradientNorm / norm : 1;
        _steps++;
        for (int i = 0; i < weights.Length; i++)
        {
            double g = scale * Gradient[i];
            _first[i] += (1 - options.Beta1) * (g - _first[i]);
            _second[i] += (1 - options.Beta2) * (g * g - _second[i]);
            double m = _first[i] / (1 - Math.Pow(options.Beta1, _steps)), v = _second[i] / (1 - Math.Pow(options.Beta2, _steps));
            weights[i] -= rate * (m / (Math.Sqrt(v) + options.Epsilon) + options.WeightDecay * weights[i]);
        }
        DropGradients();
        return norm;
    }
}
