using RewardScaling.Divergence;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Ppo;

/// <summary>
/// A policy with a row of logits and a value for every prefix, in double: it can be any distribution over short sequences, so PPO
/// has nothing to blame but itself. A second engine behind the same contract, in a hundred lines.
/// </summary>
internal sealed class TabularPolicy : ITrainablePolicy
{
    private readonly int _vocabulary, _context;
    private readonly double[] _weights, _gradients, _first, _second;
    private TokenBatch? _forwarded;
    private double _temperature = 1;
    private int _steps;

    public TabularPolicy(int vocabulary, int context, Func<int, double>? logits = null)
    {
        (_vocabulary, _context) = (vocabulary, context);
        int states = 0, power = 1;
        for (int length = 1; length < context; length++) states += power *= vocabulary;
        _weights = new double[states * (vocabulary + 1)];
        (_gradients, _first, _second) = (new double[_weights.Length], new double[_weights.Length], new double[_weights.Length]);
        for (int i = 0; i < _weights.Length; i++)
            if (i % (vocabulary + 1) != vocabulary) _weights[i] = logits?.Invoke(i) ?? 0;
    }

    private TabularPolicy(TabularPolicy other) : this(other._vocabulary, other._context) => other._weights.CopyTo(_weights, 0);

    /// <summary>What becomes of its answers before they are given; null for nothing.</summary>
    public Func<SampledBatch, SampledBatch>? Answer { get; init; }

    public int VocabularySize => _vocabulary;

    public int ContextLength => _context;

    public long ParameterCount => _weights.Length;

    public TransformerShape Shape => throw new NotSupportedException("A table is no transformer.");

    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>How many optimizer steps were asked for, after which the next gradient is NaN.</summary>
    public int PoisonGradientAfter { get; init; } = int.MaxValue;

    /// <summary>After how many optimizer steps log-probabilities are NaN.</summary>
    public int PoisonLogProbAfter { get; init; } = int.MaxValue;

    /// <summary>After how many optimizer steps entropies are NaN.</summary>
    public int PoisonEntropyAfter { get; init; } = int.MaxValue;

    /// <summary>After how many states written the disk is full.</summary>
    public int FullDiskAfter { get; init; } = int.MaxValue;

    public int Saves { get; private set; }

    /// <summary>What the temperature is multiplied by where tokens are drawn, and only there: an engine that is wrong.</summary>
    public double WrongTemperature { get; init; } = 1;

    /// <summary>A token to which this policy gives probability zero when asked, as one cut by top-k does; none by default.</summary>
    public int NeverSays { get; init; } = -1;

    public bool Disposed { get; private set; }

    /// <summary>Every batch that was learned from, in order.</summary>
    public List<TokenBatch> Learned { get; } = [];

    public ITrainablePolicy? LastClone { get; private set; }

