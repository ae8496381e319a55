using RewardScaling.BestOfN;
using RewardScaling.Serving;

namespace RewardScaling.Studies.Cells;

/// <summary>The initial policy behind a server: what is asked of it when its cell is made, and how later cells ask it.</summary>
internal static class ServedInitial
{
    private const int SeedPrompts = 8;
    private const string Samples = "samples.jsonl";

    /// <summary>The policy at the study's connection.</summary>
    public static ServedPolicy Policy(StudyRun run, ServedPolicySource source, ServedPolicyOptions options)
    {
        var server = run.Inputs.Servers.To(source.Server.Connection);
        return source.Tokenizer is { } tokenizer ? ServedPolicy.OfTokens(server, tokenizer, int.MaxValue, options)
            : ServedPolicy.OfBytes(server, run.Tokenizer, options);
    }

    /// <summary>Opens it for a cell that is being made, whose state keeps every answer as it comes.</summary>
    /// <param name="work">The cell that is being made.</param>
    /// <param name="source">The server.</param>
    /// <param name="before">What it answered when its own cell was made; null while that is being made.</param>
    /// <param name="cell">The name of its own cell.</param>
    public static LoadedPolicy Open(CellWork work, ServedPolicySource source, IReadOnlyList<LikeliestAnswer>? before, string cell)
    {
        var run = work.Run;
        var policy = Policy(run, source, source.Server.Options(source.Tokenizer is not null));
        var log = new SampleLog(Path.Combine(work.Files.Begin(), Samples));
        var same = before is null ? null : new Once(cancel => PolicyProbe.RequireSameAsync(run, source, before, cell, cancel));
        return new(new RecordedPolicy(policy, log, source.Server.SamplesPerRequest, source.Server.RequestsAtOnce,
            same is null ? null : same.DoneAsync), log);
    }

    /// <summary>What a result says of it, and its likeliest answers; none where they do not come the same twice.</summary>
    public static async Task<(string Words, IReadOnlyList<LikeliestAnswer>? Likeliest)> AskAsync(CellWork work,
        ServedPolicySource source)
    {
        var run = work.Run;
        var server = source.Server;
        var first = await PolicyProbe.AskAsync(run, source, work.Cancellation).ConfigureAwait(false);
        var again = await PolicyProbe.AskAsync(run, source, work.Cancellation).ConfigureAwait(false);
        bool comesAgain = PolicyProbe.AreSame(first, again);
        var prompts = run.EvaluationPrompts;
        var seeds = await SeedCheck.MeasureAsync(Policy(run, source, server.Options(source.Tokenizer is not null)),
            prompts.Slice(0, Math.Min(SeedPrompts, prompts.Count)), run.Sampling, run.Stream("seeds"), work.Cancellation)
                .ConfigureAwait(false);
        return ($"The policy is {server}, made by a server: a plan cannot name its weights, so its samples are not reproducible from the plan alone. {seeds}"
            + (comesAgain ? "" : " Its likeliest words came otherwise when they were asked for twice, so whether it is the same model later is not checked."),
            comesAgain ? first : null);
    }

    /// <summary>How many responses fill the length they may have, in words; empty where none does.</summary>
    public static string Filled(StudyRun run, ServedPolicySource source, RolloutPool pool)
    {
        // A character of UTF-8 that does not fit leaves up to three bytes.
        int slack = source.Tokenizer is null ? 3 : 0, filled = 0;
        var batch = pool.Rollouts.Tokens;
        for (int i = 0; i < batch.Count; i++) if (batch.Response(i).Length >= run.Plan.ResponseLength - slack) filled++;
        string unit = source.Tokenizer is null ? "bytes, beyond which they are cut" : "tokens";
        return filled == 0 ? "" : FormattableString.Invariant($"; {filled:N0} of {batch.Count:N0} responses fill their {run.Plan.ResponseLength} {unit}");
    }
}
