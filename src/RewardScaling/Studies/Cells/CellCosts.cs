using RewardScaling.BestOfN;
using RewardScaling.Ppo;

namespace RewardScaling.Studies.Cells;

/// <summary>
/// The tokens that cells go through, what they leave and what they hold. Trainings and runs that may end early are counted to
/// their end; models of the caller's, in tokens alone.
/// </summary>
/// <remarks>
/// Left out, because they are small: samples for the report, gold's taste, whitening and advantages, what is written to files.
/// </remarks>
internal static class CellCosts
{
    // A cell's own document, and the metrics of a step of PPO.
    private const double Document = 4e3, StepMetrics = 700;

    // A training keeps the weights and two moments; it holds these, the gradients and the activations of a micro-batch.
    private const double Kept = 3, Held = 4, BytesPerNumber = 4;

    public static CellCost Policy(StudyRun run, NetworkSize? size)
    {
        if (run.Inputs.Policy is ServedPolicySource)
        {
            double tokens = (double)run.Plan.NormalizationRollouts * run.Plan.ResponseLength;
            return new([new(WorkKind.Sample, true, null, tokens)], Document + 2 * tokens,
                Tokens(run, run.Plan.NormalizationRollouts));
        }
        if (size is null) return new([], Document, 0);
        var options = run.Plan.Pretraining;
        double window = options.WindowLength == 0 ? run.Context : options.WindowLength, weights = Numbers(run, size,
            isPolicy: true);
        int looks = options.StepsPerEvaluation == 0 ? 0 : 1
            + (options.Steps + options.StepsPerEvaluation - 1) / options.StepsPerEvaluation;
        return new([new(WorkKind.Train, true, size, options.Steps * (double)options.BatchSize * window),
            new(WorkKind.Read, true, size, looks * (double)options.HeldOutWindows * window)],
            Document + weights, Held * weights + Activations(run, size, options.MicroBatchSize, window));
    }

    public static CellCost Gold(StudyRun run, NetworkSize? policy)
    {
        bool teacher = run.Inputs.Gold is TeacherGold, trained = run.Inputs.Gold is PreferencesGold;
        NetworkSize? size = teacher || trained ? run.Plan.Gold : null;
        double rollouts = run.Plan.NormalizationRollouts;
        var works = new List<Work>
        {
            new(WorkKind.Sample, true, policy, Recentring(run)),
            new(WorkKind.Read, false, size, (teacher && run.Plan.TeacherTaste is not null ? 2 : 1) * rollouts * run.Context),
        };
        if (trained)
        {
            double pairs = run.Inputs.Preferences!.Comparisons.Count;
            works.Add(new(WorkKind.Train, false, size, 2 * pairs * run.Plan.GoldTraining.Epochs * run.Context));
        }
        double weights = size is null ? 0 : Numbers(run, size, isPolicy: false);
        return new(works, Document + weights, Held * weights + Tokens(run, rollouts));
    }

    public static CellCost Comparisons(StudyRun run, NetworkSize? policy, NetworkSize? gold, int wanted) => new(
        [new(WorkKind.Sample, true, policy, 2.0 * wanted * run.Plan.ResponseLength),
            new(WorkKind.Read, false, gold, 2.0 * wanted * run.Context)],
        // A line has each token as two or three letters and a comma.
        Document + wanted * (60 + 3.0 * (run.Plan.PromptLength + 2 * run.Plan.ResponseLength)), Tokens(run, 2.0 * wanted));

    public static CellCost Proxy(StudyRun run, NetworkSize? size, NetworkSize? policy, int comparisons)
    {
        var options = run.Plan.ProxyTraining;
        double heldOut = comparisons / 9.0, rollouts = run.Plan.NormalizationRollouts, weights = size is null ? 0
            : Numbers(run, size, false);
        return new([new(WorkKind.Train, false, size, 2.0 * comparisons * options.Epochs * run.Context),
            new(WorkKind.Read, false, size, (2 * heldOut + rollouts) * run.Context),
            new(WorkKind.Sample, true, policy, Recentring(run))],
            Document + weights, Held * weights + Tokens(run, 2.0 * comparisons + rollouts)
                + (size is null ? 0 : Activations(run, size, 2 * options.MicroBatchSize, run.Context)));
    }

    public static CellCost Measured(StudyRun run, NetworkSize? size, NetworkSize? policy, int members)
    {
        double rollouts = run.Plan.NormalizationRollouts, heldOut = 2 * run.Plan.Comparisons.Max() / 9.0;
        return new([new(WorkKind.Sample, true, policy, Recentring(run)),
            new(WorkKind.Read, false, size, members * (rollouts + heldOut) * run.Context)], Document, Tokens(run, rollouts));
    }

