using System.Diagnostics;
using RewardScaling.BestOfN;
using RewardScaling.Cpu;
using RewardScaling.HuggingFace;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.RewardModels;
using RewardScaling.Serving;

namespace RewardScaling.Benchmarks;

/// <summary>A model behind llama-server beside the same model on the engine here.</summary>
internal static class ServeComparison
{
    private static readonly int[] s_n = [1, 2, 4, 8, 16, 32, 64];

    /// <summary>Runs what is asked for.</summary>
    public static void Run(ServeArguments arguments)
    {
        if (arguments.Toy > 0) CollectionMemory.RunAsync(arguments.Toy).GetAwaiter().GetResult();
        else RunAsync(arguments).GetAwaiter().GetResult();
    }

    private static async Task RunAsync(ServeArguments arguments)
    {
        using ModelFolder model = ModelFolder.Open(arguments.Model);
        using ITrainablePolicy engine = new CpuEngine(2).LoadPolicy(arguments.Model);
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.FromFile(arguments.Model, engine.VocabularySize);
        int end = model.EndTokens[0];
        using var server = new ServerConnection(new() { Address = arguments.Server!, RequestsAtOnce = arguments.AtOnce });
        var sampling = new SamplingOptions { ResponseLength = arguments.Length, EndToken = end };
        TokenBatch prompts = await PromptsAsync(engine, tokenizer.EncodePrompt(""), end, arguments.Prompts);
        var served = ServedPolicy.OfTokens(server, tokenizer, engine.ContextLength, new() { Kind = ServerKind.LlamaCpp });

        SeedCheck seeds = await SeedCheck.MeasureAsync(served, prompts.Slice(0, Math.Min(40, prompts.Count)), sampling, RandomStream.FromSeed(9));
        Console.WriteLine($"seeds: {seeds}");

        (RolloutPool theirs, double seconds) = await TimedAsync(() => new BestOfNSampler(served, tokenizer, sampling).SamplePoolAsync(prompts, arguments.Samples, RandomStream.FromSeed(1)));
        Report("llama-server", theirs, seconds);
        Console.WriteLine($"  {server.Statistics}");
        (RolloutPool ours, double here) = await TimedAsync(() => new BestOfNSampler(engine, tokenizer, sampling).SamplePoolAsync(prompts, arguments.Samples, RandomStream.FromSeed(2)));
        Report("engine here", ours, here);

        ITokenScorer own = TokenScorer.Of(engine);
        float[] scored = await own.LogProbsAsync(theirs.Rollouts.Tokens);
        double[] apart = [.. theirs.TokenLogProbs!.Zip(scored, static (a, b) => Math.Abs((double)a - b)).Order()];
        Console.WriteLine($"log-probabilities, server less engine: {apart.Length} tokens, largest {apart[^1]:G3}, median {apart[apart.Length / 2]:G3}, {apart.Count(static value => value > 1e-3)} above 1e-3");

        ServedKl kl = await ServedKl.MeasureAsync(theirs, own, own);
        Console.WriteLine($"KL of the served model from itself, scored here:\n{kl}");
        int some = Math.Max(1, Math.Min(arguments.Scored, theirs.Rollouts.Count) / arguments.Samples) * arguments.Samples;
        var part = new RolloutPool(new(theirs.Rollouts.Tokens.Slice(0, some), tokenizer), arguments.Samples) { TokenLogProbs = [.. theirs.TokenLogProbs!.Take(theirs.Rollouts.Tokens.ResponseOffsets[some])] };
        (ServedKl both, double scoring) = await TimedAsync(() => ServedKl.MeasureAsync(part, new ServedTokenScorer(server, ServerKind.LlamaCpp, end), own));
        Console.WriteLine($"of {some} samples, policy scored by the server ({some / scoring:F1} sequences a second), reference here:\n{both}");
        await DriftAsync(engine, theirs, own);
        Curves(await ScoredAsync(theirs), await ScoredAsync(ours), [.. s_n.Where(n => n <= arguments.Samples)]);
        await RatesAsync(arguments, tokenizer, engine.ContextLength, prompts, sampling);
    }

    // The samples' own policy against one a little warmer: what a KL that is not 0 looks like, and the exact one beside it.
    private static async Task DriftAsync(ITrainablePolicy engine, RolloutPool pool, ITokenScorer own)
    {
        ServedKl kl = await ServedKl.MeasureAsync(pool, own, new WarmScorer(engine, 1.25));
        Console.WriteLine($"KL from the same model at temperature 1.25:\n{kl}");
    }

