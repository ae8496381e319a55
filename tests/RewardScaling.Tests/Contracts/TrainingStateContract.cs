using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Contracts;

/// <summary>What every engine's networks must do with the state of a training: keep it, take it over, refuse a wrong one.</summary>
public abstract class TrainingStateContract
{
    private static readonly AdamWOptions s_options = new() { WeightDecay = 0.1, MaxGradientNorm = 0.5, Beta2 = 0.95 };

    /// <summary>The engine under test.</summary>
    protected abstract IEngine CreateEngine();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void A_policy_restored_trains_on_with_the_same_bits(int before)
    {
        using var folder = new TemporaryFolder();
        string middle = folder.File("middle"), straight = folder.File("straight"), resumed = folder.File("resumed");
        var engine = CreateEngine();
        using (var policy = engine.CreatePolicy(Batches.Odd, Batches.Random))
        {
            Train(policy, 0, before);
            policy.SaveTraining(middle);
            Train(policy, before, 3);
            policy.SaveTraining(straight);
        }
        using var other = engine.CreatePolicy(Batches.Odd, RandomStream.FromSeed(99));
        Train(other, 50, 2);
        // Half a step that must be forgotten, gradients and activations.
        other.Forward(Batches.Ragged(other.Shape, 3, 1), new());
        other.Backward(Batches.Slopes(Batches.Ragged(other.Shape, 3, 1).TotalResponseTokens, 2));
        other.Forward(Batches.Ragged(other.Shape, 3, 1), new());
        other.RestoreTraining(middle);
        Assert.Throws<InvalidOperationException>(() =>
            other.Backward(Batches.Slopes(Batches.Ragged(other.Shape, 3, 1).TotalResponseTokens, 2)));
        Train(other, before, 3);
        other.SaveTraining(resumed);
        Assert.Equal(File.ReadAllBytes(straight), File.ReadAllBytes(resumed));
    }

    [Theory]
    [InlineData(RewardReadout.LastToken)]
    [InlineData(RewardReadout.ResponseMean)]
    public void A_reward_model_restored_trains_on_with_the_same_bits(RewardReadout readout)
    {
        using var folder = new TemporaryFolder();
        string middle = folder.File("middle"), straight = folder.File("straight"), resumed = folder.File("resumed");
        var engine = CreateEngine();
        var shape = Batches.Odd with { Readout = readout };
        using (var model = engine.CreateRewardModel(shape, Batches.Random))
        {
            Train(model, 0, 4);
            model.SaveTraining(middle);
            Train(model, 4, 3);
            model.SaveTraining(straight);
        }
        using var other = engine.CreateRewardModel(shape, RandomStream.FromSeed(99));
        other.Forward(Batches.Ragged(shape, 5, 1, someEmpty: false), new float[5]);
        other.Backward([1, 2, 3, 4, 5]);
        other.RestoreTraining(middle);
        Train(other, 4, 3);
        other.SaveTraining(resumed);
        Assert.Equal(File.ReadAllBytes(straight), File.ReadAllBytes(resumed));
    }

    [Fact]
    public void Gradients_dropped_leave_no_trace()
    {
        using var folder = new TemporaryFolder();
        var engine = CreateEngine();
        using (var policy = engine.CreatePolicy(Batches.Odd, Batches.Random))
        {
            Train(policy, 0, 2);
            policy.SaveTraining(folder.File("policy"));
        }
        using var dropping = engine.CreatePolicy(Batches.Odd, Batches.Random);
        var batch = Batches.Ragged(dropping.Shape, 3, 1);
        for (int step = 0; step < 2; step++)
        {
            var slopes = Batches.Slopes(batch.TotalResponseTokens, 2);
            if (step == 1) slopes.LogProbs[0] = float.NaN;
            dropping.Forward(batch, new());
            dropping.Backward(slopes);
            dropping.Forward(batch, new());
            dropping.DropGradients();
            Assert.Throws<InvalidOperationException>(() => dropping.Backward(slopes));
            Train(dropping, step, 1);
        }
        dropping.SaveTraining(folder.File("policy dropping"));
        Assert.Equal(File.ReadAllBytes(folder.File("policy")), File.ReadAllBytes(folder.File("policy dropping")));

        using (var model = engine.CreateRewardModel(Batches.Odd, Batches.Random))
        {
            Train(model, 0, 1);
            model.SaveTraining(folder.File("model"));
        }
        using var other = engine.CreateRewardModel(Batches.Odd, Batches.Random);
        other.Forward(Batches.Ragged(other.Shape, 5, 1, someEmpty: false), new float[5]);
        other.Backward([1, 2, float.PositiveInfinity, 4, 5]);
        other.DropGradients();
        Train(other, 0, 1);
        other.SaveTraining(folder.File("model dropping"));
        Assert.Equal(File.ReadAllBytes(folder.File("model")), File.ReadAllBytes(folder.File("model dropping")));
    }

    [Fact]
    public void The_file_holds_weights_moments_and_the_count_by_their_names()
    {
        using var folder = new TemporaryFolder();
        using var policy = CreateEngine().CreatePolicy(Batches.Odd, Batches.Random);
        Train(policy, 0, 3);
        policy.Save(folder.File("weights"));
        policy.SaveTraining(folder.File("training"));
        SafetensorsFile weights = SafetensorsFile.Read(folder.File("weights")),
            training = SafetensorsFile.Read(folder.File("training"));
        Assert.Equal("3", training.Metadata["optimizer.steps"]);
        Assert.Equal("policy-training", training.Metadata["kind"]);
        Assert.Equal(3 * weights.Names.Count, training.Names.Count);
        foreach (string name in weights.Names)
        {
            Assert.Equal(weights.Tensor(name).Values.ToArray(), training.Tensor(name).Values.ToArray());
            var (first, second) = (training.Tensor("optimizer.first." + name), training.Tensor("optimizer.second." + name));
            Assert.Equal(weights.Tensor(name).Shape.ToArray(), first.Shape.ToArray());
            Assert.Equal(weights.Tensor(name).Shape.ToArray(), second.Shape.ToArray());
            Assert.All(second.Values.ToArray(), static value => Assert.True(value >= 0));
        }
        Assert.Contains(training.Tensor("optimizer.first.head.weight").Values.ToArray(), static value => value != 0);
    }

