using RewardScaling.Reports;
using RewardScaling.Reports.Drawing;

namespace RewardScaling.Tests.Reports;

public sealed class GalleryTests
{
    [Fact]
    public void Figures_can_be_written_for_a_person_to_look_at()
    {
        string? folder = Environment.GetEnvironmentVariable("REWARDSCALING_GALLERY");
        if (folder is null) Assert.Skip("Set REWARDSCALING_GALLERY to a folder to have the sample figures written there.");
        Directory.CreateDirectory(folder);
        foreach ((string name, int sizes, int counts,
            double scale) in new[] { ("quick", 2, 3, 1.0), ("one", 1, 1, 1.0), ("wide", 2, 3, 4.0), ("full", 3, 5, 1.0) })
        {
            IReadOnlyList<ReportCurve> curves = SampleStudy.Curves(sizes, counts, scale);
            foreach (Figure figure in OveroptimizationFigures.All(curves)) figure.Save(Path.Combine(folder, $"{name}-{figure.Name}.svg"));
            SampleResult.Of(curves).SaveReport(Path.Combine(folder, $"{name}-report.html"));
        }
    }
}
