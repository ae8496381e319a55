using System.Text;
using RewardScaling.Divergence;
using RewardScaling.Numerics;
using RewardScaling.Runs.Formats;
using RewardScaling.Runs.Tools;
using static System.FormattableString;

namespace RewardScaling.Runs;

/// <summary>
/// KL after the fact: samples with the log-probabilities that the policy and the reference give their tokens, one sample a
/// row, of one checkpoint or of many.
/// </summary>
/// <remarks>
/// <para>
/// Known are the keys of NeMo-RL's train_data_step*.jsonl (prev_logprobs, generation_logprobs, token_loss_mask), of
/// open-instruct's rollouts (logprobs) and of prime-rl's token exports (trainer_logprobs, inference_logprobs); the reference's
/// come from a pass of one's own (reference_logprobs). A mask leaves out tokens that the policy did not sample.
/// </para>
/// <para>
/// A sampler that cuts the distribution (top-p, top-k) and renormalises what is left raises every log-probability by -ln of
/// the mass kept;
/// the sampler's numbers then lie above the policy's at every token, and above the reference's even where nothing was learned.
/// Both signs are looked for, and such samples are refused unless <see cref="SampledBy.ItsCut"/> says what they are. A temperature leaves no
/// such sign: the log-probabilities must be those at the temperature of the samples.
/// </para>
/// </remarks>
public sealed class RescoredSamples
{
    private const double Rounding = 1e-5;

    // What no softmax gives, and what no mean of ratios survives.
    private const double Lowest = -1e6, MostApart = 300;

    private static readonly string[] s_policy = ["policy_logprobs", "policy_log_probs", "trainer_logprobs", "prev_logprobs", "response_logprobs", "old_log_probs", "logprobs", "log_probs", "token_logprobs"];
    private static readonly string[] s_sampler = ["generation_logprobs", "inference_logprobs", "sampler_logprobs", "sampling_logprobs", "rollout_log_probs", "rollout_logprobs", "vllm_logprobs"];
    private static readonly string[] s_reference = ["reference_logprobs", "ref_logprobs", "reference_log_probs", "ref_log_probs", "reference_policy_logprobs", "ref_log_prob", "base_logprobs", "init_logprobs", "initial_logprobs"];
    private static readonly string[] s_mask = ["token_loss_mask", "loss_mask", "response_mask", "completion_mask", "mask", "response_masks"];
    private static readonly string[] s_prompt = ["prompt_id", "prompt_idx", "prompt", "question", "problem_id", "problem", "task_id", "uid", "group_id", "input"];
    private static readonly string[] s_checkpoint = ["step", "global_step", "training_step", "model_step", "checkpoint", "ckpt", "iteration"];
    private static readonly string[] s_proxy = [.. ColumnNames.Proxy];

    private RescoredSamples(RunTable table, IReadOnlyList<RescoredCheckpoint> checkpoints, IReadOnlyList<string> notes) =>
        (Table, Checkpoints, Notes) = (table, checkpoints, notes);

    /// <summary>The file or files.</summary>
    public RunTable Table { get; }

    /// <summary>The checkpoints, by step.</summary>
    public IReadOnlyList<RescoredCheckpoint> Checkpoints { get; }

    /// <summary>What was found, assumed or corrected, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Whether a table holds token log-probabilities of a policy or its sampler, one list a row.</summary>
    /// <param name="table">The rows.</param>
    public static bool Fits(RunTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        // A configuration may have such names too.
        return s_policy.Concat(s_sampler).Any(name => table.Has(name)
            && Enumerable.Range(0, table.RowCount).Any(row => table.IsList(row, name)));
    }

