using System.Diagnostics;
using RewardScaling.Numerics;

namespace RewardScaling.Benchmarks;

/// <summary>A reader of files that is given mutated ones: it reads them or says in its documented way why not.</summary>
/// <param name="name">Its name.</param>
/// <param name="seeds">Whole files, as people have them.</param>
/// <param name="read">Reads a file and gives what is wrong with what it accepted; empty where it is sense.</param>
/// <param name="path">Where mutated files are put.</param>
internal sealed class BrokenReader(string name, IReadOnlyList<byte[]> seeds, Func<string, string> read, string path)
{
    private const int MostExamples = 3, LongMessage = 4000;
    private const long MuchMemory = 1L << 30;

    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(5), s_hang = TimeSpan.FromMinutes(1);

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>What messages call the file.</summary>
    public string Named { get; init; } = Path.GetFileName(path);

    /// <summary>How a whole file is changed.</summary>
    public Func<byte[], RandomStream, byte[]> Mutate { get; init; } = Mutation.Of;

    /// <summary>Reads the whole files: what it refuses before anything is mutated would show nothing.</summary>
    /// <exception cref="InvalidDataException">It refuses one.</exception>
    public void ReadWhole()
    {
        foreach (byte[] seed in seeds)
        {
            File.WriteAllBytes(path, seed);
            if (read(path) is { Length: > 0 } nonsense) throw new InvalidDataException(nonsense);
        }
    }

    /// <summary>Gives it mutated files.</summary>
    /// <param name="inputs">How many at most.</param>
    /// <param name="stream">Which.</param>
    /// <param name="time">How long at most; infinite for as long as it takes.</param>
    public BrokenOutcome Run(int inputs, RandomStream stream, TimeSpan time)
    {
        long begun = Stopwatch.GetTimestamp();
        var outcome = new BrokenOutcome();
        for (int i = 0; i < inputs && (time == Timeout.InfiniteTimeSpan || Stopwatch.GetElapsedTime(begun) < time); i++)
        {
            var numbers = stream.Fork(i);
            File.WriteAllBytes(path, Mutate(seeds[numbers.Below(0, seeds.Count)], numbers.Fork("mutation")));
            outcome.Inputs++;
            string said = "";
            long start = Stopwatch.GetTimestamp(), memory = 0;
            // A thread of its own: what does not come back is counted and left behind.
            var reading = new Thread(() =>
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                said = Read(outcome);
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

    private string Read(BrokenOutcome outcome)
    {
        try
        {
            string nonsense = read(path);
            if (nonsense.Length > 0) outcome.Nonsense++;
            return nonsense;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException)
        {
            if (!fault.Message.Contains(Named, StringComparison.Ordinal))
            {
                outcome.Undocumented++;
                return $"a message that does not name the file: {fault.Message}";
            }
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
}
