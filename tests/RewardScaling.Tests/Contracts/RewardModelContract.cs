using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Contracts;

/// <summary>What a reward model of any engine must do.</summary>
public abstract class RewardModelContract
{
    /// <summary>The engine under test.</summary>
    protected abstract IEngine CreateEngine();

    [Theory]
    [InlineData(false, RewardReadout.LastToken)]
    [InlineData(true, RewardReadout.LastToken)]
    [InlineData(false, RewardReadout.ResponseMean)]
    [InlineData(true, RewardReadout.ResponseMean)]
    public void Scores_are_those_of_the_plain_network(bool even, RewardReadout readout)
    {
        using var model = Trained((even ? Batches.Even : Batches.Odd) with { Readout = readout });
        var batch = Batches.Ragged(model.Shape, 30, 3, someEmpty: readout == RewardReadout.LastToken);
        var scores = new float[30];
        model.Score(batch, scores);
        double[] expected = ReferenceTransformer.Of(model.Save, model.Shape).Scores(batch);
        for (int i = 0; i < 30; i++) Assert.Equal(expected[i], scores[i], 2e-5 * Math.Max(1, Math.Abs(expected[i])));
        var forward = new float[30];
        model.Forward(batch, forward);
        Assert.Equal(scores, forward);
    }

    [Theory]
    [InlineData(RewardReadout.LastToken)]
    [InlineData(RewardReadout.ResponseMean)]
    public void Two_steps_move_every_parameter_as_AdamW_along_numerical_gradients(RewardReadout readout)
    {
        var options = new AdamWOptions { WeightDecay = 0.1, MaxGradientNorm = 0.5, Epsilon = 1e-3, Beta1 = 0.8, Beta2 = 0.9 };
        using var trained = Trained(Batches.Tiny with { Readout = readout });
        using var model = trained.Clone();
        var batch = Batches.Ragged(model.Shape, 8, 5, someEmpty: readout == RewardReadout.LastToken);
        float[] slopes = [.. Enumerable.Range(0, 8).Select(static i => (float)Batches.Random.Normal((ulong)i))];
        var plain = ReferenceTransformer.Of(model.Save, model.Shape);
        var adam = new PlainAdamW(plain.Parameters, options);
        for (int step = 0; step < 2; step++)
        {
            model.Forward(batch, new float[8]);
            model.Backward(slopes);
            double norm = model.Step(options, 0.05);
            Assert.Equal(adam.Step(0.05, () => plain.Scores(batch).Zip(slopes, static (score, slope) => score * slope).Sum()),
                norm, 2e-4 * norm);
        }
        foreach (var (name, values) in ReferenceTransformer.Of(model.Save, model.Shape).Parameters)
            for (int i = 0; i < values.Length; i++) Assert.True(Math.Abs(values[i] - plain.Parameters[name][i]) < 1e-4,
                $"{name}[{i}]");
    }

    [Fact]
    public void A_score_depends_on_every_token_of_a_random_teacher()
    {
        using var model = CreateEngine().CreateRewardModel(Batches.Even, Batches.Random, 0.2);
        int[] tokens = [.. Enumerable.Range(0, 20).Select(static i => i * 7 % 32)];
        var batch = new TokenBatch([.. Enumerable.Range(-1, 21).Select(changed =>
            new TokenSequence(tokens.Select((token, i) => i == changed ? (token + 1) % 32 : token).ToArray(), 4))]);
        var scores = new float[21];
        model.Score(batch, scores);
        for (int i = 1; i < 21; i++) Assert.True(Math.Abs(scores[i] - scores[0]) > 1e-4, $"token {i - 1}");
    }

