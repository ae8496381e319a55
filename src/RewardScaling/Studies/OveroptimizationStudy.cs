using System.Reflection;
using RewardScaling.Models;
using RewardScaling.Policies;

namespace RewardScaling.Studies;

/// <summary>
/// A whole study after Gao, Schulman and Hilton 2022 (arXiv:2210.10760): pre-train a policy, fix a gold reward model, label
/// comparisons by it, train proxies on them, optimise the policy against each proxy by best-of-n and by PPO, and fit the laws.
/// </summary>
/// <remarks>
/// The numbers depend on plan, corpus, gold and engine, not on how often the run was stopped and taken up. With
/// <see cref="Cpu.CpuEngine"/> they do not depend on threads either, but to rounding on the width of the processor's registers
/// (docs/engines.md). A finished stage lies in the run folder and is not run again; a training that was stopped goes on from its
/// last checkpoint.
/// </remarks>
/// <example>
/// <code>
/// var study = new OveroptimizationStudy(StudyPlan.Quick, new CpuEngine());
/// StudyResult result = await study.RunAsync("runs/quick");
/// result.SaveReportFiles("runs/quick");
/// </code>
/// </example>
public sealed class OveroptimizationStudy
{
    private readonly StudyPlan _plan;
    private readonly IEngine _engine;
    private readonly StudyInputs _inputs;
    private readonly TimeProvider _time;

    /// <summary>A study, all its inputs read and checked.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="engine">What makes and runs the networks.</param>
    /// <param name="corpus">
    /// What the policy learns to write; null for a <see cref="SyntheticLanguage"/> of the plan's seed, and for none where the
    /// policy comes from a folder.
    /// </param>
    /// <param name="gold">Where gold comes from; null for <see cref="GoldSource.Teacher"/>.</param>
    /// <param name="policy">Where the initial policy comes from; null for <see cref="PolicySource.Pretrained"/>.</param>
    /// <param name="prompts">Where prompts come from; null for <see cref="PromptSource.Corpus"/>.</param>
    /// <param name="time">The clock behind stage times and time left; null for the system's.</param>
    /// <exception cref="ArgumentException">
    /// The plan cannot be carried out, with these sources or at all: a context too short for prompt and response, another
    /// vocabulary, too few prompts. The message says why.
    /// </exception>
    /// <exception cref="InvalidDataException">A preference file or a model folder is damaged or something else; the message names
    /// the file and the line or tensor.</exception>
    /// <exception cref="IOException">There is no such file or folder.</exception>
    public OveroptimizationStudy(StudyPlan plan, IEngine engine, Corpus? corpus = null, GoldSource? gold = null,
        PolicySource? policy = null, PromptSource? prompts = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(engine);
        plan.Validate();
        _plan = plan;
        _engine = engine;
        _inputs = new(plan, corpus, gold ?? GoldSource.Teacher, policy ?? PolicySource.Pretrained,
            prompts ?? PromptSource.Corpus);
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Runs the study, or what is left of it.</summary>
    /// <param name="folder">The run folder: new, empty, or of a run of the same study that was stopped.</param>
    /// <param name="progress">Told where the study stands, on whatever thread works.</param>
    /// <param name="cancellationToken">Stops the study; finished stages stay, and a later run goes on with them.</param>
    /// <remarks>A finished study is read from a folder that cannot be written, too.</remarks>
    /// <exception cref="IOException">The folder cannot be written, is in use, or holds something else.</exception>
    /// <exception cref="InvalidDataException">A file in the folder is damaged, missing or of another study; the message names it
    /// and what to delete to make it again.</exception>
    /// <exception cref="OperationCanceledException">The study was cancelled.</exception>
    public async Task<StudyResult> RunAsync(string folder, IProgress<StudyProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        string madeBy = $"{_engine.Arithmetic}, RewardScaling {LibraryVersion}";
        string? policyHash = _inputs.Policy is FolderPolicy own ? ModelFolder.HashOf(own.Path) : null;
        string? goldHash = _inputs.Gold is FolderGold judge ? ModelFolder.HashOf(judge.Path) : null;
        using var home = StudyFolder.Open(folder, _inputs.Identity(_plan, policyHash, goldHash), madeBy);
        if (policyHash is not null) home.Know(PolicyStage.Folder, policyHash);
        if (goldHash is not null) home.Know(GoldStage.Folder, goldHash);
        var run = new StudyRun(_plan, _engine, _inputs, home, _time, progress, cancellationToken);
        var (policy, policySummary, policyTime) = await PolicyStage.RunAsync(run).ConfigureAwait(false);
        using var _ = policy;
        var (gold, goldTime) = await GoldStage.RunAsync(run, policy).ConfigureAwait(false);
        using var __ = gold;
        var (comparisons, comparisonTime) = await ComparisonStage.RunAsync(run, policy, gold.Scorer).ConfigureAwait(false);
        var (proxies, proxyTime) = await ProxyStage.RunAsync(run, policy, comparisons).ConfigureAwait(false);
        var (bestOfN, bestOfNTime) = await BestOfNStage.RunAsync(run, policy, gold.Scorer, proxies).ConfigureAwait(false);
        var (ppo, ppoTime) = await PpoStage.RunAsync(run, policy, gold.Scorer, proxies).ConfigureAwait(false);
        StageTiming[] timings = [policyTime, goldTime, comparisonTime, proxyTime, bestOfNTime, ppoTime];
        var result = new StudyResult
        {
            Plan = _plan,
            Corpus = _inputs.Description,
            Engine = _engine.Description + Others(timings, madeBy),
            Version = LibraryVersion,
            Policy = policySummary,
            Gold = gold.Summary,
            Proxies = proxies,
            Curves = [.. proxies.Zip(bestOfN, Place), .. proxies.Zip(ppo, Place)],
            Timings = timings,
        };
        home.Write("study.json", StudyDocument.Of(result), StudyJson.Default.StudyDocument);
        return result;

        StudyCurve Place(ProxySummary proxy, Curves.RewardCurve curve) => StudyCurve.Of(proxy, curve,
            StudyCoordinates.Of(proxy, curve.Method) with
            {
                StudySeed = _plan.Seed,
                PolicySize = _inputs.Policy is FolderPolicy ? null : _plan.Policy,
                PolicyParameters = policySummary.Parameters,
                Penalty = curve.Method == Curves.OptimizationMethod.BestOfN ? KlPenalty.None : KlPenalty.Of(_plan.Ppo),
            });
    }

    private static string LibraryVersion => typeof(OveroptimizationStudy).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    // Numbers differ in rounding between arithmetics, and may between versions: whoever compares bits must know.
    private static string Others(IEnumerable<StageTiming> timings, string madeBy)
    {
        string[] others = [.. timings.Where(timing => timing.MadeBy.Any(made => made != madeBy))
            .Select(static timing => $"{timing.Stage} by {string.Join(" and then by ", timing.MadeBy)}")];
        return others.Length == 0 ? "" : $"; stages made elsewhere, whose rounding may differ: {string.Join("; ", others)}";
    }
}
