using System.ComponentModel;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>Makes a separate critic (<see cref="PpoProblem.Critic"/>) out of a reward model.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class PpoCritic
{
    private const string RewardHead = "reward_head.", ValueHead = "value_head.", TokenHead = "head.";

    /// <summary>
    /// A network with the reward model's trunk whose value at a state is the reward model's score of the prefix, as Stiennon et
    /// al. 2020 (arXiv:2009.01325, appendix B.1) start their value function. Its token head is zero.
    /// </summary>
    /// <param name="engine">The engine of the policy to be trained.</param>
    /// <param name="model">The reward model, read at the last token; it is not changed.</param>
    /// <exception cref="ArgumentException">The reward model averages over the response: it has no score for a prefix.</exception>
    public static ITrainablePolicy FromRewardModel(IEngine engine, ITrainableRewardModel model)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(model);
        var shape = model.Shape;
        if (shape.Readout != RewardReadout.LastToken)
        {
            throw new ArgumentException(
                $"The reward model's readout is {shape.Readout}; a critic starts from one read at the last token.",
                    nameof(model));
        }
        // Whatever the token head was, zero is one of its own.
        var critic = engine.CreatePolicy(shape with { TiesHead = false }, RandomStream.FromSeed(0));
        critic.SetWeights(
        [
            .. critic.Weights().Where(static tensor => tensor.Name.StartsWith(TokenHead,
                StringComparison.Ordinal)).Select(static tensor =>
                new NamedTensor(tensor.Name, tensor.Shape, new float[tensor.Values.Length])),
            .. model.Weights().Select(static tensor => !tensor.Name.StartsWith(RewardHead, StringComparison.Ordinal) ? tensor
                : new(ValueHead + tensor.Name[RewardHead.Length..], tensor.Shape, tensor.Values.ToArray())),
        ]);
        return critic; // PPO detail 11
    }
}
