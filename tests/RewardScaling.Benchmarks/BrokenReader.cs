using System.Diagnostics;
using System.Text;
using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;
using RewardScaling.RewardModels;
using RewardScaling.Runs;

namespace RewardScaling.Benchmarks;

/// <summary>A reader of files that is given mutated ones: it reads them or says in its documented way why not.</summary>
/// <param name="name">Its name.</param>
/// <param name="seeds">Whole files, as people have them.</param>
/// <param name="read">Reads a file and gives what is wrong with what it accepted; empty where it is sense.</param>
/// <param name="folder">Where files are put.</param>
internal sealed class BrokenReader(string name, IReadOnlyList<byte[]> seeds, Func<string, string> read, string folder)
{
    private const int MostExamples = 3, LongMessage = 4000;
    private const long MuchMemory = 1L << 30;

    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(5), s_hang = TimeSpan.FromMinutes(1);

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Every reader of files.</summary>
    /// <param name="folder">Where files are put.</param>
    public static IReadOnlyList<BrokenReader> All(string folder)
    {
        var engine = new CpuEngine(1);
        var shape = new TransformerShape { Vocabulary = 7, Context = 5, Width = 4, Layers = 1, Heads = 2 };
        var policy = engine.CreatePolicy(shape, RandomStream.FromSeed(1));
        var model = engine.CreateRewardModel(shape, RandomStream.FromSeed(2));
        byte[][] logs =
        [
            Lines("step,kl,proxy,gold", static i => $"{i},{0.3 * i},{0.2 * i},{0.4 * i - 0.01 * i * i}"),
            Lines("", static i => $"{{\"step\": {i}, \"kl\": {0.3 * i}, \"proxy\": {0.2 * i}, \"gold\": {0.4 * i - 0.01 * i * i}}}"),
            Lines("", static i => $"{{'step': {i}, 'kl': {0.3 * i}, 'proxy': {0.2 * i}, 'gold': {0.1 * i}}}"),
            Lines("", static i => $"step:{i} - kl:{0.3 * i} - proxy:{0.2 * i} - gold:{0.1 * i}"),
        ];
        byte[] preferences = Lines("", static i => $"{{\"prompt\": \"question {i}\", \"chosen\": \"yes {i}\", \"rejected\": \"no ä {i}\"}}");
        return
        [
            New("RunTable.Read", logs, static path => Sense(RunTable.Read(path).RowCount >= 0, "rows")),
            New("RunLog.Read", logs, static path => Curve(RunLog.Read(path, kl: KlLogging.PerSequence("exact")))),
            New("ScoredSamples.Read", [Lines("prompt,proxy,gold", static i => $"p{i / 4},{i % 5},{0.1 * i}")],
                static path => Sense(ScoredSamples.Read(path) is not null, "nothing")),
            New("PreferenceFile.Read", [preferences], static path => Sense(PreferenceFile.Read(path).All(static preference =>
                preference.Chosen.Length > 0 && preference.Rejected.Length > 0 && preference.Chosen != preference.Rejected), "a response")),
            New("Prompts.Read", [preferences, "one\ntwo\nthree\n"u8.ToArray()],
                static path => Sense(Prompts.Read(path).All(static prompt => prompt.Length > 0), "an empty prompt")),
            New("TextCorpus.FromFile", [Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("To be, or not. ", 90)))],
                static path => Sense(TextCorpus.FromFile(path).TokenCount >= TextCorpus.FewestTokens, "too few tokens")),
            New("SafetensorsFile.Read", [Saved(policy.Save)], static path => Finite(SafetensorsFile.Read(path))),
            New("IEngine.LoadPolicy", [Saved(policy.Save)], path => Disposed(engine.LoadPolicy(path))),
            New("IEngine.LoadRewardModel", [Saved(model.Save)], path => Disposed(engine.LoadRewardModel(path))),
            New("INetwork.RestoreTraining", [Saved(policy.SaveTraining)], path =>
            {
                policy.RestoreTraining(path);
                return "";
            }),
        ];

        BrokenReader New(string reader, IReadOnlyList<byte[]> whole, Func<string, string> read) => new(reader, whole, read, folder);

        byte[] Saved(Action<string> save)
        {
            string path = Path.Combine(folder, "whole");
            save(path);
            return File.ReadAllBytes(path);
        }
    }

    /// <summary>Reads the whole files: what it refuses before anything is mutated would show nothing.</summary>
    /// <exception cref="InvalidDataException">It refuses one.</exception>
    public void ReadWhole()
    {
        string path = Path.Combine(folder, "mutated");
        foreach (byte[] seed in seeds)
        {
            File.WriteAllBytes(path, seed);
            if (read(path) is { Length: > 0 } nonsense) throw new InvalidDataException(nonsense);
        }
    }

    /// <summary>Gives it mutated files.</summary>
    /// <param name="inputs">How many at most.</param>
    /// <param name="stream">Which.</param>
    /// <param name="time">How long at most.</param>
    public BrokenOutcome Run(int inputs, RandomStream stream, TimeSpan time)
    {
        string path = Path.Combine(folder, "mutated");
        long begun = Stopwatch.GetTimestamp();
        var outcome = new BrokenOutcome();
        for (int i = 0; i < inputs && Stopwatch.GetElapsedTime(begun) < time; i++)
        {
            var numbers = stream.Fork(i);
            File.WriteAllBytes(path, Mutation.Of(seeds[numbers.Below(0, seeds.Count)], numbers.Fork("mutation")));
            outcome.Inputs++;
            string said = "";
            long start = Stopwatch.GetTimestamp(), memory = 0;
            // A thread of its own: what does not come back is counted and left behind.
            var reading = new Thread(() =>
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                said = Read(path, outcome);
                memory = GC.GetAllocatedBytesForCurrentThread() - before;
            })
            { IsBackground = true };
            reading.Start();
            bool hangs = !reading.Join(s_hang);
            if (hangs || Stopwatch.GetElapsedTime(start) > s_slow) outcome.Slow++;
            if (memory > MuchMemory) outcome.Large++;
            if (said.Length > 0 && outcome.Examples.Count < MostExamples) outcome.Examples.Add($"{Name}, input {i}: {said}");
            if (hangs) break;
        }
        return outcome;
    }

    private string Read(string path, BrokenOutcome outcome)
    {
        try
        {
            string nonsense = read(path);
            if (nonsense.Length > 0) outcome.Nonsense++;
            return nonsense;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException)
        {
            outcome.Refused++;
            if (fault.Message.Length <= LongMessage) return "";
            outcome.Long++;
            return $"a message of {fault.Message.Length} characters";
        }
        catch (Exception fault)
        {
            outcome.Undocumented++;
            return $"{fault.GetType().Name}: {fault.Message}";
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
