using RewardScaling.Models;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>
/// What is read from a network's outputs: some numbers for each token or sequence, that a loss is a function of.
/// </summary>
internal abstract class Readout
{
    /// <summary>Numbers for each item.</summary>
    public abstract int Width { get; }

    /// <summary>How many tokens of a sequence the network reads, and which of those rows are asked for.</summary>
    public abstract (int Length, int First, int Count) Rows(TokenBatch batch, int sequence);

    /// <summary>Where the items of a sequence begin and how many there are.</summary>
    public abstract (int From, int Count) Items(TokenBatch batch, int sequence);

    /// <summary>Reads the outputs at the rows asked for: [width, items] in float32.</summary>
    /// <param name="heads">One tensor [rows, outputs] for each head.</param>
    /// <param name="padded">The sequences.</param>
    /// <param name="temperature">Logits are divided by this.</param>
    public abstract Tensor Read(Tensor[] heads, PaddedBatch padded, double temperature);
}

/// <summary>Log-probability, entropy and value of each response token.</summary>
internal sealed class PolicyReadout : Readout
{
    public override int Width => 3;

    // The last token is not read, as nothing follows it.
    public override (int Length, int First, int Count) Rows(TokenBatch batch, int sequence)
    {
        int prompt = batch.PromptLengths[sequence], response = batch.Response(sequence).Length;
        return (response == 0 ? 0 : prompt + response - 1, prompt - 1, response);
    }

    public override (int From, int Count) Items(TokenBatch batch, int sequence) =>
        (batch.ResponseOffsets[sequence], batch.ResponseOffsets[sequence + 1] - batch.ResponseOffsets[sequence]);

    public override Tensor Read(Tensor[] heads, PaddedBatch padded, double temperature)
    {
        var all = LogProbs(heads[0], temperature);
        var tokens = new long[padded.Selected];
        int at = 0;
        foreach (int sequence in padded.Sequences)
            foreach (int token in padded.Batch.Response(sequence)) tokens[at++] = token;
        var logProbs = all.gather(1, tensor(tokens, [tokens.Length, 1], device: all.device)).view(-1);
        var entropies = all.exp().mul(all).sum(-1).neg();
        return stack([logProbs, entropies, heads.Length > 1 ? heads[1].view(-1) : zeros_like(entropies)]);
    }

    /// <summary>log softmax(logits / temperature), [rows, vocabulary].</summary>
    public static Tensor LogProbs(Tensor logits, double temperature) =>
        (temperature == 1 ? logits : logits.div(temperature)).log_softmax(-1);
}

/// <summary>The score of each sequence.</summary>
internal sealed class RewardModelReadout(RewardReadout readout) : Readout
{
    public override int Width => 1;

    public override (int Length, int First, int Count) Rows(TokenBatch batch, int sequence)
    {
        int length = batch.Sequence(sequence).Length, prompt = batch.PromptLengths[sequence];
        return readout == RewardReadout.LastToken ? (length, length - 1, 1) : (length, prompt, length - prompt);
    }

    public override (int From, int Count) Items(TokenBatch batch, int sequence) => (sequence, 1);

    public override Tensor Read(Tensor[] heads, PaddedBatch padded, double temperature) =>
        padded.Mean(heads[0].view(-1)).unsqueeze(0);
}
