#:project ../src/RewardScaling/RewardScaling.csproj
// A study, and what to do with its result. The quick plan made quicker: a few seconds instead of a minute.
//   dotnet run samples/study.cs [folder]
using RewardScaling.Cpu;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Reports;
using RewardScaling.Studies;

StudyPlan quick = StudyPlan.Quick;
StudyPlan plan = quick with
{
    Name = "quicker",
    Seed = 1,
    Pretraining = quick.Pretraining with { Steps = 200 },
    ProxySizes = [quick.ProxySizes[0]],
    Comparisons = [300, 3000],
    EvaluationPrompts = 128,
    PoolSize = 128,
    BestOfN = [1, 2, 4, 8, 16, 32, 64, 128],
    Ppo = quick.Ppo with { MaximumSteps = 40 },
};
string folder = args.Length > 0 ? args[0] : Path.Combine("runs", plan.Name);

// Stop it and run it again: it goes on where it was. The folder belongs to this plan and to no other.
var study = new OveroptimizationStudy(plan, new CpuEngine());
StudyResult result = await study.RunAsync(folder, new Progress<StudyProgress>(at =>
{
    if (at.IsFinished) Console.WriteLine($"{at.Stage}: {at.Detail}");
}));

// Each curve has its points, its law and the highest gold as measured. Believe the law only where it describes the points.
foreach (StudyCurve curve in result.Curves)
{
    Console.WriteLine($"{curve.Law.Name} against {curve.Proxy.Label}");
    Console.WriteLine($"  measured: {MeasuredPeak.Of(curve.Curve)}");
    if (curve.HasFit) Console.WriteLine($"  the law {(curve.Fit.LackOfFit.IsRejected ? "does not hold" : "holds")}: {curve.Peak}");
}
StudyCurve worst = result.Curves.MinBy(curve => curve.Curve.Points[^1].Gold.Value)!;
Console.WriteLine($"Falls furthest: {worst.Curve.Label}, to gold {worst.Curve.Points[^1].Gold:F2} at {worst.Curve.Points[^1].Kl.Value:F1} nats");
if (worst.HasFit) Console.WriteLine(Advice.Of([worst.Fit]));
result.SaveReportFiles(folder);                  // report.html, report.md, curves.csv and a .svg for each figure
Console.WriteLine($"Report: {Path.Combine(folder, "report.html")}");

// Prints: ^Falls furthest: 
// Prints: ^best-of-n against .* 300 comparisons
// Prints: ^Report: .*report\.html