    [Theory]
    [InlineData("optimizer.steps", "-1")]
    [InlineData("optimizer.steps", "3.5")]
    [InlineData("optimizer.steps", "99999999999999999999")]
    [InlineData("optimizer.steps", null)]
    [InlineData("heads", "1")]
    [InlineData("kind", "policy")]
    [InlineData("kind", "reward-model-training")]
    [InlineData("format", "2")]
    [InlineData("readout", "response-mean")]
    public void A_state_whose_words_do_not_fit_is_refused_and_changes_nothing(string field, string? value) =>
        AssertRefused(field, (file, path) =>
        {
            var metadata = file.Metadata.ToDictionary();
            if (value is null) metadata.Remove(field);
            else metadata[field] = value;
            SafetensorsFile.Write(path, file.Names.Select(file.Tensor), metadata);
        });

    [Theory]
    [InlineData("optimizer.first.norm.bias", "missing")]
    [InlineData("optimizer.second.value_head.weight", "missing")]
    [InlineData("norm.weight", "missing")]
    [InlineData("optimizer.first.extra", "extra")]
    [InlineData("optimizer.second.norm.weight", "shape")]
    [InlineData("optimizer.second.norm.weight", "negative")]
    public void A_state_whose_tensors_do_not_fit_is_refused_and_changes_nothing(string name, string damage) =>
        AssertRefused(name, (file, path) =>
        {
            var tensors = file.Names.Where(other => other != name || damage == "extra").Select(file.Tensor).ToList();
            if (damage == "extra") tensors.Add(new(name, [1], new float[1]));
            if (damage == "shape") tensors.Add(new(name, [3, 2], file.Tensor(name).Values.ToArray()));
            if (damage == "negative") tensors.Add(new(name, file.Tensor(name).Shape, new float[] { 1, 2, -1e-30f, 4, 5, 6 }));
            SafetensorsFile.Write(path, tensors, file.Metadata);
        });

    [Fact]
    public void A_state_of_another_shape_or_cut_short_or_absent_is_refused_and_changes_nothing()
    {
        AssertRefused("width", (_, path) =>
        {
            using var larger = CreateEngine().CreatePolicy(Batches.Even with { Vocabulary = 11, Context = 20 }, Batches.Random);
            larger.SaveTraining(path);
        });
        AssertRefused("damaged", static (_, path) =>
        {
            byte[] bytes = File.ReadAllBytes(path);
            File.WriteAllBytes(path, bytes[..(bytes.Length - 1)]);
        });
        using var policy = CreateEngine().CreatePolicy(Batches.Odd, Batches.Random);
        Assert.ThrowsAny<IOException>(() => policy.RestoreTraining(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())));
    }

    [Fact]
    public void What_cannot_be_written_leaves_the_file_that_was_there()
    {
        using var folder = new TemporaryFolder();
        using var policy = CreateEngine().CreatePolicy(Batches.Odd, Batches.Random);
        Directory.CreateDirectory(folder.File("taken"));
        Assert.ThrowsAny<IOException>(() => policy.SaveTraining(folder.File("taken")));
        Assert.ThrowsAny<IOException>(() => policy.SaveTraining(folder.File("absent/file")));
        Assert.Empty(Directory.EnumerateFiles(folder.File("."), "*.tmp"));
        policy.Dispose();
        Assert.Throws<ObjectDisposedException>(() => policy.SaveTraining(folder.File("file")));
        Assert.Throws<ObjectDisposedException>(() => policy.RestoreTraining(folder.File("file")));
    }

    private void AssertRefused(string field, Action<SafetensorsFile, string> damage)
    {
        using var folder = new TemporaryFolder();
        string before = folder.File("before"), damaged = folder.File("damaged"), after = folder.File("after");
        using var policy = CreateEngine().CreatePolicy(Batches.Odd, Batches.Random);
        Train(policy, 0, 2);
        policy.SaveTraining(damaged);
        damage(SafetensorsFile.Read(damaged), damaged);
        Train(policy, 2, 1);
        policy.SaveTraining(before);
        string message = Assert.Throws<InvalidDataException>(() => policy.RestoreTraining(damaged)).Message;
        Assert.Contains(damaged, message, StringComparison.Ordinal);
        Assert.Contains(field == "kind" || field == "readout" ? "" : field, message, StringComparison.Ordinal);
        policy.SaveTraining(after);
        Assert.Equal(File.ReadAllBytes(before), File.ReadAllBytes(after));
    }

    private static void Train(ITrainablePolicy policy, int from, int steps)
    {
        for (int step = from; step < from + steps; step++)
        {
            var batch = Batches.Ragged(policy.Shape, 6, (ulong)step);
            policy.Forward(batch, new());
            policy.Backward(Batches.Slopes(batch.TotalResponseTokens, (ulong)step));
            policy.Step(s_options, 0.02);
        }
    }

    private static void Train(ITrainableRewardModel model, int from, int steps)
    {
        for (int step = from; step < from + steps; step++)
        {
            model.Forward(Batches.Ragged(model.Shape, 5, (ulong)step, someEmpty: false), new float[5]);
            model.Backward([1, -1, 0.5f, 2, -step]);
            model.Step(s_options, 0.02);
        }
    }
}
