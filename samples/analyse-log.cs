#:project ../src/RewardScaling/RewardScaling.csproj
// A training log, anybody's: what it holds, which KL that is, whether a law may be fitted, and the law.
//   dotnet run samples/analyse-log.cs [train.jsonl]      JSON lines, CSV, trainer_state.json, printed metrics, event files
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Reports;
using RewardScaling.Runs;

string file = args.Length > 0 ? args[0] : Path.Combine((string)AppContext.GetData("EntryPointFileDirectoryPath")!, "quick-ppo.csv");
RunLog log = RunLog.Read(file);
Console.WriteLine(log);                          // the columns used, which KL it is, every warning

// The gate looks before any law: a run whose KL is none, or that never moved, gets sentences instead of a fit.
RunGate gate = RunGate.Of(log);
foreach (GateFinding finding in gate.Findings) Console.WriteLine($"* {finding.Sentence}");
if (!gate.Allows(RewardTarget.Gold)) return;

RewardCurve curve = log.ToCurve(conversion: KlConversion.ByMeanLength);
Console.WriteLine($"Measured: {MeasuredPeak.Of(curve)}");
LawFit fit = OveroptimizationLaw.ReinforcementLearning.Fit(curve, new LawFitOptions().Free(LawFitOptions.Offset));
Console.WriteLine(fit);
Console.WriteLine(LawComparison.Of([OveroptimizationLaw.ReinforcementLearning, OveroptimizationLaw.BestOfN], curve));
Console.WriteLine(Advice.Of([fit]));
new AnalysisReport { Title = "My run", Figures = [CurveFigure.Of(curve, fit)], Fits = [fit] }.Save("my-run.html");
Console.WriteLine("Page: my-run.html");

// Prints: ^Measured: 
// Prints: rl law fitted to gold
// Prints: ^Page: my-run\.html
