using RewardScaling.Models;
using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

/// <summary>
/// A world so small that every response can be written down: one prompt, all responses of three tokens out of three or four.
/// </summary>
internal sealed class World
{
    public World(ITrainablePolicy initial, Func<int[], double> reward, int responseLength = 3)
    {
        Initial = initial;
        ResponseLength = responseLength;
        Reward = reward;
        var sequences = new List<TokenSequence>();
        int count = (int)Math.Pow(initial.VocabularySize, responseLength);
        for (int number = 0; number < count; number++)
        {
            var tokens = new int[1 + responseLength];
            int rest = number;
            for (int t = responseLength; t >= 1; t--, rest /= initial.VocabularySize) tokens[t] = rest % initial.VocabularySize;
            sequences.Add(new(tokens, 1));
        }
        All = new(sequences);
        Rewards = [.. Enumerable.Range(0, count).Select(i => reward(All.Response(i).ToArray()))];
    }

    public ITrainablePolicy Initial { get; }

    public int ResponseLength { get; }

    public Func<int[], double> Reward { get; }

    /// <summary>Every response to the prompt [0].</summary>
    public TokenBatch All { get; }

    public double[] Rewards { get; }

    public PpoProblem Problem => new()
    {
        InitialPolicy = Initial,
        Proxy = new ScoreOf(Reward),
        Tokenizer = new Digits(Initial.VocabularySize),
        Prompts = static _ => new(new[] { 0 }, 1),
        ResponseLength = ResponseLength,
    };

    public PpoEvaluation Evaluation(int rollouts, IRewardModel? gold = null) => new()
    {
        Gold = gold ?? new ScoreOf(static response => -response.Sum()),
        Prompts = new([new(new[] { 0 }, 1)]),
        RolloutsPerPrompt = rollouts,
    };

    /// <summary>The probability of every response.</summary>
    public double[] Probabilities(ITrainablePolicy policy, double temperature = 1)
    {
        var outputs = new PolicyOutputs();
        policy.Evaluate(All, outputs, temperature);
        var p = new double[All.Count];
        for (int i = 0; i < p.Length; i++)
        {
            double log = 0;
            for (int t = All.ResponseOffsets[i]; t < All.ResponseOffsets[i + 1]; t++) log += outputs.LogProbs[t];
            p[i] = Math.Exp(log);
        }
        return p;
    }

    /// <summary>π* ∝ π_init exp(r / β): the best policy under a penalty of β per nat.</summary>
    public double[] Optimum(double beta)
    {
        double[] weights = [.. Probabilities(Initial).Zip(Rewards, (p, r) => p * Math.Exp(r / beta))];
        double sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }

    public double Mean(double[] probabilities) => probabilities.Zip(Rewards, static (p, r) => p * r).Sum();

    public double Kl(double[] probabilities, double temperature = 1) =>
        probabilities.Zip(Probabilities(Initial, temperature), static (p, q) => p > 0 ? p * Math.Log(p / q) : 0).Sum();

    /// <summary>A reward model that is a function of the response.</summary>
    public sealed class ScoreOf(Func<int[], double> score) : IRewardModel
    {
        public int Calls { get; private set; }

        public ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default)
        {
            Calls++;
            var scores = new double[rollouts.Count];
            for (int i = 0; i < scores.Length; i++) scores[i] = score(rollouts.Tokens.Response(i).ToArray());
            return ValueTask.FromResult(scores);
        }
    }

    /// <summary>Tokens as digits.</summary>
    public sealed class Digits(int vocabulary) : ITokenizer
    {
        public int VocabularySize => vocabulary;

        public int[] Encode(string text) => [.. text.Select(static c => c - '0')];

        public string Decode(ReadOnlySpan<int> tokens) => string.Concat(tokens.ToArray());
    }
}
