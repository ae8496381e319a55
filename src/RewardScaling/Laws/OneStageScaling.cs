namespace RewardScaling.Laws;

/// <summary>All curves fitted at once, each coefficient a line in log10 size.</summary>
internal static class OneStageScaling
{
    public static (ScalingLines Lines, SharingTest? Test, string Why) Of(LawFitProblem[] problems, double[] x, ScalingForm form,
        IReadOnlyList<string> constant, bool samePrompts)
    {
        var first = problems[0];
        int width = first.ParameterCount - 1;
        bool logarithms = form == ScalingForm.PowerLaw;
        double center = x.Average();
        // Value at the center and slope of each coefficient that may move, then each curve's offset where it is free.
        var places = new int[2 * width];
        int count = 0;
        for (int j = 0; j < width; j++)
        {
            places[2 * j] = first.Ranges[j].IsPoint ? -1 : count++;
            places[2 * j + 1] = first.Ranges[j].IsPoint || constant.Contains(first.Names[j]) ? -1 : count++;
        }
        int offsets = count;
        if (!first.Ranges[width].IsPoint) count += problems.Length;
        var links = new CoefficientLink[problems.Length][];
        for (int c = 0; c < problems.Length; c++)
        {
            links[c] = new CoefficientLink[width + 1];
            for (int j = 0; j < width; j++)
                links[c][j] = places[2 * j] < 0 ? CoefficientLink.Fixed(first.Ranges[j].Min)
                    : places[2 * j + 1] < 0 ? new(0, [places[2 * j]], [1], logarithms)
                    : new(0, [places[2 * j], places[2 * j + 1]], [1, x[c] - center], logarithms);
            links[c][width] = count == offsets ? CoefficientLink.Fixed(first.Ranges[width].Min) : CoefficientLink.To(offsets + c);
        }
        var problem = new JointProblem(problems, links, [.. Enumerable.Repeat(ParameterRange.Any, count)], samePrompts);
        var separate = JointLayout.SeparateFits(problems);
        var solution = problem.Solve(Starts());
        if (solution.Covariance is not { } covariance) throw new ArgumentException($"The curves give no errors: {solution.WhyNoErrors}.");
        double[] parameters = new double[2 * width];
        var spread = new double[2 * width, 2 * width];
        for (int a = 0; a < parameters.Length; a++)
        {
            parameters[a] = places[a] >= 0 ? solution.Values[places[a]]
                : a % 2 == 1 ? 0 : logarithms ? Math.Log(first.Ranges[a / 2].Min) : first.Ranges[a / 2].Min;
            for (int b = 0; b < parameters.Length; b++) spread[a, b] = places[a] < 0 || places[b] < 0 ? 0
                : covariance[places[a], places[b]];
        }
        var lines = new ScalingLines
        {
            Center = center,
            Parameters = parameters,
            Covariance = spread,
            Scatter = new double[width, width],
            DegreesOfFreedom = first.Options.Weighting switch
            {
                LawWeighting.KnownErrors => double.PositiveInfinity,
                LawWeighting.SharedSamples => problems.Min(static one => one.Covariance!.Groups) - 1,
                _ => solution.DegreesOfFreedom,
            },
        };
        var (test, why) = Test();
        return (lines, test, why);

        // The separate fits regressed on size; and the law's guesses for all points together, the same at every size.
        IEnumerable<double[]> Starts()
        {
            double Forward(double value) => logarithms ? Math.Log(Math.Max(value, 1e-6)) : value;
            double[] start = new double[count];
            double squares = x.Sum(value => (value - center) * (value - center));
            if (!separate.Contains(null))
            {
                for (int j = 0; j < width; j++)
                {
                    double[] y = Array.ConvertAll(separate, fit => Forward(fit!.Values[j]));
                    if (places[2 * j] >= 0) start[places[2 * j]] = y.Average();
                    if (places[2 * j + 1] >= 0) start[places[2 * j + 1]] = x.Zip(y, (one, two) => (one - center) * two)
                        .Sum() / squares;
                }
                yield return start;
            }
            foreach (double[] guess in first.Law.Guess([.. problems.SelectMany(static one => one.Distances)],
                [.. problems.SelectMany(static one => one.Rewards)]))
            {
                start = new double[count];
                for (int j = 0; j < width && j < guess.Length; j++)
                    if (places[2 * j] >= 0) start[places[2 * j]] = Forward(guess[j] > 0 ? guess[j] : logarithms ? 0.1 : guess[j]);
                yield return start;
            }
        }

        (SharingTest? Test, string Why) Test()
        {
            string assumption = $"the coefficients {(constant.Count > 0 ? $"(constant: {string.Join(", ", constant)}) " : "")}follow {(logarithms ? "power laws of" : "lines in the logarithm of")} size in {problems.Length} curves";
            int free = first.FreeCount, restrictions = free * problems.Length - count;
            if (separate.Contains(null)) return (null, "a curve cannot be fitted by itself");
            if (restrictions <= 0) return (null, "there are as many coefficients in the lines as in the curves");
            if (first.Options.Weighting == LawWeighting.SharedSamples)
                return JointLayout.WaldTest(problems, separate, samePrompts, Restrictions(), logarithms, assumption);
            double freedom = first.Options.Weighting == LawWeighting.KnownErrors ? double.PositiveInfinity
                : solution.DegreesOfFreedom - restrictions;
            return freedom > 0 ? (SharingTest.FromSums(solution.SumOfSquares,
                separate.Sum(static fit => fit!.ResidualSumOfSquares),
                restrictions, freedom, assumption), "") : (null, "separate fits leave no degrees of freedom");
        }

        // Each curve's coefficient less what two curves of different size say of it.
        (int, int, double)[][] Restrictions()
        {
            int left = 0, right = Array.FindIndex(x, value => value != x[0]);
            var rows = new List<(int, int, double)[]>();
            for (int j = 0; j < width; j++)
                for (int c = 1; c < problems.Length && places[2 * j] >= 0; c++)
                {
                    double share = places[2 * j + 1] < 0 ? 0 : (x[c] - x[left]) / (x[right] - x[left]);
                    if (places[2 * j + 1] < 0 || c != right) rows.Add([(c, j, 1), (left, j, share - 1), (right, j, -share)]);
                }
            return [.. rows];
        }
    }
}
