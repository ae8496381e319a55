using System.Text;
using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;
using RewardScaling.RewardModels;
using RewardScaling.Runs;
using RewardScaling.Tests.Studies;

namespace RewardScaling.Benchmarks;

/// <summary>Every reader of files there is, with whole files as people have them.</summary>
internal static class BrokenReaders
{
    /// <summary>The readers.</summary>
    /// <param name="folder">Where files are put.</param>
    /// <param name="studies">Whether the documents of a whole study are among them; it takes some seconds to run one.</param>
    public static IReadOnlyList<BrokenReader> All(string folder, bool studies = false)
    {
        string mutated = Path.Combine(folder, "mutated");
        return [.. Rows(mutated), .. Networks(folder, mutated), .. Formats(mutated), .. studies ? Documents(folder) : []];
    }

    private static BrokenReader[] Rows(string path)
    {
        byte[][] logs =
        [
            Lines("step,kl,proxy,gold", static i => $"{i},{0.3 * i},{0.2 * i},{0.4 * i - 0.01 * i * i}"),
            Lines("", static i => $"{{\"step\": {i}, \"kl\": {0.3 * i}, \"proxy\": {0.2 * i}, \"gold\": {0.4 * i - 0.01 * i * i}}}"),
            Lines("", static i => $"{{'step': {i}, 'kl': {0.3 * i}, 'proxy': {0.2 * i}, 'gold': {0.1 * i}}}"),
            Lines("", static i => $"step:{i} - kl:{0.3 * i} - proxy:{0.2 * i} - gold:{0.1 * i}"),
        ];
        byte[] preferences = Lines("", static i => $"{{\"prompt\": \"question {i}\", \"chosen\": \"yes {i}\", \"rejected\": \"no ä {i}\"}}"),
            samples = Lines("prompt,proxy,gold", static i => $"p{i / 4},{i % 5},{0.1 * i}"),
            steps = Lines("prompt,step,proxy,gold", static i => $"p{i / 2 % 3},{i / 6},{i % 5},{0.1 * i}"),
            rescored = Lines("", static i => $"{{\"step\": {i / 6}, \"prompt\": \"p{i % 3}\", \"policy_logprobs\": [-0.5, -{i}], \"reference_logprobs\": [-0.6, -1.5], \"proxy\": {0.1 * i}, \"gold\": {i % 2}}}");
        return
        [
            new("RunTable.Read", logs, static path => Sense(RunTable.Read(path).RowCount >= 0, "rows"), path),
            new("RunLog.Read", logs, static path => Curve(RunLog.Read(path, kl: KlLogging.PerSequence("exact"))), path),
            new("RunFiles.Read", logs, static path => Sense(RunFiles.Read([path]).Logs(new() { Kl = KlLogging.PerSequence("exact") }).Count > 0, "no run"), path),
            new("ScoredSamples.Read", [samples], static path => Sense(ScoredSamples.Read(path) is not null, "nothing"), path),
            new("StepRollouts.From", [steps], static path => Sense(StepRollouts.From(RunTable.Read(path)).Steps.Count > 0, "no step"), path),
            new("RescoredSamples.From", [rescored], static path => Sense(RescoredSamples.From(RunTable.Read(path)).Checkpoints.All(static one => double.IsFinite(one.K1.Value.Value)), "a KL"), path),
            new("PreferenceFile.Read", [preferences], static path => Sense(PreferenceFile.Read(path).All(static preference =>
                preference.Chosen.Length > 0 && preference.Rejected.Length > 0 && preference.Chosen != preference.Rejected), "a response"), path),
            new("Prompts.Read", [preferences, "one\ntwo\nthree\n"u8.ToArray()],
                static path => Sense(Prompts.Read(path).All(static prompt => prompt.Length > 0), "an empty prompt"), path),
            new("TextCorpus.FromFile", [Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("To be, or not. ", 90)))],
                static path => Sense(TextCorpus.FromFile(path).TokenCount >= TextCorpus.FewestTokens, "too few tokens"), path),
        ];
    }

    private static BrokenReader[] Networks(string folder, string path)
    {
        var engine = new CpuEngine(1);
        var shape = new TransformerShape { Vocabulary = 7, Context = 5, Width = 4, Layers = 1, Heads = 2 };
        var policy = engine.CreatePolicy(shape, RandomStream.FromSeed(1));
        var model = engine.CreateRewardModel(shape, RandomStream.FromSeed(2));
        string family = Path.Combine(folder, "model"), config = Path.Combine(family, "config.json");
        // A shape that a family of model folders has.
        var inFolders = shape with { FeedForwardWidth = 8, Activation = Activation.GeluTanh, Biases = Biases.Everywhere with { Head = false } };
        ModelFolder.Save(engine.CreatePolicy(inFolders, RandomStream.FromSeed(3)), family);
        return
        [
            new("SafetensorsFile.Read", [Saved(policy.Save)], static path => Finite(SafetensorsFile.Read(path)), path),
            new("IEngine.LoadPolicy", [Saved(policy.Save)], path => Disposed(engine.LoadPolicy(path)), path),
            new("IEngine.LoadRewardModel", [Saved(model.Save)], path => Disposed(engine.LoadRewardModel(path)), path),
            new("INetwork.RestoreTraining", [Saved(policy.SaveTraining)], path =>
            {
                policy.RestoreTraining(path);
                return "";
            }, path),
            new("IEngine.LoadPolicy, config.json", [File.ReadAllBytes(config)], _ => Disposed(engine.LoadPolicy(family)), config) { Named = "model" },
        ];

        byte[] Saved(Action<string> save)
        {
            string whole = Path.Combine(folder, "whole");
            save(whole);
            return File.ReadAllBytes(whole);
        }
    }

    // Each format of a table of rows, in its own words.
    private static IEnumerable<BrokenReader> Formats(string path) => ReadFuzz.Formats.Select(format =>
        new BrokenReader($"as {format.Format}", [format.Good], path => Sense(format.Read(File.ReadAllBytes(path)) > 0, "no rows"), path)
        {
            Named = "fuzz",
            Mutate = static (good, stream) => stream.Below(0, 2) == 0 ? Mutation.Of(good, stream.Fork("mutation"))
                : ReadFuzz.Mutate(good, new Random(stream.Below(1, int.MaxValue))),
        });

    // Half of them are sealed again, as one would who changes them on purpose.
    private static IEnumerable<BrokenReader> Documents(string folder)
    {
        string run = Path.Combine(folder, "study"), cells = Path.Combine(run, "cells"), temporary = Path.Combine(folder, "sealed");
        string study = TinyStudy.RunAsync(TinyStudy.Plan, run).GetAwaiter().GetResult();
        foreach (string pattern in new[] { "plan.json", "policy-*.json", "gold-*.json", "comparisons-*.json", "proxy-*.json", "pool-*.json", "scores-*.json", "best-of-n-*.json", "ppo-*.json" })
        {
            string path = Directory.GetFiles(pattern == "plan.json" ? run : cells, pattern).Order(StringComparer.Ordinal).First();
            byte[] whole = File.ReadAllBytes(path), inside = pattern == "plan.json" ? whole : SealedJson.Read(path, "").ToArray();
            yield return new($"a study's {pattern}", [whole], path =>
            {
                try
                {
                    // What changes no number may be read; what does would be accepted nonsense, unless somebody sealed it.
                    bool isWhole = TinyStudy.RunAsync(TinyStudy.Plan, run).GetAwaiter().GetResult() == study;
                    return Sense(isWhole || pattern != "plan.json" && SealedJson.Read(path, "").Length > 0, "other numbers");
                }
                finally
                {
                    File.WriteAllBytes(path, whole);
                }
            }, path)
            {
                // Of a piece that was sealed again those made from it speak.
                Named = "study",
                Mutate = (good, stream) =>
                {
                    byte[] changed = Mutation.Of(inside, stream.Fork("mutation"));
                    if (pattern == "plan.json" || changed.Length == 0 || stream.Below(0, 2) == 0) return Mutation.Of(good, stream.Fork("mutation"));
                    SealedJson.Write(temporary, changed);
                    byte[] bytes = File.ReadAllBytes(temporary);
                    File.Delete(temporary);
                    return bytes;
                },
            };
        }
    }

    private static byte[] Lines(string head, Func<int, FormattableString> line) => Encoding.UTF8.GetBytes(
        (head.Length > 0 ? head + "\n" : "") + string.Concat(Enumerable.Range(1, 24).Select(i => FormattableString.Invariant(line(i)) + "\n")));

    private static string Sense(bool holds, string what) => holds ? "" : what;

    private static string Curve(RunLog log)
    {
        var points = log.ToCurve().Points;
        return Sense(points.Count > 0 && points.All(static point => point.Kl.Value >= 0 && double.IsFinite(point.Kl.Value)), "a KL");
    }

    private static string Finite(SafetensorsFile file) => Sense(file.Names.All(name =>
    {
        foreach (float value in file.Tensor(name).Values)
            if (!float.IsFinite(value)) return false;
        return true;
    }), "a number that is not finite");

    private static string Disposed(IDisposable network)
    {
        network.Dispose();
        return "";
    }
}