    [Fact]
    public void The_head_and_the_matrices_begin_with_the_deviations_asked_for()
    {
        using var model = CreateEngine().CreateRewardModel(Batches.Even, Batches.Random, 0.2);
        var parameters = ReferenceTransformer.Of(model.Save, model.Shape).Parameters;
        // 4096 numbers: the standard error of their deviation is 1.1 percent, so 5 percent is more than four of them.
        Assert.InRange(Deviation(parameters["blocks.1.feed_forward.down.weight"]), 0.19, 0.21);
        Assert.InRange(Deviation(parameters["embedding.token.weight"]), 0.18, 0.22);
        Assert.InRange(Deviation(parameters["reward_head.weight"]), 0.08, 0.28);
        Assert.All(parameters["norm.weight"], static gain => Assert.Equal(1, gain));
        Assert.All(parameters["reward_head.bias"], static bias => Assert.Equal(0, bias));
        // The rule that lets another engine begin with the same numbers.
        Assert.Equal(0.2 * Batches.Random.Fork("blocks.0.feed_forward.up.weight").Normal(33),
            parameters["blocks.0.feed_forward.up.weight"][33], 1e-7);
    }

    [Fact]
    public void A_scale_of_the_attention_changes_the_matrices_behind_it_alone()
    {
        var engine = CreateEngine();
        using var model = engine.CreateRewardModel(Batches.Odd, Batches.Random, 0.2, attentionScale: 0.25);
        using var plain = engine.CreateRewardModel(Batches.Odd, Batches.Random, 0.2);
        var expected = ReferenceTransformer.Of(plain.Save, plain.Shape).Parameters;
        foreach (var (name, values) in ReferenceTransformer.Of(model.Save, model.Shape).Parameters)
        {
            double scale = name.EndsWith("attention.output.weight", StringComparison.Ordinal) ? 0.25 : 1;
            for (int i = 0; i < values.Length; i++) Assert.Equal(scale * expected[name][i], values[i], 1e-7);
        }
    }

