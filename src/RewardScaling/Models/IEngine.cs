using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>What makes and loads networks: the one line that differs between a laptop and a GPU.</summary>
public interface IEngine
{
    /// <summary>The engine and the hardware it found, for reports: "CPU, 2 threads, AVX2".</summary>
    string Description { get; }

    /// <summary>
    /// What decides the rounding of its numbers, in words: "CPU, 8 x float32". Two engines that say the same give the same bits;
    /// a study records it with every stage, and its report says where it changed on the way.
    /// </summary>
    /// <value>By default <see cref="Description"/>.</value>
    string Arithmetic => Description;

    /// <summary>A policy with random weights.</summary>
    /// <param name="shape">The shape of the network.</param>
    /// <param name="initialization">Where the weights come from; the same stream gives the same weights on every engine.</param>
    /// <exception cref="ArgumentException">The shape is one no network can have.</exception>
    ITrainablePolicy CreatePolicy(TransformerShape shape, RandomStream initialization);

    /// <summary>A reward model with random weights.</summary>
    /// <param name="shape">The shape of the network.</param>
    /// <param name="initialization">Where the weights come from; the same stream gives the same weights on every engine.</param>
    /// <param name="standardDeviation">
    /// The standard deviation of the weight matrices; at least 0. 0.02 (GPT-2) suits training; a fixed random teacher takes more.
    /// </param>
    /// <param name="attentionScale">
    /// What the deviation of the matrices behind the attention is multiplied by; at least 0. Below 1 a token's own embedding
    /// outweighs what it reads in others.
    /// </param>
    /// <exception cref="ArgumentException">The shape is one no network can have, or a number is out of range.</exception>
    ITrainableRewardModel CreateRewardModel(TransformerShape shape, RandomStream initialization, double standardDeviation = 0.02,
        double attentionScale = 1);

    /// <summary>
    /// Reads a policy: a language model's <see cref="ModelFolder"/>, or a file that <see cref="INetwork.Save"/> wrote.
    /// </summary>
    /// <param name="path">The folder or the safetensors file.</param>
    /// <exception cref="InvalidDataException">It is damaged or holds something else; the message names the file and the
    /// field.</exception>
    ITrainablePolicy LoadPolicy(string path);

    /// <summary>
    /// Reads a reward model: the <see cref="ModelFolder"/> of a classifier with one label, or a file that
    /// <see cref="INetwork.Save"/> wrote.
    /// </summary>
    /// <remarks><see cref="Trunks.CreateRewardModel"/> makes one of a language model.</remarks>
    /// <param name="path">The folder or the safetensors file.</param>
    /// <exception cref="InvalidDataException">It is damaged or holds something else; the message names the file and the
    /// field.</exception>
    ITrainableRewardModel LoadRewardModel(string path);
}
