using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Ppo;
using RewardScaling.Samples.OwnNetwork;
using RewardScaling.Tests;
using RewardScaling.Tests.Contracts;
using RewardScaling.Tests.Ppo;
using TorchSharp;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp.Tests;

/// <summary>Networks that are not this library's.</summary>
public sealed class ModuleTests
{
    private static readonly TransformerShape s_shape = new() { Vocabulary = 16, Context = 12, Width = 24, Layers = 1, Heads = 1 };

    [Theory]
    [InlineData("Recurrent.cs", "recurrent")]
    [InlineData("Networks.cs", "from-module")]
    public void The_code_of_the_page_is_the_code_of_the_sample(string file, string region)
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "RewardScaling.sln"))) root = root.Parent;
        Assert.SkipWhen(root is null, "the tests do not run inside a checkout, so there is no page to compare with");
        string source = File.ReadAllText(Path.Combine(root!.FullName, "samples", "OwnNetwork", file));
        string[] lines = source.Split($"#region {region}\n")[1].Split("#endregion")[0].TrimEnd().Split('\n');
        int margin = lines[0].TakeWhile(char.IsWhiteSpace).Count();
        string code = string.Join('\n', lines.Select(line => line.Length > margin ? line[margin..] : ""));
        Assert.Contains($"```csharp\n{code}\n```", File.ReadAllText(Path.Combine(root.FullName, "docs", "engines.md")), StringComparison.Ordinal);
    }

    // Against the module called by hand, one sequence at a time.
    [Fact]
    public async Task Outputs_and_draws_are_the_modules()
    {
        var engine = Engines.Torch();
        var module = new Recurrent(16, 24, outputs: 17);
        using var policy = TorchPolicy.FromModule(engine, module, s_shape);
        var sampled = await policy.SampleAsync(Batches.Prompts(s_shape, 12, 5, 1), new() { ResponseLength = 5, Temperature = 0.8 }, Batches.Streams(12, 2), TestContext.Current.CancellationToken);
        var outputs = new PolicyOutputs();
        policy.Evaluate(sampled.Tokens, outputs, 0.8);
        using var scope = NewDisposeScope();
        using var still = no_grad();
        for (int i = 0, at = 0; i < 12; i++)
        {
            var all = module.call(tensor(Array.ConvertAll(sampled.Tokens.Sequence(i).ToArray(), static token => (long)token), [1, sampled.Tokens.Sequence(i).Length]));
            for (int t = sampled.Tokens.PromptLengths[i]; t < sampled.Tokens.Sequence(i).Length; t++, at++)
            {
                var logProbs = all[0, t - 1].narrow(0, 0, 16).div(0.8).log_softmax(0);
                Assert.Equal(logProbs[sampled.Tokens.Sequence(i)[t]].item<float>(), outputs.LogProbs[at], 1e-5);
                Assert.Equal(-logProbs.exp().mul(logProbs).sum().item<float>(), outputs.Entropies[at], 1e-5);
                Assert.Equal(all[0, t - 1, 16].item<float>(), outputs.Values[at], 1e-5);
                Assert.Equal(outputs.LogProbs[at], sampled.LogProbs[at], 1e-5);
                Assert.Equal(outputs.Values[at], sampled.Values[at], 1e-5);
            }
        }
    }

    [Fact]
    public void Training_on_one_text_makes_it_likely_and_a_clone_goes_its_own_way()
    {
        var (policy, model) = Networks.Create(Engines.Torch(), Batches.Random);
        using (policy)
        using (model)
        {
            using var before = policy.Clone();
            var batch = new TokenBatch([new(new[] { 1, 7, 3, 9, 9, 2, 0, 15 }, 1)]);
            PolicyOutputs outputs = new(), slopes = new();
            for (int step = 0; step < 60; step++)
            {
                policy.Forward(batch, outputs);
                slopes.Reset(outputs.Count);
                slopes.LogProbs.Fill(-1f / outputs.Count);
                policy.Backward(slopes);
                policy.Step(new(), 1e-2);
            }
            policy.Evaluate(batch, outputs);
            Assert.True(outputs.LogProbs.ToArray().Average() > -0.1);
            before.Evaluate(batch, outputs);
            Assert.True(outputs.LogProbs.ToArray().Average() < -2);
        }
    }

    [Theory]
    [InlineData(RewardReadout.LastToken)]
    [InlineData(RewardReadout.ResponseMean)]
    public void Hidden_states_are_read_where_the_readout_says_and_learn_a_preference(RewardReadout readout)
    {
        using var model = TorchRewardModel.FromModule(Engines.Torch(), new Recurrent(16, 24, outputs: 24), s_shape with { Readout = readout }, Batches.Random);
        Assert.Equal(16 * 24 + 2 * (3 * 24 * 24 + 3 * 24) + 25 * 24 + 25, model.ParameterCount);
        LearnsToPreferTheFirst(model, Batches.Ragged(s_shape, 2, 3, someEmpty: false));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Scores_are_taken_as_they_are(bool column)
    {
        using var model = TorchRewardModel.FromModule(Engines.Torch(), new Scores(column), s_shape with { Readout = RewardReadout.ResponseMean }, Batches.Random);
        LearnsToPreferTheFirst(model, new([new(new[] { 1, 5, 2 }, 1), new(new[] { 1, 3, 2, 8 }, 2)]));
    }

    [Fact]
    public void A_parameter_keeps_its_precision_and_its_optimizer_is_wider()
    {
        var engine = Engines.Torch();
        var module = new Scores(column: false);
        module.to(ScalarType.BFloat16);
        using var folder = new TemporaryFolder();
        using var model = TorchRewardModel.FromModule(engine, module, s_shape, Batches.Random);
        LearnsToPreferTheFirst(model, new([new(new[] { 1, 5, 2 }, 1), new(new[] { 1, 3, 2, 8 }, 2)]));
        Assert.All(module.parameters(), static parameter => Assert.Equal(ScalarType.BFloat16, parameter.dtype));
        model.SaveTraining(folder.File("state"));
        var second = SafetensorsFile.Read(folder.File("state")).Tensor("optimizer.second.table.weight").Values;
        Assert.Contains(second.ToArray(), static value => value != (float)(BFloat16)value);
    }

    [Fact]
    public void The_state_of_a_training_comes_back()
    {
        using var folder = new TemporaryFolder();
        var engine = Engines.Torch();
        using var one = TorchPolicy.FromModule(engine, new Recurrent(16, 24, outputs: 17), s_shape);
        using var other = TorchPolicy.FromModule(engine, new Recurrent(16, 24, outputs: 17), s_shape);
        Train(one);
        one.SaveTraining(folder.File("state"));
        other.RestoreTraining(folder.File("state"));
        Train(one);
        Train(other);
        one.Save(folder.File("one"));
        other.Save(folder.File("other"));
        Assert.Equal(File.ReadAllBytes(folder.File("one")), File.ReadAllBytes(folder.File("other")));
        Assert.Contains("kind", Assert.Throws<InvalidDataException>(() => engine.LoadPolicy(folder.File("one"))).Message, StringComparison.Ordinal);
        using var wider = TorchPolicy.FromModule(engine, new Recurrent(16, 32, outputs: 17), s_shape);
        Assert.Contains("shape", Assert.Throws<InvalidDataException>(() => wider.RestoreTraining(folder.File("state"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PPO_improves_a_module()
    {
        var shape = s_shape with { Vocabulary = 4, Context = 4 };
        using var initial = TorchPolicy.FromModule(Engines.Torch(), new Recurrent(4, 8, outputs: 5), shape, () => new Recurrent(4, 8, outputs: 5));
        var world = new World(initial, static response => response[0]);
        var options = new PpoOptions { RolloutsPerStep = 32, MaximumSteps = 15, LearningRate = 1e-2, Epochs = 2 };
        using var result = await new PpoTrainer(options).TrainAsync(world.Problem, world.Evaluation(4), RandomStream.FromSeed(1), cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(world.Mean(world.Probabilities(result.Policy)) > world.Mean(world.Probabilities(initial)) + 0.5);
    }

    [Fact]
    public void What_is_no_policy_or_reward_model_is_refused()
    {
        var engine = Engines.Torch();
        Assert.Contains("16", Assert.Throws<ArgumentException>(() => TorchPolicy.FromModule(engine, new Recurrent(16, 24, outputs: 15), s_shape)).Message, StringComparison.Ordinal);
        Assert.Contains("[1, 1]", Assert.Throws<ArgumentException>(() => TorchPolicy.FromModule(engine, new Scores(column: true), s_shape)).Message, StringComparison.Ordinal);
        Assert.Contains("gradient", Assert.Throws<ArgumentException>(() => TorchPolicy.FromModule(engine, Frozen(), s_shape)).Message, StringComparison.Ordinal);
        using var policy = TorchPolicy.FromModule(engine, new Recurrent(16, 24, outputs: 17), s_shape);
        Assert.Contains("create", Assert.Throws<InvalidOperationException>(policy.Clone).Message, StringComparison.Ordinal);
        using var other = TorchPolicy.FromModule(engine, new Recurrent(16, 24, outputs: 17), s_shape, static () => new Recurrent(16, 32, outputs: 17));
        Assert.Contains("other parameters", Assert.Throws<InvalidOperationException>(other.Clone).Message, StringComparison.Ordinal);
    }

    private static Recurrent Frozen()
    {
        var module = new Recurrent(16, 24, outputs: 17);
        foreach (var parameter in module.parameters()) parameter.requires_grad = false;
        return module;
    }

    private static void Train(TorchPolicy policy)
    {
        var batch = Batches.Ragged(s_shape, 5, 3);
        policy.Forward(batch, new());
        policy.Backward(Batches.Slopes(batch.TotalResponseTokens, 4));
        policy.Step(new(), 0.01);
    }

    private static void LearnsToPreferTheFirst(TorchRewardModel model, TokenBatch pair)
    {
        var scores = new float[2];
        for (int step = 0; step < 40; step++)
        {
            model.Forward(pair, scores);
            float slope = -1 / (1 + MathF.Exp(scores[0] - scores[1]));
            model.Backward([slope, -slope]);
            model.Step(new(), 0.06);
        }
        model.Score(pair, scores);
        Assert.True(scores[0] > scores[1] + 1, $"{scores[0]} and {scores[1]}");
    }

    /// <summary>The mean of a number for each token.</summary>
    private sealed class Scores : nn.Module<Tensor, Tensor>
    {
        private readonly global::TorchSharp.Modules.Embedding table = nn.Embedding(16, 1);
        private readonly bool _column;

        public Scores(bool column)
            : base(nameof(Scores))
        {
            _column = column;
            // From the generator of libtorch they could lie so far the wrong way that 40 steps do not make up for it.
            nn.init.zeros_(table.weight!);
            RegisterComponents();
        }

        public override Tensor forward(Tensor tokens)
        {
            var scores = table.call(tokens).squeeze(-1).mean([1]);
            return _column ? scores.unsqueeze(1) : scores;
        }
    }
}