    [Fact]
    public void A_mean_over_the_response_needs_a_response()
    {
        using var model = CreateEngine().CreateRewardModel(Batches.Odd with { Readout = RewardReadout.ResponseMean }, Batches.Random);
        var batch = new TokenBatch([new(new[] { 1, 2 }, 1), new(new[] { 1, 2 }, 2)]);
        foreach (Action call in (Action[])[() => model.Score(batch, new float[2]), () => model.Forward(batch, new float[2])])
            Assert.Contains("Sequence 1", Assert.ThrowsAny<ArgumentException>(call).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RewardReadout.LastToken)]
    [InlineData(RewardReadout.ResponseMean)]
    public void A_saved_model_is_the_same_model_when_loaded_and_no_policy(RewardReadout readout)
    {
        using var folder = new TemporaryFolder();
        var engine = CreateEngine();
        string path = folder.File("m.safetensors");
        using var model = engine.CreateRewardModel(Batches.Odd with { Readout = readout }, Batches.Random);
        model.Save(path);
        using var loaded = engine.LoadRewardModel(path);
        Assert.Equal(model.Shape, loaded.Shape);
        Assert.Equal(model.ParameterCount, loaded.ParameterCount);
        var batch = Batches.Ragged(model.Shape, 5, 6, someEmpty: false);
        float[] a = new float[5], b = new float[5];
        model.Score(batch, a);
        loaded.Score(batch, b);
        Assert.Equal(a, b);
        string message = Assert.Throws<InvalidDataException>(() => engine.LoadPolicy(path)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains("kind", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vocabulary", "12")]
    [InlineData("context", "2000000000")]
    [InlineData("width", "7")]
    [InlineData("width", "-6")]
    [InlineData("layers", "3")]
    [InlineData("layers", "0")]
    [InlineData("layers", "1")]
    [InlineData("layers", "2000000000")]
    [InlineData("heads", "4")]
    [InlineData("heads", "0")]
    [InlineData("feed_forward_width", "x")]
    [InlineData("readout", "first-token")]
    [InlineData("format", "2")]
    [InlineData("kind", "policy")]
    [InlineData("kind", null)]
    public void A_file_whose_words_do_not_fit_its_numbers_is_refused(string field, string? value)
    {
        using var folder = new TemporaryFolder();
        var engine = CreateEngine();
        string path = folder.File("m.safetensors");
        using (var model = engine.CreateRewardModel(Batches.Odd, Batches.Random)) model.Save(path);
        var file = SafetensorsFile.Read(path);
        var metadata = file.Metadata.ToDictionary();
        if (value == null) metadata.Remove(field);
        else metadata[field] = value;
        SafetensorsFile.Write(path, file.Names.Select(file.Tensor), metadata);
        Assert.Contains(path, Assert.Throws<InvalidDataException>(() => engine.LoadRewardModel(path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_a_tensor_too_few_or_too_many_or_cut_short_is_refused()
    {
        using var folder = new TemporaryFolder();
        var engine = CreateEngine();
        string path = folder.File("m.safetensors"), other = folder.File("n.safetensors");
        using (var model = engine.CreateRewardModel(Batches.Odd, Batches.Random)) model.Save(path);
        var file = SafetensorsFile.Read(path);
        SafetensorsFile.Write(other, file.Names.Where(static name => name != "norm.bias").Select(file.Tensor), file.Metadata);
        Assert.Contains("norm.bias", Assert.Throws<InvalidDataException>(() => engine.LoadRewardModel(other)).Message,
            StringComparison.Ordinal);
        SafetensorsFile.Write(other, file.Names.Select(file.Tensor).Append(new("extra", [1], new float[1])), file.Metadata);
        Assert.Contains("extra", Assert.Throws<InvalidDataException>(() => engine.LoadRewardModel(other)).Message,
            StringComparison.Ordinal);
        byte[] bytes = File.ReadAllBytes(path);
        foreach (int length in new[] { 0, 7, 8, 200, bytes.Length - 1 })
        {
            File.WriteAllBytes(other, bytes[..length]);
            Assert.Throws<InvalidDataException>(() => engine.LoadRewardModel(other));
        }
        Assert.ThrowsAny<IOException>(() => engine.LoadRewardModel(folder.File("missing")));
    }

    [Fact]
    public void What_a_reward_model_cannot_do_is_said_clearly()
    {
        using var model = Trained(Batches.Odd);
        var batch = Batches.Ragged(model.Shape, 4, 7);
        Assert.Throws<InvalidOperationException>(() => model.Backward(new float[4]));
        Assert.ThrowsAny<ArgumentException>(() => model.Score(batch, new float[3]));
        Assert.ThrowsAny<ArgumentException>(() => model.Score(new([new(new[] { 11 }, 1)]), new float[1]));
        Assert.ThrowsAny<ArgumentException>(() => model.Score(new([new(new int[21], 1)]), new float[1]));
        model.Forward(batch, new float[4]);
        Assert.ThrowsAny<ArgumentException>(() => model.Backward(new float[3]));
        model.Backward(new float[4]);
        Assert.Throws<InvalidOperationException>(() => model.Backward(new float[4]));
        Assert.ThrowsAny<ArgumentException>(() =>
            CreateEngine().CreateRewardModel(Batches.Odd with { Heads = 4 }, Batches.Random));
        Assert.ThrowsAny<ArgumentException>(() => CreateEngine().CreateRewardModel(Batches.Odd, Batches.Random, double.NaN));
        Assert.ThrowsAny<ArgumentException>(() => CreateEngine().CreateRewardModel(Batches.Odd, Batches.Random, 0.02, -1));
        Assert.ThrowsAny<ArgumentException>(() =>
            CreateEngine().CreateRewardModel(Batches.Odd with { Readout = (RewardReadout)2 }, Batches.Random));
    }

    [Fact]
    public void A_second_call_at_once_is_refused()
    {
        using var model = Trained(Batches.Even);
        Assert.StartsWith("This model is in the middle of another call.", Collision.Message(batch =>
        {
            var scores = new float[batch.Count];
            model.Score(batch, scores);
            return scores;
        }, Batches.Ragged(Batches.Even, 40, 1), Batches.Ragged(Batches.Even, 30, 2)), StringComparison.Ordinal);
    }

    private ITrainableRewardModel Trained(TransformerShape shape)
    {
        var model = CreateEngine().CreateRewardModel(shape, RandomStream.FromSeed(2));
        for (int step = 0; step < 3; step++)
        {
            model.Forward(Batches.Ragged(shape, 5, 8, someEmpty: shape.Readout == RewardReadout.LastToken), new float[5]);
            model.Backward([1, -1, 0.5f, 2, -3]);
            model.Step(new(), 0.05);
        }
        return model;
    }

    private static double Deviation(double[] values) => Math.Sqrt(values.Sum(static value => value * value) / values.Length);
}
