using System.ComponentModel;

namespace RewardScaling.Models;

/// <summary>
/// The parameters of a network with their gradients and optimizer, wherever an engine keeps them. For those who write an engine.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface INetworkWeights
{
    /// <summary>Name and dimensions of every parameter, in the order of the network.</summary>
    IReadOnlyList<(string Name, int[] Dimensions)> Parameters { get; }

    /// <summary>How many numbers there are.</summary>
    long Count => Parameters.Sum(static parameter =>
        parameter.Dimensions.Aggregate(1L, static (product, length) => product * length));

    /// <summary>All values, in the order of <see cref="Parameters"/>.</summary>
    IReadOnlyList<NamedTensor> Values();

    /// <summary>Sets all values, in the order of <see cref="Parameters"/>; the optimizer is left alone.</summary>
    /// <param name="values">One tensor for each parameter, of its dimensions.</param>
    void Load(IEnumerable<NamedTensor> values);

    /// <summary>As <see cref="INetwork.Freeze"/>, the number of blocks being checked.</summary>
    /// <param name="blocks">How many blocks.</param>
    void Freeze(int blocks);

    /// <summary>Values, moments and the count of steps.</summary>
    TrainingState State();

    /// <summary>Takes all of that over and drops gradients.</summary>
    /// <param name="state">The state of a network of the same parameters.</param>
    void Restore(TrainingState state);

    /// <summary>Makes the gradients zero.</summary>
    void DropGradients();

    /// <summary>One step of AdamW; gradients are then zero.</summary>
    /// <param name="options">Moments, weight decay, clipping.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <returns>The norm of the gradient before clipping.</returns>
    double Step(AdamWOptions options, double learningRate);
}
