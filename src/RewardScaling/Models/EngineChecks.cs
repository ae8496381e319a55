using System.ComponentModel;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>What every engine refuses before it works, in the same words; for those who write one.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class EngineChecks
{
    /// <summary>Faults a batch a network cannot read.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="further">Tokens that will follow each sequence.</param>
    /// <exception cref="ArgumentException">A sequence too long, or a token outside the vocabulary.</exception>
    public static void RequireReadable(TransformerShape shape, TokenBatch batch, int further = 0)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(batch);
        for (int sequence = 0; sequence < batch.Count; sequence++)
        {
            var tokens = batch.Sequence(sequence);
            if (tokens.Length > shape.Context - further)
            {
                string more = further == 0 ? "" : $" and {further} to come";
                throw new ArgumentException(
                    $"Sequence {sequence} of the batch has {tokens.Length} tokens{more}; the network's context is {shape.Context}.",
                    nameof(batch));
            }
            for (int position = 0; position < tokens.Length; position++)
            {
                if ((uint)tokens[position] < (uint)shape.Vocabulary) continue;
                throw new ArgumentException(
                    $"Token {position} of sequence {sequence} is {tokens[position]}; it must be in [0, {shape.Vocabulary - 1}].",
                    nameof(batch));
            }
        }
    }

    /// <summary>Faults a request for samples that cannot be met.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="prompts">What is to be continued.</param>
    /// <param name="options">Length and temperature.</param>
    /// <param name="streams">How many streams of random numbers were given.</param>
    /// <exception cref="ArgumentException">Options out of range, another number of streams than prompts, a prompt with a response
    /// or too long, or a token outside the vocabulary.</exception>
    public static void RequireDrawable(TransformerShape shape, TokenBatch prompts, SamplingOptions options, int streams)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        ArgumentNullException.ThrowIfNull(prompts);
        Guard.Length(streams, prompts.Count, nameof(streams));
        RequireReadable(shape, prompts, options.ResponseLength);
        for (int i = 0; i < prompts.Count; i++)
        {
            if (prompts.PromptLengths[i] != prompts.Sequence(i).Length)
                throw new ArgumentException(
                    $"Sequence {i} has a response of {prompts.Response(i).Length} tokens; prompts must have none.", nameof(prompts));
        }
    }

    /// <summary>Faults a batch a reward model cannot score.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="batch">The batch.</param>
    /// <exception cref="ArgumentException">As <see cref="RequireReadable"/>; or a mean over a response that is not
    /// there.</exception>
    public static void RequireScorable(TransformerShape shape, TokenBatch batch)
    {
        RequireReadable(shape, batch);
        if (shape.Readout == RewardReadout.LastToken) return;
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch.Response(i).Length > 0) continue;
            throw new ArgumentException(
                $"Sequence {i} of the batch has no response; a reward model with the readout {shape.Readout} has no score for it.",
                nameof(batch));
        }
    }

    /// <summary>Faults a temperature that divides by nothing.</summary>
    /// <param name="temperature">What logits are to be divided by.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not a finite positive number.</exception>
    public static void RequireTemperature(double temperature)
    {
        Guard.Finite(temperature);
        Guard.Positive(temperature);
    }

    /// <summary>Faults training a network whose weights are kept narrower than float32.</summary>
    /// <param name="isNarrow">Whether they are.</param>
    /// <exception cref="NotSupportedException">They are.</exception>
    public static void RequireTrainable(bool isNarrow)
    {
        if (isNarrow)
            throw new NotSupportedException("The weights of this network are kept in bfloat16, to be read only; load it with the engine itself to train it.");
    }

    /// <summary>Faults a step of AdamW that cannot be made.</summary>
    /// <param name="options">Moments, weight decay, clipping.</param>
    /// <param name="learningRate">The learning rate of the step.</param>
    /// <exception cref="ArgumentException">Options out of range, or a learning rate that is negative or not finite.</exception>
    public static void RequireStep(AdamWOptions options, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Guard.Finite(learningRate);
        Guard.NotNegative(learningRate);
    }

    /// <summary>Faults a list whose length is not the one expected: scores, divergences, derivatives.</summary>
    /// <param name="actual">Its length.</param>
    /// <param name="expected">The length it must have.</param>
    /// <param name="name">The list, for the message.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static void RequireLength(int actual, int expected, string name) => Guard.Length(actual, expected, name);
}
