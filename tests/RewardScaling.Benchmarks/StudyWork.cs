using System.Text.Json;

namespace RewardScaling.Benchmarks;

/// <summary>One kind of work that a stage of a study does, in the units of a workload of the comparison.</summary>
/// <param name="Stage">The stage, as study.json names it.</param>
/// <param name="Workload">The workload whose rate prices it: sft, sample and score count tokens, rm counts pairs.</param>
/// <param name="Units">How many.</param>
/// <param name="Parameters">Parameters of the network that does it.</param>
internal sealed record StudyWork(string Stage, string Workload, double Units, long Parameters);

/// <summary>All work of a study, counted from its study.json.</summary>
/// <param name="SequenceLength">Tokens of a prompt and its response.</param>
/// <param name="Works">The work, in the order of the stages.</param>
/// <param name="Seconds">How long each stage took.</param>
internal sealed record StudyWorks(int SequenceLength, IReadOnlyList<StudyWork> Works, IReadOnlyDictionary<string, double> Seconds)
{
    private const double HeldOutShare = 0.1;

    /// <summary>Reads a study.json.</summary>
    /// <exception cref="ArgumentException">The file is no study.json, or of a study whose work is not known.</exception>
    public static StudyWorks Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllText(path));
            return Of(json.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            throw new ArgumentException($"{path} is no study.json: {fault.Message}", fault);
        }
    }

    /// <summary>Counts the work of a study whose gold is a random teacher.</summary>
    /// <remarks>
    /// Left out, because they are small or free in the comparison too: sampling the same rollouts again for each model that is
    /// recentred on them, three texts for the report, gold's taste, whitening and advantages, everything that is written to files.
    /// </remarks>
    public static StudyWorks Of(JsonElement study)
    {
        JsonElement plan = study.GetProperty("plan"), gold = study.GetProperty("gold");
        if (gold.TryGetProperty("heldOut", out _) || gold.GetProperty("parameters").GetInt64() == 0)
            throw new ArgumentException("Only a study whose gold is a random teacher can be priced.");
        var works = new List<StudyWork>();
        int prompt = Whole(plan, "promptLength"), response = Whole(plan, "responseLength"), length = prompt + response;
        long policy = study.GetProperty("policy").GetProperty("parameters").GetInt64(),
            teacher = gold.GetProperty("parameters").GetInt64();
        double normalized = Whole(plan, "normalizationRollouts");

        JsonElement pretraining = plan.GetProperty("pretraining"), training = plan.GetProperty("proxyTraining");
        if (IsOpen(pretraining) || IsOpen(training))
            throw new ArgumentException("Where a training may stop early, its study.json does not say how many steps it made.");
        int steps = Whole(pretraining, "steps"), between = Whole(pretraining, "stepsPerEvaluation"),
            window = Whole(pretraining, "windowLength"), looks = between == 0 ? 0 : 1 + (steps + between - 1) / between;
        if (window == 0) window = length;
        Add("policy", "sft", (double)steps * Whole(pretraining, "batchSize") * window, policy);
        Add("policy", "score", (double)looks * Whole(pretraining, "heldOutWindows") * window, policy);

        // With a taste its scale is measured first, and then that of both together.
        Add("gold", "sample", normalized * response, policy);
        Add("gold", "score", (gold.TryGetProperty("taste", out _) ? 2 : 1) * normalized * length, teacher);

        int[] counts = [.. plan.GetProperty("comparisons").EnumerateArray().Select(static count => count.GetInt32())];
        double labelled = Math.Ceiling(counts.Max() / (1 - HeldOutShare)) + 1;
        Add("comparisons", "sample", 2 * labelled * response, policy);
        Add("comparisons", "score", 2 * labelled * length, teacher);

        int epochs = Whole(training, "epochs");
        double pool = (double)Whole(plan, "evaluationPrompts") * Whole(plan, "poolSize");
        Add("best-of-n", "sample", pool * response, policy);
        Add("best-of-n", "score", pool * length, teacher);
        foreach (var curve in study.GetProperty("curves").EnumerateArray())
        {
            var proxy = curve.GetProperty("proxy");
            long parameters = proxy.GetProperty("parameters").GetInt64();
            if (curve.GetProperty("method").GetString() == "best-of-n")
            {
                // Every proxy has one curve of each method.
                Add("proxies", "rm", (double)epochs * Whole(proxy, "comparisons"), parameters);
                Add("proxies", "score", (2.0 * Whole(proxy, "heldOutComparisons") + normalized) * length, parameters);
                Add("best-of-n", "score", pool * length, parameters);
                continue;
            }
            AddPpo(curve, parameters);
        }
        return new(length, works, study.GetProperty("timings").EnumerateArray().ToDictionary(
            static timing => timing.GetProperty("stage").GetString()!,
            static timing => timing.GetProperty("seconds").GetDouble()));

        // Piece by piece: the peer's iteration goes over its rollouts twice and asks the reference about all of them.
        void AddPpo(JsonElement curve, long parameters)
        {
            var ppo = plan.GetProperty("ppo");
            double points = curve.GetProperty("points").GetArrayLength(),
                made = curve.GetProperty("points").EnumerateArray().Last().GetProperty("step").GetDouble(),
                rollouts = made * Whole(ppo, "rolloutsPerStep"),
                probed = made * Math.Min(Whole(ppo, "rolloutsPerStep"), Whole(ppo, "klProbeRollouts")),
                penalized = ppo.GetProperty("klCoefficient").GetDouble() > 0 ? rollouts : 0,
                measured = points * Whole(plan, "evaluationPrompts") * Whole(plan, "ppoRolloutsPerPrompt");
            Add("ppo", "sample", (rollouts + measured) * response, policy);
            Add("ppo", "score", (rollouts + measured) * length, parameters);
            // KL asks policy and reference about every token; at the points of the curve the reference is asked once more.
            Add("ppo", "score", (2 * probed + penalized + 3 * measured * (points - 1) / points) * length, policy);
            Add("ppo", "score", measured * length, teacher);
            Add("ppo", "sft", rollouts * Whole(ppo, "epochs") * length, policy);
        }

        void Add(string stage, string workload, double units, long parameters)
        {
            if (units > 0) works.Add(new(stage, workload, units, parameters));
        }
    }

    private static bool IsOpen(JsonElement training) =>
        training.TryGetProperty("patience", out var patience) && patience.GetInt32() > 0;

    private static int Whole(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
