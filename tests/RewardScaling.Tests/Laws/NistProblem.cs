using System.Globalization;

namespace RewardScaling.Tests.Laws;

/// <summary>One of NIST's reference problems: data, official starts and certified answers.</summary>
internal sealed class NistProblem
{
    public NistProblem(string name, double[] start1, double[] start2, double[] certified, double[] deviations,
        double residualDeviation, string data)
    {
        (Name, Start1, Start2, Certified, Deviations, ResidualDeviation) = (name, start1, start2, certified, deviations,
            residualDeviation);
        var rows = data.Split(';').Select(static row =>
            row.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
            .Select(static number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        Y = [.. rows.Select(static row => row[0])];
        X = [.. rows.Select(static row => row[1..])];
    }

    public string Name { get; }

    public double[] Start1 { get; }

    public double[] Start2 { get; }

    public double[] Certified { get; }

    public double[] Deviations { get; }

    public double ResidualDeviation { get; }

    public double[] Y { get; }

    public double[][] X { get; }

    /// <summary>
    /// -log10 of the largest relative error (absolute where the certified value is 0): matching digits, at most 15.
    /// </summary>
    public static double Digits(double[] actual, double[] certified) =>
        actual.Zip(certified, static (a, c) =>
            Math.Min(15, -Math.Log10(Math.Max(1e-300, c == 0 ? Math.Abs(a) : Math.Abs((a - c) / c))))).Min();

    public override string ToString() => Name;
}