    // Prompts of eight tokens: what the model itself begins with.
    private static async Task<TokenBatch> PromptsAsync(ITrainablePolicy engine, int[] begin, int end, int count)
    {
        var starts = new TokenBatch([.. Enumerable.Repeat(new TokenSequence(begin, begin.Length), 4 * count)]);
        RandomStream[] streams = [.. Enumerable.Range(0, starts.Count).Select(static i => RandomStream.FromSeed(3).Fork(i))];
        SampledBatch drawn = await engine.SampleAsync(starts, new() { ResponseLength = 8 }, streams);
        TokenSequence[] prompts = [.. Enumerable.Range(0, drawn.Tokens.Count).Select(i => drawn.Tokens.Sequence(i).ToArray()).Where(tokens => !tokens.Contains(end))
            .DistinctBy(static tokens => string.Join(',', tokens)).Take(count).Select(static tokens => new TokenSequence(tokens, tokens.Length))];
        return prompts.Length == count ? new(prompts) : throw new ArgumentException($"The model began only {prompts.Length} different prompts; ask for fewer.");
    }

    // A proxy that likes long words and a gold that likes them up to a point.
    private static async Task<IReadOnlyList<ScoredPrompt>> ScoredAsync(RolloutPool pool)
    {
        IRewardModel proxy = RewardModel.FromText(Longest), gold = RewardModel.FromText(static text => Longest(text) - 0.05 * Longest(text) * Longest(text) + 0.01 * text.Length);
        return pool.Scored(await proxy.ScoreAsync(pool.Rollouts), await gold.ScoreAsync(pool.Rollouts));

        static double Longest(string text) => text.Split(' ').Max(static word => word.Length);
    }

    private static void Curves(IReadOnlyList<ScoredPrompt> theirs, IReadOnlyList<ScoredPrompt> ours, int[] n)
    {
        var served = BestOfNCurve.From(theirs, n);
        var local = BestOfNCurve.From(ours, n);
        Console.WriteLine("| n | proxy, served | proxy, here | errors apart | gold, served | gold, here | errors apart |\n| --- | --- | --- | --- | --- | --- | --- |");
        for (int i = 0; i < n.Length; i++)
        {
            int at = n[i];
            Estimate proxy = Difference(theirs, ours, prompt => new BestOfNEstimator(prompt.Proxy, prompt.Gold).Proxy(at)), gold = Difference(theirs, ours, prompt => new BestOfNEstimator(prompt.Proxy, prompt.Gold).Gold(at));
            Console.WriteLine($"| {at} | {served.Points[i].Proxy} | {local.Points[i].Proxy} | {proxy.Value / proxy.StandardError:F2} | {served.Points[i].Gold} | {local.Points[i].Gold} | {gold.Value / gold.StandardError:F2} |");
        }
    }

    // The same prompts on both sides, so the difference is paired.
    private static Estimate Difference(IReadOnlyList<ScoredPrompt> theirs, IReadOnlyList<ScoredPrompt> ours, Func<ScoredPrompt, double> value) =>
        Estimate.Mean([.. theirs.Zip(ours, (a, b) => value(a) - value(b))]);

    private static async Task RatesAsync(ServeArguments arguments, ITokenizer tokenizer, int context, TokenBatch prompts, SamplingOptions sampling)
    {
        Console.WriteLine("| requests at once | samples a request | samples a second | tokens a second |\n| --- | --- | --- | --- |");
        foreach (var (atOnce, together) in new[] { (1, 1), (4, 1), (8, 1), (1, 8), (4, 8), (8, 8) })
        {
            using var server = new ServerConnection(new() { Address = arguments.Server!, RequestsAtOnce = atOnce });
            var policy = ServedPolicy.OfTokens(server, tokenizer, context, new() { Kind = ServerKind.LlamaCpp, SamplesPerRequest = together });
            (RolloutPool pool, double seconds) = await TimedAsync(() => new BestOfNSampler(policy, tokenizer, sampling).SamplePoolAsync(prompts.Slice(0, Math.Min(40, prompts.Count)), 16, RandomStream.FromSeed(5)));
            Console.WriteLine($"| {atOnce} | {together} | {pool.Rollouts.Count / seconds:F0} | {pool.Rollouts.Tokens.TotalResponseTokens / seconds:F0} |");
        }
    }

    private static void Report(string who, RolloutPool pool, double seconds) => Console.WriteLine(
        $"{who}: {pool}, {pool.Rollouts.Tokens.TotalResponseTokens} tokens in {seconds:F1} s, {pool.Rollouts.Count / seconds:F0} samples and {pool.Rollouts.Tokens.TotalResponseTokens / seconds:F0} tokens a second");

    private static async Task<(T Result, double Seconds)> TimedAsync<T>(Func<Task<T>> work)
    {
        long start = Stopwatch.GetTimestamp();
        T result = await work();
        return (result, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private sealed class WarmScorer(ITrainablePolicy policy, double temperature) : ITokenScorer
    {
        public ValueTask<float[]> LogProbsAsync(TokenBatch batch, CancellationToken cancellationToken = default)
        {
            var outputs = new PolicyOutputs();
            List<float> all = new(batch.TotalResponseTokens);
            for (int start = 0; start < batch.Count; start += 64)
            {
                policy.Evaluate(batch.Slice(start, Math.Min(64, batch.Count - start)), outputs, temperature);
                all.AddRange(outputs.LogProbs);
            }
            return ValueTask.FromResult<float[]>([.. all]);
        }
    }
}
