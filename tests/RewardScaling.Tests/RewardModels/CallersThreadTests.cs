using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.RewardModels;
using RewardScaling.Tests.Policies;

namespace RewardScaling.Tests.RewardModels;

/// <summary>The reward model waits until the caller has the task in hand; on the caller's thread it would wait in vain.</summary>
public sealed class CallersThreadTests
{
    private static readonly Rollouts Pairs = new(new([
        Toys.Sequence(1, 9, 1, 2), Toys.Sequence(1, 9, 3, 4), Toys.Sequence(1, 8, 5, 6), Toys.Sequence(1, 8, 7, 1)]), new ByteTokenizer());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("label")]
    [InlineData("sample and label")]
    [InlineData("evaluate")]
    [InlineData("normalize")]
    [InlineData("sensitivity")]
    public async Task What_asks_a_reward_model_gives_the_callers_thread_back_at_once(string what)
    {
        using var inHand = new ManualResetEventSlim();
        using var policy = new BigramPolicy(Toys.Vocabulary, 8);
        bool wasGiven = true;
        int asked = 0;
        var patient = RewardModel.FromText(text =>
        {
            wasGiven = wasGiven && inHand.Wait(TimeSpan.FromSeconds(10), Cancel);
            return ++asked + text[^1];
        });
        Task task = what switch
        {
            "label" => PreferenceLabeler.LabelAsync(patient, Pairs, Cancel),
            "sample and label" => PreferenceLabeler.SampleAndLabelAsync(patient, policy, new ByteTokenizer(), new() { ResponseLength = 2 },
                new([Toys.Sequence(1, 3)]), RandomStream.FromSeed(1), cancellationToken: Cancel),
            "evaluate" => RewardModelEvaluation.MeasureAsync(patient, [new(Pairs.Tokens[0], Pairs.Tokens[1])], new ByteTokenizer(), Cancel),
            "normalize" => RewardModelNormalization.MeasureAsync(patient, Pairs, Cancel),
            _ => ResponseSensitivity.MeasureAsync(patient, Pairs, RandomStream.FromSeed(1), Cancel),
        };
        inHand.Set();
        await task;
        Assert.True(wasGiven);
        Assert.True(asked > 0);
    }
}
