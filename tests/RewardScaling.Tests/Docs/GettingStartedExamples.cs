using RewardScaling.BestOfN;
using RewardScaling.Cpu;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Models;
using RewardScaling.Reports;
using RewardScaling.RewardModels;
using RewardScaling.Studies;

namespace RewardScaling.Tests.Docs;

/// <summary>
/// The code of docs/getting-started.md. The regions stand there word for word; <see cref="GettingStartedTests"/> holds them together and runs them.
/// </summary>
internal static class GettingStartedExamples
{
    public static LawFit OwnSamples(double[][] proxyScores, double[][] goldScores)
    {
        #region own-samples
        // proxyScores[p][s] and goldScores[p][s]: sample s of prompt p, scored by the proxy and by gold.
        var prompts = proxyScores.Zip(goldScores, (proxy, gold) => new ScoredPrompt("prompt", proxy, gold)).ToList();
        RewardCurve curve = BestOfNCurve.From(prompts, n: [1, 2, 4, 8, 16, 32, 64]);
        LawFit fit = OveroptimizationLaw.BestOfN.Fit(curve, new() { Weighting = LawWeighting.SharedSamples });
        Console.WriteLine(fit);                                   // the law and what was measured, and which of them to believe
        Console.WriteLine(Advice.Of([fit]));                      // how far to go, in words
        #endregion
        return fit;
    }

    public static async Task<StudyResult> WholeStudy(StudyPlan plan, string folder, IProgress<StudyProgress>? progress,
        CancellationToken cancellationToken)
    {
        #region whole-study
        var engine = new CpuEngine();
        var study = new OveroptimizationStudy(plan, engine);      // StudyPlan.Quick, or one of your own
        StudyResult result = await study.RunAsync(folder, progress, cancellationToken);
        result.SaveReportFiles(folder);                           // report.html, report.md, curves.csv, the plots
        foreach (StudyCurve curve in result.Curves)
            Console.WriteLine(curve.Peak);
        #endregion
        return result;
    }

    public static async Task<StudyResult> OwnRewardModel(StudyPlan plan, string folder, CancellationToken cancellationToken)
    {
        #region own-reward-model
        // Any function of the text can be gold (or, with BestOfNSampler and PpoTrainer, the proxy).
        IRewardModel brevity = RewardModel.FromText((prompt, response) => -response.Count(c => c == 'a'));
        var engine = new CpuEngine();
        var study = new OveroptimizationStudy(plan, engine, gold: GoldSource.From("few a", brevity));
        StudyResult result = await study.RunAsync(folder, cancellationToken: cancellationToken);
        #endregion
        return result;
    }
}
