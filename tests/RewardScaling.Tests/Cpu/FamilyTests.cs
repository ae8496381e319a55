using System.Text.Json;
using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Ppo;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.Tests.Cpu;

/// <summary>Model folders beside transformers: what families.py wrote down is what comes out here.</summary>
public sealed class FamilyTests
{
    private const string Scores = "-score";

    private static readonly string s_folder =
        Path.Combine(Repository.Root, "tests", "RewardScaling.Tests", "ReferenceData", "families");

    public static TheoryData<string> LanguageModels => [.. Names.Where(static name => !name.EndsWith(Scores, StringComparison.Ordinal))];

    public static TheoryData<string> Classifiers => [.. Names.Where(static name => name.EndsWith(Scores, StringComparison.Ordinal))];

    private static IEnumerable<string> Names =>
        Directory.GetDirectories(s_folder).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(LanguageModels))]
    public unsafe void Logits_and_gradients_of_a_language_model(string name)
    {
        using var expected = Expected(name);
        using var folder = ModelFolder.Open(Path.Combine(s_folder, name));
        using var policy = new PolicyNetwork<float, Float256>(folder.Shape, new(1));
        var (network, weights) = (policy.Network, policy.Network.Weights);
        new NamedWeights<Float256>(weights).Load(folder.Read(NetworkParameter.PolicyHeads(folder.Shape)));
        var batch = new TokenBatch([.. Tokens(expected).Select(static tokens => new TokenSequence(tokens, 1))]);
        int count = batch.TotalResponseTokens;
        float[] outputs = new float[3 * count], slopes = new float[3 * count];
        slopes.AsSpan(0, count).Fill(-1);
        fixed (float* o = outputs, s = slopes)
        {
            policy.Forward(batch, o, o + count, o + 2 * count, 1);
            int row = 0;
            foreach (var sequence in expected.RootElement.GetProperty("logits").EnumerateArray())
            {
                foreach (var logits in sequence.EnumerateArray())
                {
                    float* actual = network.Tape.Outputs + (nint)row++ * network.Layout.OutputStride;
                    foreach (var (token, logit) in logits.EnumerateArray().Index())
                        Assert.Equal(logit.GetDouble(), actual[token], 1e-4);
                }
            }
            Assert.Equal(count, row);
            policy.Backward(s, s + count, s + 2 * count);
        }
        AssertGradients(name, folder, weights);
    }

    [Theory]
    [MemberData(nameof(Classifiers))]
    public unsafe void Scores_and_gradients_of_a_classifier(string name)
    {
        using var expected = Expected(name);
        using var folder = ModelFolder.Open(Path.Combine(s_folder, name));
        var model = new RewardNetwork<float, Float256>(folder.Shape, new(1));
        new NamedWeights<Float256>(model.Network.Weights).Load(folder.Read(NetworkParameter.RewardHeads));
        var batch = new TokenBatch([.. Tokens(expected).Select(static tokens => new TokenSequence(tokens, 1))]);
        float[] scores = new float[batch.Count], slopes = [1, -0.5f, 0.25f];
        fixed (float* s = scores, d = slopes)
        {
            model.Forward(batch, s);
            model.Backward(d);
        }
        foreach (var (i, score) in expected.RootElement.GetProperty("scores").EnumerateArray().Index())
            Assert.Equal(score.GetDouble(), scores[i], 1e-4);
        AssertGradients(name, folder, model.Network.Weights);
        using var loaded = new CpuEngine(1).LoadRewardModel(Path.Combine(s_folder, name));
        var again = new float[batch.Count];
        loaded.Score(batch, again);
        for (int i = 0; i < again.Length; i++) Assert.Equal(scores[i], again[i], 1e-5);
        model.Network.Dispose();
    }

    [Theory]
    [MemberData(nameof(LanguageModels))]
    public async Task Greedy_continuations_and_the_cache(string name)
    {
        using var expected = Expected(name);
        using var policy = new CpuEngine(2).LoadPolicy(Path.Combine(s_folder, name));
        var tokens = Tokens(expected);
        var prompts = new TokenBatch([.. tokens.Select(static tokens => new TokenSequence(tokens, tokens.Length))]);
        var streams = Batches.Streams(prompts.Count, 1);
        var greedy = await policy.SampleAsync(prompts, new() { ResponseLength = 10, Cut = new() { TopK = 1 } }, streams);
        foreach (var (i, response) in expected.RootElement.GetProperty("greedy").EnumerateArray().Index())
            Assert.Equal(response.Deserialize<int[]>()!, greedy.Tokens.Response(i).ToArray());
        // What was thought while writing, from the cache, has the bits of reading it all at once.
        var drawn = await policy.SampleAsync(prompts, new() { ResponseLength = 11 }, streams);
        var outputs = new PolicyOutputs();
        policy.Evaluate(drawn.Tokens, outputs);
        Assert.Equal(outputs.LogProbs.ToArray(), drawn.LogProbs);
        Assert.Equal(outputs.Values.ToArray(), drawn.Values);
    }

    [Fact]
    public void A_sliding_window_becomes_the_context()
    {
        using var folder = ModelFolder.Open(Path.Combine(s_folder, "mistral"));
        Assert.Equal(24, folder.Shape.Context);
        Assert.Equal([2], folder.EndTokens);
        Assert.Equal("mistral", folder.Family);
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("neox")]
    [InlineData("qwen3-bias")]
    [InlineData("llama-3")]
    public void Training_has_the_same_bits_at_any_number_of_threads_and_however_split(string name)
    {
        string path = Path.Combine(s_folder, name);
        using var whole = new CpuEngine(1).LoadPolicy(path);
        using var split = new CpuEngine(3).LoadPolicy(path);
        var options = new AdamWOptions { WeightDecay = 0.01 };
        for (int step = 0; step < 2; step++)
        {
            var batch = Batches.Ragged(whole.Shape, 9, (ulong)step);
            var outputs = new PolicyOutputs();
            whole.Forward(batch, outputs);
            whole.Backward(Ones(batch));
            foreach (var part in (TokenBatch[])[batch.Slice(0, 2), batch.Slice(2, 6), batch.Slice(8, 1)])
            {
                split.Forward(part, outputs);
                split.Backward(Ones(part));
            }
            Assert.Equal(whole.Step(options, 0.01), split.Step(options, 0.01));
            AssertSame(whole, split);
        }

        static PolicyOutputs Ones(TokenBatch batch)
        {
            var slopes = new PolicyOutputs();
            slopes.Reset(batch.TotalResponseTokens);
            slopes.LogProbs.Fill(-1);
            slopes.Values.Fill(0.1f);
            return slopes;
        }
    }

    [Theory]
    [MemberData(nameof(LanguageModels))]
    public void What_is_saved_as_a_folder_or_a_file_is_what_was_loaded(string name)
    {
        using var there = new TemporaryFolder();
        var engine = new CpuEngine(1);
        using var loaded = engine.LoadPolicy(Path.Combine(s_folder, name));
        ModelFolder.Save(loaded, there.File("folder"));
        loaded.Save(there.File("file"));
        loaded.SaveTraining(there.File("training"));
        using var folder = engine.LoadPolicy(there.File("folder"));
        using var file = engine.LoadPolicy(there.File("file"));
        AssertSame(loaded, folder);
        AssertSame(loaded, file);
        Assert.Equal(loaded.Shape.Rotary, folder.Shape.Rotary);
        Assert.Equal(loaded.Shape.Context, folder.Shape.Context);
        Assert.Equal(loaded.Shape.Normalization, file.Shape.Normalization);
        loaded.RestoreTraining(there.File("training"));
        AssertSame(loaded, file);
    }

    [Theory]
    [MemberData(nameof(Classifiers))]
    public void A_reward_model_is_saved_as_a_classifier_and_is_a_critic(string name)
    {
        using var there = new TemporaryFolder();
        var engine = new CpuEngine(1);
        using var model = engine.LoadRewardModel(Path.Combine(s_folder, name));
        ModelFolder.Save(model, there.File("folder"));
        using var again = engine.LoadRewardModel(there.File("folder"));
        AssertSame(model, again);
        using var critic = PpoCritic.FromRewardModel(engine, model);
        // The value at the state before a token is the score of what came before it.
        var outputs = new PolicyOutputs();
        critic.Evaluate(new([new(new[] { 5, 6, 7, 8 }, 3)]), outputs);
        var score = new float[1];
        model.Score(new([new(new[] { 5, 6, 7 }, 1)]), score);
        Assert.Equal(score[0], outputs.Values[0], 1e-5);
    }

    [Fact]
    public void A_language_model_gets_a_reward_head_and_learns_above_its_frozen_blocks()
    {
        var engine = new CpuEngine(1);
        using var policy = engine.LoadPolicy(Path.Combine(s_folder, "qwen2"));
        using var model = engine.CreateRewardModel(policy, RandomStream.FromSeed(1));
        var trunk = policy.Weights().Where(static tensor => !tensor.Name.Contains("head.", StringComparison.Ordinal)).ToDictionary(static tensor => tensor.Name);
        var before = model.Weights();
        Assert.Equal(trunk.Count + 1, before.Count);
        Assert.All(before, tensor => Assert.True(tensor.Name == "reward_head.weight" || trunk[tensor.Name].Values.SequenceEqual(tensor.Values)));
        using var free = model.Clone();
        model.Freeze(1);
        var batch = Batches.Ragged(model.Shape, 5, 3);
        var scores = new float[5];
        foreach (var network in (ITrainableRewardModel[])[model, free])
        {
            network.Forward(batch, scores);
            network.Backward([1, -1, 1, -1, 1]);
            network.Step(new() { WeightDecay = 0.1, MaxGradientNorm = double.PositiveInfinity }, 0.01);
        }
        foreach (var (was, (frozen, moved)) in before.Zip(model.Weights().Zip(free.Weights())))
        {
            bool isBelow = was.Name.StartsWith("embedding", StringComparison.Ordinal) || was.Name.StartsWith("blocks.0.", StringComparison.Ordinal);
            Assert.Equal(isBelow, was.Values.SequenceEqual(frozen.Values));
            // What is trained moves as it would have without the frozen part: gradients above do not depend on those below.
            if (!isBelow) Assert.Equal(moved.Values.ToArray(), frozen.Values.ToArray());
            else Assert.False(was.Values.SequenceEqual(moved.Values));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Freeze(3));
    }

    [Fact]
    public void Weights_that_are_set_must_fit()
    {
        using var policy = new CpuEngine(1).CreatePolicy(Families.Llama, RandomStream.FromSeed(2));
        var before = policy.Weights();
        Assert.Contains("no parameter 'other'", Assert.Throws<ArgumentException>(() => policy.SetWeights([new("other", [1], new float[1])])).Message, StringComparison.Ordinal);
        Assert.Contains("the network's has [6]", Assert.Throws<ArgumentException>(() => policy.SetWeights([new("norm.weight", [1], new float[1])])).Message, StringComparison.Ordinal);
        policy.SetWeights([new("norm.weight", [6], new float[] { 1, 2, 3, 4, 5, 6 })]);
        foreach (var (was, now) in before.Zip(policy.Weights())) Assert.Equal(was.Name != "norm.weight", was.Values.SequenceEqual(now.Values));
    }

    [Fact]
    public async Task A_real_model_writes_what_PyTorch_wrote()
    {
        using var expected = JsonDocument.Parse(File.ReadAllText(SharedData.File("data/aidreams/expected.json")));
        using var policy = new CpuEngine(1).LoadPolicy(Path.GetDirectoryName(SharedData.File("data/aidreams/config.json"))!);
        int[] tokens = expected.RootElement.GetProperty("tokens").Deserialize<int[]>()!;
        double[] logProbs = expected.RootElement.GetProperty("log_probs").Deserialize<double[]>()!;
        // 230,976 of the model, and a value head.
        Assert.Equal(230_976 + 64 + 1, policy.ParameterCount);
        var greedy = await policy.SampleAsync(new([new(tokens.AsMemory(0, 1), 1)]), new() { ResponseLength = tokens.Length - 1, Cut = new() { TopK = 1 } },
            Batches.Streams(1, 1));
        Assert.Equal(tokens, greedy.Tokens.Sequence(0).ToArray());
        var outputs = new PolicyOutputs();
        policy.Evaluate(new([new(tokens, 1)]), outputs);
        for (int i = 0; i < logProbs.Length; i++) Assert.Equal(logProbs[i], outputs.LogProbs[i], 1e-4);
    }

    // The table is the head, so the head stays too, in spite of weight decay; 29 tokens share their last panel with the value.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_policy_whose_head_is_its_table_learns_above_its_frozen_blocks_and_keeps_the_table(int blocks)
    {
        using var policy = new CpuEngine(1).LoadPolicy(Path.Combine(s_folder, "gpt2"));
        using var free = policy.Clone();
        Assert.True(policy.Shape.TiesHead);
        var before = policy.Weights();
        policy.Freeze(blocks);
        var batch = Batches.Ragged(policy.Shape, 5, 3);
        double[] norms = new double[2];
        foreach (var (i, network) in new[] { policy, free }.Index())
        {
            for (int step = 0; step < 2; step++)
            {
                network.Forward(batch, new());
                network.Backward(Batches.Slopes(batch.TotalResponseTokens, 5));
                norms[i] = network.Step(new() { WeightDecay = 0.1, MaxGradientNorm = double.PositiveInfinity }, step == 0 ? 0.01 : 0);
            }
        }
        Assert.True(norms[0] < norms[1]);
        foreach (var (was, now) in before.Zip(policy.Weights()))
        {
            bool isKept = was.Name.StartsWith("embedding", StringComparison.Ordinal)
                || Enumerable.Range(0, blocks).Any(block => was.Name.StartsWith($"blocks.{block}.", StringComparison.Ordinal));
            Assert.True(isKept == was.Values.SequenceEqual(now.Values), was.Name);
        }
        policy.Freeze(0);
        policy.Forward(batch, new());
        policy.Backward(Batches.Slopes(batch.TotalResponseTokens, 5));
        policy.Step(new(), 0.01);
        Assert.False(before[0].Values.SequenceEqual(policy.Weights()[0].Values));
    }

    private static JsonDocument Expected(string name) => JsonDocument.Parse(File.ReadAllText(Path.Combine(s_folder, name, "expected.json")));

    private static int[][] Tokens(JsonDocument expected) => expected.RootElement.GetProperty("tokens").Deserialize<int[][]>()!;

    private static unsafe void AssertGradients(string name, ModelFolder folder, Weights<float, Float256> weights)
    {
        weights.JoinTiedGradients();
        var gradients = weights.Layout.Parameters.Select(stored =>
        {
            var (parameter, offset) = stored;
            var values = new float[parameter.Rows * parameter.Columns];
            for (int i = 0; i < values.Length; i++) values[i] = weights.Gradients[offset(i / parameter.Columns, i % parameter.Columns)];
            return new NamedTensor(parameter.Name, parameter.Dimensions, values);
        });
        var family = ModelFamilies.All.Single(family => family.Type == folder.Family);
        var actual = ModelFolderWriter.Tensors(family, folder.Shape, [.. gradients]).ToDictionary(static tensor => tensor.Name);
        var expected = SafetensorsFile.Read(Path.Combine(s_folder, name, "gradients.safetensors"));
        Assert.Equal(expected.Names.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        foreach (string tensor in expected.Names)
        {
            var (a, e) = (actual[tensor].Values.ToArray(), expected.Tensor(tensor).Values.ToArray());
            double norm = Math.Sqrt(e.Sum(static value => (double)value * value));
            double difference = Math.Sqrt(a.Zip(e).Sum(static pair => Math.Pow(pair.First - pair.Second, 2)));
            // The gradient by a bias of keys is zero but for rounding: it moves all scores of a query alike.
            Assert.True(difference <= 1e-4 * norm + 1e-5, $"{tensor}: the gradient of norm {norm} differs by {difference}");
        }
    }

    private static void AssertSame(INetwork expected, INetwork actual)
    {
        foreach (var (e, a) in expected.Weights().Zip(actual.Weights()))
        {
            Assert.Equal(e.ToString(), a.ToString());
            Assert.Equal(e.Values.ToArray(), a.Values.ToArray());
        }
    }
}
