using RewardScaling.Models;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>The exact KL to another network's next-token distribution at each response token.</summary>
internal sealed class DivergenceReadout(TokenNetwork reference, TokenCut cut, TokenCut referenceCut) : Readout
{
    private readonly PolicyReadout _policy = new();

    public override int Width => 1;

    public override (int Length, int First, int Count) Rows(TokenBatch batch, int sequence) => _policy.Rows(batch, sequence);

    public override (int From, int Count) Items(TokenBatch batch, int sequence) => _policy.Items(batch, sequence);

    public override Tensor Read(Tensor[] heads, PaddedBatch padded, double temperature)
    {
        var own = PolicyReadout.LogProbs(heads[0], temperature);
        var other = PolicyReadout.LogProbs(reference.Heads(padded, graph: false)[0], temperature);
        if (cut.Cuts((int)own.shape[^1]) || referenceCut.Cuts((int)own.shape[^1])) return OfCut(own, other);
        var ratio = other.sub_(own);
        // p (r/p - 1 - ln(r/p)): each term is at least 0, so the sum is too; the added terms sum to 0.
        return own.add(ratio).exp_().sub_(own.exp().mul_(ratio.add_(1))).sum(-1).unsqueeze(0);
    }

    // Σ p (ln p - ln r) over what p may write; r is 0 for some of it where it was cut, and the sum is +infinity.
    private Tensor OfCut(Tensor own, Tensor other)
    {
        var log = LogCut.Apply(own, cut);
        var ratio = log.sub(LogCut.Apply(other, referenceCut)).masked_fill(log.isneginf(), 0);
        return log.exp().mul(ratio).sum(-1).clamp_min(0).to(ScalarType.Float32).unsqueeze(0);
    }
}
