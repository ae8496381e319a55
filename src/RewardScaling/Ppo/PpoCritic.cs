using RewardScaling.Models;

namespace RewardScaling.Ppo;

/// <summary>Makes a separate critic (<see cref="PpoProblem.Critic"/>) out of a reward model.</summary>
public static class PpoCritic
{
    private const string RewardHead = "reward_head.", ValueHead = "value_head.";

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
                $"The reward model's readout is {shape.Readout}; a critic starts from one read at the last token.", nameof(model));
        }
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            model.Save(path);
            var file = SafetensorsFile.Read(path);
            NamedTensor[] tensors =
            [
                .. file.Names.Select(file.Tensor).Select(static tensor =>
                    !tensor.Name.StartsWith(RewardHead, StringComparison.Ordinal) ? tensor
                    : tensor.Renamed(ValueHead + tensor.Name[RewardHead.Length..])),
                new("head.weight", [shape.Vocabulary, shape.Width], new float[shape.Vocabulary * shape.Width]),
                new("head.bias", [shape.Vocabulary], new float[shape.Vocabulary]),
            ];
            SafetensorsFile.Write(path, tensors, new Dictionary<string, string>(file.Metadata) { ["kind"] = "policy" });
            return engine.LoadPolicy(path); // PPO detail 11
        }
        finally
        {
            File.Delete(path);
        }
    }
}
