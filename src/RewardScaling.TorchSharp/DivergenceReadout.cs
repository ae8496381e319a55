using RewardScaling.Models;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>The exact KL to another network's next-token distribution at each response token.</summary>
internal sealed class DivergenceReadout(TokenNetwork reference) : Readout
{
    private readonly PolicyReadout _policy = new();

    public override int Width => 1;

    public override (int Length, int First, int Count) Rows(TokenBatch batch, int sequence) => _policy.Rows(batch, sequence);

    public override (int From, int Count) Items(TokenBatch batch, int sequence) => _policy.Items(batch, sequence);

    public override Tensor Read(Tensor[] heads, PaddedBatch padded, double temperature)
    {
        var own = PolicyReadout.LogProbs(heads[0], temperature);
        var ratio = PolicyReadout.LogProbs(reference.Heads(padded, graph: false)[0], temperature).sub_(own);
        // p (r/p - 1 - ln(r/p)): each term is at least 0, so the sum is too; the added terms sum to 0.
        return own.add(ratio).exp_().sub_(own.exp().mul_(ratio.add_(1))).sum(-1).unsqueeze(0);
    }
}
