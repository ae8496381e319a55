using RewardScaling.Models;

namespace RewardScaling.Serving;

/// <summary>
/// A reward model that is asked for each rollout once: its scores are kept in a file, by a hash of prompt and response. For
/// scores that cost something and come the same each time.
/// </summary>
/// <remarks>
/// What is asked for twice at once is asked for once. Scores reach the file before they are given away, so a process that is
/// killed has lost those under way and no others. A score is of the model's name: a model that changes needs another. In memory a
/// score takes about 50 bytes. Safe for several threads; the file is one process's at a time.
/// </remarks>
public sealed class CachedRewardModel : IRewardModel, IDisposable
{
    private readonly IRewardModel _model;
    private readonly string _name;
    private readonly ScoreFile _file;
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, Task<double>> _underWay = [];
    private long _found;

    /// <summary>Opens the file, or begins it.</summary>
    /// <param name="model">What is asked.</param>
    /// <param name="name">What the scores are of: the model with its version, and whatever else decides a score.</param>
    /// <param name="path">The file; its folder exists.</param>
    /// <exception cref="IOException">The file cannot be written, or is in use by another process.</exception>
    /// <exception cref="InvalidDataException">It is no such file, or damaged; the message names file and line.</exception>
    public CachedRewardModel(IRewardModel model, string name, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(path);
        (_model, _name, _file) = (model, name, new(path));
    }

    /// <summary>How many scores the file holds.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _file.Scores.Count;
        }
    }

    /// <summary>How many scores were asked for and not paid again.</summary>
    public long Found => Volatile.Read(ref _found);

    /// <inheritdoc/>
    public async ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rollouts);
        var keys = new UInt128[rollouts.Count];
        for (int i = 0; i < keys.Length; i++) keys[i] = RolloutHash.Of(_name, new(rollouts.Prompt(i), rollouts.Response(i)));
        var scores = new double[keys.Length];
        // Who waited for another's question that failed asks himself.
        int[] open = [.. Enumerable.Range(0, keys.Length)];
        while (open.Length > 0) open = await OnceAsync(rollouts, keys, scores, open, cancellationToken).ConfigureAwait(false);
        return scores;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    // Fills in what is known, asks for what nobody has asked for, waits for the rest; what is left is asked for anew.
    private async ValueTask<int[]> OnceAsync(Rollouts rollouts, UInt128[] keys, double[] scores, int[] open,
        CancellationToken cancellationToken)
    {
        List<int> mine = [];
        List<(int Place, Task<double> Answer)> theirs = [];
        var promises = new Dictionary<UInt128, TaskCompletionSource<double>>();
        lock (_lock)
        {
            foreach (int i in open)
            {
                if (_file.Scores.TryGetValue(keys[i], out double known)) scores[i] = known;
                else if (_underWay.TryGetValue(keys[i], out Task<double>? answer)) theirs.Add((i, answer));
                else
                {
                    var promise = new TaskCompletionSource<double>(TaskCreationOptions.RunContinuationsAsynchronously);
                    promises.Add(keys[i], promise);
                    _underWay.Add(keys[i], promise.Task);
                    mine.Add(i);
                    continue;
                }
                Interlocked.Increment(ref _found);
            }
        }
        if (mine.Count > 0) await AskAsync(rollouts, keys, scores, mine, promises, cancellationToken).ConfigureAwait(false);
        List<int> left = [];
        foreach (var (place, answer) in theirs)
        {
            try
            {
                scores[place] = await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                Interlocked.Decrement(ref _found);
                left.Add(place);
            }
        }
        return [.. left];
    }

    private async ValueTask AskAsync(Rollouts rollouts, UInt128[] keys, double[] scores, List<int> mine,
        Dictionary<UInt128, TaskCompletionSource<double>> promises, CancellationToken cancellationToken)
    {
        try
        {
            double[] some = await _model.ScoreCheckedAsync(new Rollouts(rollouts.Tokens.Select(mine.ToArray()),
                rollouts.Tokenizer), cancellationToken)
                .ConfigureAwait(false);
            lock (_lock) _file.Add(mine.Select((place, i) => (keys[place], some[i])));
            for (int i = 0; i < some.Length; i++)
            {
                scores[mine[i]] = some[i];
                promises[keys[mine[i]]].SetResult(some[i]);
            }
        }
        finally
        {
            lock (_lock) foreach (UInt128 key in promises.Keys) _underWay.Remove(key);
            // Does nothing to those that were kept.
            foreach (TaskCompletionSource<double> promise in promises.Values) promise.TrySetCanceled(CancellationToken.None);
        }
    }
}