    public void Evaluate(TokenBatch batch, PolicyOutputs outputs, double temperature = 1)
    {
        outputs.Reset(batch.TotalResponseTokens);
        Span<double> p = stackalloc double[_vocabulary];
        int at = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            var tokens = batch.Sequence(i);
            for (int t = batch.PromptLengths[i]; t < tokens.Length; t++, at++)
            {
                int row = Row(tokens[..t]);
                double entropy = Softmax(row, temperature, p);
                outputs.LogProbs[at] = _steps >= PoisonLogProbAfter ? float.NaN
                    : tokens[t] == NeverSays ? float.NegativeInfinity : (float)Math.Log(p[tokens[t]]);
                outputs.Entropies[at] = _steps >= PoisonEntropyAfter ? float.NaN : (float)entropy;
                outputs.Values[at] = (float)_weights[row + _vocabulary];
            }
        }
    }

    public void Forward(TokenBatch batch, PolicyOutputs outputs, double temperature = 1)
    {
        Evaluate(batch, outputs, temperature);
        (_forwarded, _temperature) = (batch, temperature);
        Learned.Add(batch);
    }

    public void Backward(PolicyOutputs gradients)
    {
        var batch = _forwarded ?? throw new InvalidOperationException("There was no forward pass.");
        _forwarded = null;
        Span<double> p = stackalloc double[_vocabulary];
        int at = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            var tokens = batch.Sequence(i);
            for (int t = batch.PromptLengths[i]; t < tokens.Length; t++, at++)
            {
                int row = Row(tokens[..t]);
                double entropy = Softmax(row, _temperature, p);
                // ∂ log p_a / ∂ z_k = (1[k = a] - p_k) / T and ∂H / ∂ z_k = -p_k (log p_k + H) / T.
                for (int k = 0; k < _vocabulary; k++)
                {
                    double byLogProb = (k == tokens[t] ? 1 : 0) - p[k], byEntropy = -p[k] * (Math.Log(p[k]) + entropy);
                    double byLogit = gradients.LogProbs[at] * byLogProb + gradients.Entropies[at] * byEntropy;
                    _gradients[row + k] += byLogit / _temperature;
                }
                _gradients[row + _vocabulary] += gradients.Values[at];
            }
        }
    }

    public void DropGradients() => Array.Clear(_gradients);

    public double Step(AdamWOptions options, double learningRate)
    {
        double norm = 0;
        foreach (double g in _gradients) norm += g * g;
        norm = Math.Sqrt(norm);
        if (!double.IsFinite(norm) || _steps >= PoisonGradientAfter)
            throw new NotFiniteNumberException("The gradient is not finite.");
        double scale = norm > options.MaxGradientNorm ? options.MaxGradientNorm / norm : 1;
        _steps++;
        for (int i = 0; i < _weights.Length; i++)
        {
            double g = _gradients[i] * scale;
            _first[i] = options.Beta1 * _first[i] + (1 - options.Beta1) * g;
            _second[i] = options.Beta2 * _second[i] + (1 - options.Beta2) * g * g;
            double m = _first[i] / (1 - Math.Pow(options.Beta1, _steps)), v = _second[i] / (1 - Math.Pow(options.Beta2, _steps));
            _weights[i] -= learningRate * m / (Math.Sqrt(v) + options.Epsilon);
            _gradients[i] = 0;
        }
        return norm;
    }

    public void TokenKl(ITrainablePolicy reference, TokenBatch batch, Span<float> kl, double temperature = 1,
        TokenCut? cut = null, TokenCut? referenceCut = null)
    {
        var other = (TabularPolicy)reference;
        int at = 0;
        for (int i = 0; i < batch.Count; i++)
            for (int t = batch.PromptLengths[i]; t < batch.Sequence(i).Length; t++, at++)
            {
                var prefix = batch.Sequence(i)[..t];
                kl[at] = (float)NextTokenKl.Exact(LogProbs(prefix, temperature, cut), other.LogProbs(prefix, temperature, referenceCut));
            }
    }

    /// <summary>ln of the next token's distribution, cut.</summary>
    public double[] LogProbs(ReadOnlySpan<int> prefix, double temperature = 1, TokenCut? cut = null)
    {
        var p = new double[_vocabulary];
        Softmax(Row(prefix), temperature, p);
        double[] log = Array.ConvertAll(p, Math.Log);
        return cut is null ? log : NextTokenKl.Cut(log, cut.TopK, cut.TopP);
    }

    public ValueTask<SampledBatch> SampleAsync(TokenBatch prompts, SamplingOptions options, ReadOnlyMemory<RandomStream> streams,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var sequences = new TokenSequence[prompts.Count];
        double[] p = new double[_vocabulary];
        for (int i = 0; i < prompts.Count; i++)
        {
            int[] tokens = [.. prompts.Prompt(i), .. new int[options.ResponseLength]];
            for (int t = 0; t < options.ResponseLength; t++)
            {
                int at = prompts.PromptLengths[i] + t;
                double temperature = WrongTemperature * options.Temperature;
                Softmax(Row(tokens.AsSpan(0, at)), temperature, p);
                if (options.Cut != TokenCut.None) p = Array.ConvertAll(LogProbs(tokens.AsSpan(0, at), temperature, options.Cut), Math.Exp);
                double uniform = streams.Span[i].Uniform((ulong)t), sum = 0;
                int drawn = 0, last = Array.FindLastIndex(p, static x => x > 0);
                while (drawn < last && uniform >= (sum += p[drawn])) drawn++;
                tokens[at] = drawn;
            }
            sequences[i] = new(tokens, prompts.PromptLengths[i]);
        }
        var batch = new TokenBatch(sequences);
        var outputs = new PolicyOutputs();
        Evaluate(batch, outputs, options.Temperature);
        float[] logProbs = outputs.LogProbs.ToArray();
        if (options.Cut != TokenCut.None)
            for (int i = 0, k = 0; i < batch.Count; i++)
                for (int t = batch.PromptLengths[i]; t < batch.Sequence(i).Length; t++, k++)
                    logProbs[k] = (float)LogProbs(batch.Sequence(i)[..t], options.Temperature, options.Cut)[batch.Sequence(i)[t]];
        var answer = new SampledBatch(batch, logProbs, outputs.Values.ToArray()).CutAfter(options.EndToken);
        return ValueTask.FromResult(Answer?.Invoke(answer) ?? answer);
    }

    public ITrainablePolicy Clone() =>
        LastClone = new TabularPolicy(this)
        {
            PoisonGradientAfter = PoisonGradientAfter,
            PoisonLogProbAfter = PoisonLogProbAfter,
            PoisonEntropyAfter = PoisonEntropyAfter,
            FullDiskAfter = FullDiskAfter,
            WrongTemperature = WrongTemperature,
            Answer = Answer,
        };

    public void Freeze(int blocks) => throw new NotSupportedException();

    IReadOnlyList<NamedTensor> INetwork.Weights() => throw new NotSupportedException();

    public void SetWeights(IEnumerable<NamedTensor> weights) => throw new NotSupportedException();

    public void Save(string path) => throw new NotSupportedException("A table is not saved.");

    public void SaveTraining(string path)
    {
        if (Saves++ >= FullDiskAfter)
        {
            File.WriteAllText(path, "half a file");
            throw new IOException("No space left on device");
        }
        TableFile.Write(path, _steps, _weights, _first, _second);
    }

    public void RestoreTraining(string path)
    {
        _steps = TableFile.Read(path, _weights, _first, _second);
        Array.Clear(_gradients);
        _forwarded = null;
    }

    public void Dispose() => Disposed = true;

    private int Row(ReadOnlySpan<int> prefix)
    {
        int offset = 0, power = 1, index = 0;
        for (int length = 1; length < prefix.Length; length++) offset += power *= _vocabulary;
        foreach (int token in prefix) index = index * _vocabulary + token;
        return (offset + index) * (_vocabulary + 1);
    }

    private double Softmax(int row, double temperature, Span<double> p)
    {
        double largest = double.NegativeInfinity, sum = 0, entropy = 0;
        for (int k = 0; k < _vocabulary; k++) largest = Math.Max(largest, _weights[row + k]);
        for (int k = 0; k < _vocabulary; k++) sum += p[k] = Math.Exp((_weights[row + k] - largest) / temperature);
        for (int k = 0; k < _vocabulary; k++)
        {
            p[k] /= sum;
            entropy -= p[k] * Math.Log(p[k]);
        }
        return entropy;
    }
}