    /// <summary>Estimates the KL of each checkpoint.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="columns">Which columns hold prompt, step, proxy and gold; null to find all by known names.</param>
    /// <param name="sampledBy">From which distribution the samples were drawn.</param>
    /// <exception cref="InvalidDataException">A list is missing or of another length, a number is not finite, or the samples were cut
    /// and nobody said so; the message says what to do.</exception>
    public static RescoredSamples From(RunTable table, RunColumns? columns = null, SampledBy sampledBy = SampledBy.ThePolicy)
    {
        ArgumentNullException.ThrowIfNull(table);
        columns ??= new();
        if (!Enum.IsDefined(sampledBy)) throw new ArgumentOutOfRangeException(nameof(sampledBy), sampledBy, $"sampledBy = {sampledBy} must be ThePolicy or ItsCut.");
        string? policy = Find(table, s_policy), sampler = Find(table, s_sampler);
        if (policy is null && sampler is null) throw new InvalidDataException($"{table.Name} has no log-probabilities of the policy or its sampler; name their column {string.Join(", ", s_policy.Take(3))} or {s_sampler[0]}.");
        string reference = Find(table, s_reference) ?? throw new InvalidDataException($"{table.Name} has '{policy ?? sampler}' but no log-probabilities of the reference: have the initial policy score the same tokens (vLLM's prompt_logprobs, lm-eval's loglikelihood) and add them to each line as reference_logprobs.");
        List<string> notes = [];
        bool cut = sampledBy == SampledBy.ItsCut;
        if (policy is null || (cut && sampler is not null))
        {
            notes.Add($"The log-probabilities are the sampler's, '{sampler}'{(cut ? "" : ": where it cut the distribution or another engine computes otherwise, they are not the policy's")}.");
            policy = sampler;
        }
        else if (sampler is not null)
        {
            CompareWithSampler(table, policy, sampler, notes);
        }
        string prompt = Mapped(table, columns.Prompt) ?? Find(table, s_prompt) ?? "",
            checkpoint = Mapped(table, columns.Step) ?? Find(table, s_checkpoint) ?? "",
            proxy = Mapped(table, columns.Proxy) ?? Find(table, s_proxy) ?? "",
                gold = Mapped(table, columns.Gold) ?? Find(table, ColumnNames.Gold) ?? "", mask = Find(table, s_mask) ?? "";
        if (prompt.Length == 0) notes.Add("No column names the prompt, so errors are those of independent sequences; samples of one prompt are not (--prompt).");
        notes.Add("The estimates hold for samples drawn at the temperature of the log-probabilities; the file does not say.");
        var groups = Enumerable.Range(0, table.RowCount).GroupBy(row => checkpoint.Length == 0
            || table.IsMissing(row, checkpoint) ? "" : table.Text(row, checkpoint));
        RescoredCheckpoint[] all = [.. groups.Select((rows, index) =>
            Estimate(table, [.. rows], rows.Key, index, policy!, reference, mask, prompt, proxy, gold, cut))];
        if (!cut) foreach (RescoredCheckpoint one in all) RequireUncut(table, one);
        return new(table, [.. all.OrderBy(static one => one.Step)], notes);
    }

    /// <summary>The checkpoints as the table of a run, for <see cref="RunLog.From(RunTable, RunLogOptions)"/>: step, kl_per_sequence (k1, and 0
    /// for a checkpoint whose estimate chance put below 0), length, proxy and gold with their errors.</summary>
    public RunTable ToTable()
    {
        var text = new StringBuilder("step,kl_per_sequence,kl_per_sequence_se,response_length,proxy,proxy_se,gold,gold_se\n");
        foreach (RescoredCheckpoint one in Checkpoints)
            text.Append(Invariant($"{one.Step},{Cells(one.K1.Value)},{one.Length},{Cells(one.Proxy)},{Cells(one.Gold)}\n"));
        return RunTable.Parse(text.ToString(), Table.Name);
    }

    /// <summary>A line for each checkpoint, and the notes.</summary>
    public override string ToString() => string.Join(Environment.NewLine,
        [.. Checkpoints.Select(static one => Invariant($"{(one.Name.Length > 0 ? $"step {one.Name}: " : "")}{one.K1}{(one.K3 is { } k3 ? $"; k3 {k3.Value}" : "")}; {one.Length:G4} tokens; proxy {Text(one.Proxy)}, gold {Text(one.Gold)}")), .. Notes]);

    private static RescoredCheckpoint Estimate(RunTable table, int[] rows, string name, int index, string policy,
        string reference, string mask, string prompt, string proxy,
        string gold, bool cut)
    {
        List<double> ours = [], theirs = [];
        List<int> offsets = [0];
        foreach (int row in rows)
        {
            double[] first = table.Numbers(row, policy), second = table.Numbers(row, reference);
            double[] kept = mask.Length > 0 && table.IsList(row, mask) ? table.Numbers(row, mask) : [];
            if (first.Length != second.Length) throw table.Fault(row, reference, Invariant($"there are {second.Length} log-probabilities, and of '{policy}' {first.Length}; both must be of the same tokens"));
            if (kept.Length > 0 && kept.Length != first.Length) throw table.Fault(row, mask, Invariant($"the mask has {kept.Length} entries and '{policy}' {first.Length}; both must be of the same tokens"));
            for (int t = 0; t < first.Length; t++)
            {
                if (kept.Length > 0 && kept[t] == 0) continue;
                if (first[t] > Rounding) throw table.Fault(row, policy, Invariant($"number {t + 1} is {first[t]}; a log-probability is never above 0"));
                if (second[t] > Rounding) throw table.Fault(row, reference, Invariant($"number {t + 1} is {second[t]}; a log-probability is never above 0"));
                if (Math.Min(first[t], second[t]) < Lowest || second[t] - first[t] > MostApart)
                    throw table.Fault(row, first[t] < second[t] ? policy : reference, Invariant($"token {t + 1} has the log-probabilities {first[t]:G4} ('{policy}') and {second[t]:G4} ('{reference}'), so far apart that one of them is none"));
                ours.Add(first[t]);
                theirs.Add(second[t]);
            }
            if (ours.Count == offsets[^1]) throw table.Fault(row, policy, "no token is left; each sample needs one that the policy wrote");
            offsets.Add(ours.Count);
        }
        int[] clusters = prompt.Length == 0 ? [] : Clusters(table, rows, prompt);
        double[] a = [.. ours], b = [.. theirs];
        return new()
        {
            Name = name,
            Step = RunText.TryNumber(name, out double step) && double.IsFinite(step) ? step : index,
            K1 = KlEstimator.K1.Estimate<double>(a, b, offsets.ToArray(), clusters),
            K3 = cut ? null : KlEstimator.K3.Estimate<double>(a, b, offsets.ToArray(), clusters),
            Length = (double)a.Length / rows.Length,
            Proxy = Mean(table, rows, proxy, clusters),
            Gold = Mean(table, rows, gold, clusters),
            TokensAbove = a.Zip(b, static (x, y) => x >= y - Rounding ? 1.0 : 0).Average(),
            MeanRatio = a.Zip(b, static (x, y) => Math.Exp(Math.Min(y - x, 700))).Average(),
        };
    }

    private static int[] Clusters(RunTable table, int[] rows, string prompt)
    {
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        return [.. rows.Select(row =>
        {
            string text = table.Raw(row, prompt) ?? Invariant($"row {row}");
            if (!index.TryGetValue(text, out int cluster)) index.Add(text, cluster = index.Count);
            return cluster;
        })];
    }

    private static Estimate? Mean(RunTable table, int[] rows, string column, int[] clusters) =>
        column.Length == 0 || rows.Any(row => table.IsMissing(row, column) || table.IsList(row, column)) ? null
            : ClusteredMean.Of(
                [.. rows.Select(row => Errors.RequireSize(table, row, column, table.Number(row, column)))], clusters, out _);

    // The sampler's numbers above the policy's at nearly every token: renormalised over what a cut left.
    private static void CompareWithSampler(RunTable table, string policy, string sampler, List<string> notes)
    {
        double sum = 0;
        int above = 0, tokens = 0;
        for (int row = 0; row < table.RowCount; row++)
        {
            if (!table.IsList(row, policy) || !table.IsList(row, sampler)) continue;
            double[] first = table.Numbers(row, policy), second = table.Numbers(row, sampler);
            if (first.Length != second.Length) throw table.Fault(row, sampler, Invariant($"there are {second.Length} log-probabilities, and of '{policy}' {first.Length}; both must be of the same tokens"));
            for (int t = 0; t < first.Length; t++, tokens++)
            {
                sum += second[t] - first[t];
                if (second[t] >= first[t] - Rounding) above++;
            }
        }
        if (tokens == 0) return;
        double mean = sum / tokens;
        if (tokens >= 50 && above > 0.98 * tokens && mean > 1e-3)
            throw new InvalidDataException(Invariant($"{table.Name}: '{sampler}' lies above '{policy}' at {(double)above / tokens:P0} of {tokens} tokens, {mean:G3} nats on average: the sampler cut the distribution (top-p or top-k) and kept {Math.Exp(-mean):P1} of its mass. For samples of a cut policy no estimator of the uncut policy's KL is unbiased: sample without a cut, or take the KL of the cut policy (--sampled-by its-cut, SampledBy.ItsCut)."));
        notes.Add(Invariant($"'{sampler}' and '{policy}' differ by {mean:G2} nats a token on average, as two engines do; the KL is by '{policy}'."));
    }

    // Samples of the policy itself are now and then likelier under the reference: the mean of reference/policy is 1.
    private static void RequireUncut(RunTable table, RescoredCheckpoint one)
    {
        double tokens = one.Length * one.K1.Sequences;
        if (tokens >= 50 && one.TokensAbove > 0.99 && one.MeanRatio < 0.99)
            throw new InvalidDataException(Invariant($"{table.Name}{(one.Name.Length > 0 ? $", step {one.Name}" : "")}: the policy's log-probability is above the reference's at {one.TokensAbove:P0} of the tokens, and reference/policy is {one.MeanRatio:G3} on average, where it is 1 for samples of the policy itself: the log-probabilities are renormalised over what a cut (top-p, top-k) left. Score the samples without the cut, or take the KL of the cut policy (--sampled-by its-cut, SampledBy.ItsCut)."));
    }

    private static string? Mapped(RunTable table, string column) => column.Length == 0 ? null : table.Has(column) ? column
        : throw new InvalidDataException($"{table.Name} has no column '{column}'; it has {string.Join(", ", table.Columns.Take(40).Select(Excerpt.Of))}.");

    private static string? Find(RunTable table, string[] names) => names.FirstOrDefault(table.Has);

    private static string Cells(Estimate? value) => value is not { } known ? ","
        : Invariant($"{known.Value:R},{(known.HasStandardError ? Invariant($"{known.StandardError:R}") : "")}");

    private static string Text(Estimate? value) => value?.ToString() ?? "none";
}