    public static CellCost Pool(StudyRun run, NetworkSize? policy)
    {
        double rollouts = (double)run.Plan.EvaluationPrompts * run.Plan.PoolSize;
        double width = run.Vocabulary <= 256 ? 1 : run.Vocabulary <= 65536 ? 2 : 4;
        return new([new(WorkKind.Sample, true, policy, rollouts * run.Plan.ResponseLength)],
            Document + rollouts * (width * run.Plan.ResponseLength + sizeof(int) + sizeof(double)), 2 * Tokens(run, rollouts));
    }

    public static CellCost Scores(StudyRun run, NetworkSize? size)
    {
        double rollouts = (double)run.Plan.EvaluationPrompts * run.Plan.PoolSize;
        return new([new(WorkKind.Read, false, size, rollouts * run.Context)], Document + rollouts * sizeof(double),
            2 * Tokens(run, rollouts));
    }

    public static CellCost BestOfN(StudyRun run)
    {
        double prompts = run.Plan.EvaluationPrompts, rollouts = prompts * run.Plan.PoolSize;
        return new([], Document + 2 * sizeof(double) * prompts * AllN.Around(run.Plan.BestOfN, run.Plan.PoolSize).Length,
            2 * Tokens(run, rollouts) + 4 * sizeof(double) * rollouts);
    }

    public static CellCost Ppo(StudyRun run, NetworkSize? policy, NetworkSize? proxy, NetworkSize? gold, PpoOptions options)
    {
        double rollouts = (double)options.MaximumSteps * options.RolloutsPerStep,
            probed = (double)options.MaximumSteps * Math.Min(options.RolloutsPerStep, options.KlProbeRollouts),
            penalized = options.KlCoefficient > 0 ? rollouts : 0,
            points = Points(run.Plan.PpoSchedule, options),
            measured = points * run.Plan.EvaluationPrompts * run.Plan.PpoRolloutsPerPrompt,
            weights = policy is null ? 0 : Numbers(run, policy, isPolicy: true);
        return new([new(WorkKind.Sample, true, policy, (rollouts + measured) * run.Plan.ResponseLength),
            new(WorkKind.Read, false, proxy, (rollouts + measured) * run.Context),
            // KL asks policy and reference about every token; at the points of the curve the reference is asked once more.
            new(WorkKind.Read, true, policy, (2 * probed + penalized + 3 * measured) * run.Context),
            new(WorkKind.Read, false, gold, measured * run.Context),
            new(WorkKind.Train, true, policy, rollouts * options.Epochs * run.Context)],
            Document + weights + Kept * weights + 2 * StepMetrics * options.MaximumSteps,
            (Held + 2) * weights + Tokens(run, Math.Max(options.RolloutsPerStep,
            run.Plan.EvaluationPrompts * run.Plan.PpoRolloutsPerPrompt))
                + (policy is null ? 0 : Activations(run, policy, options.MicroBatchRollouts, run.Context)));
    }

    // Rollouts to recentre on are sampled by each cell that needs them, but those of a server by the policy's cell alone.
    private static double Recentring(StudyRun run) =>
        run.Inputs.Policy is ServedPolicySource ? 0 : (double)run.Plan.NormalizationRollouts * run.Plan.ResponseLength;

    // The grid of the schedule to the budget, its start and its end.
    private static double Points(PpoEvaluationSchedule schedule, PpoOptions options)
    {
        double d = options.KlBudget.Sqrt().Value, dense = Math.Min(d, schedule.DenseUntil) / schedule.DenseStep,
            wide = Math.Max(0, d - schedule.DenseUntil) / schedule.DistanceStep;
        return Math.Min(options.MaximumSteps + 1, 2 + dense + wide);
    }

    /// <summary>The parameters of a network of the study: the blocks, the embeddings, and of a policy the words it may
    /// write.</summary>
    public static long Parameters(StudyRun run, NetworkSize size, bool isPolicy) =>
        size.Shape(run.Vocabulary, run.Context).ParameterCount(isPolicy ? run.Vocabulary + 1 : 1);

    // Weights in bytes.
    private static double Numbers(StudyRun run, NetworkSize size, bool isPolicy) =>
        BytesPerNumber * Parameters(run, size, isPolicy);

    // Each block keeps about sixteen numbers of the width for every token, there and back.
    private static double Activations(StudyRun run, NetworkSize size, double sequences, double length) =>
        BytesPerNumber * sequences * length * (32.0 * size.Layers * size.Width + 2 * run.Vocabulary);

    // Rollouts as lists of numbers, with what lies beside each.
    private static double Tokens(StudyRun run, double rollouts) => rollouts * (BytesPerNumber * run.Context + 64);
}
