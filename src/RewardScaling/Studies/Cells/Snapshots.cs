using RewardScaling.Curves;
using RewardScaling.Models;

namespace RewardScaling.Studies.Cells;

/// <summary>Keeps policies along a run of PPO in a folder, those that may be asked for when it ends.</summary>
/// <param name="keep">Which are asked for.</param>
/// <param name="folder">Where they lie while the run goes on.</param>
internal sealed class Snapshots(KeptPolicies keep, string folder)
{
    private readonly List<RewardPoint> _points = [];

    /// <summary>The policy after a step.</summary>
    public string PathOf(int step) => Path.Combine(folder, FormattableString.Invariant($"step-{step:D6}.safetensors"));

    /// <summary>Told every point of the curve with its policy.</summary>
    public void Take(RewardPoint point, ITrainablePolicy policy)
    {
        if (keep == KeptPolicies.Last) return;
        // A run that goes on after a death measures the points behind its checkpoint again, to the same bits. Points of before
        // this process are not known here, so nothing that may still be asked for is deleted.
        _points.Add(point);
        if (keep.Of(_points).Contains(point)) policy.Save(PathOf((int)point.Effort));
    }

    /// <summary>Deletes those that nothing asks for now, nor after the run has gone on.</summary>
    /// <param name="steps">The steps that stay.</param>
    public void Keep(IReadOnlyCollection<int> steps)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "step-*.safetensors"))
            if (!steps.Any(step => PathOf(step) == path)) File.Delete(path);
    }
}
