using System.Reflection;
using System.Security.Cryptography;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;
using RewardScaling.RewardModels;

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
public sealed class OveroptimizationStudy
{
    private readonly StudyPlan _plan;
    private readonly IEngine _engine;
    private readonly Corpus _corpus;
    private readonly GoldSource _gold;
    private readonly TimeProvider _time;
    private readonly EncodedPreferences? _preferences;

    /// <summary>A study, all its inputs read and checked.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="engine">What makes and runs the networks.</param>
    /// <param name="corpus">
    /// What the policy learns to write; null for a <see cref="SyntheticLanguage"/> of the plan's seed.
    /// </param>
    /// <param name="gold">Where gold comes from; null for <see cref="GoldSource.Teacher"/>.</param>
    /// <param name="time">The clock behind stage times and time left; null for the system's.</param>
    /// <exception cref="ArgumentException">
    /// The plan cannot be carried out, with this corpus or at all; the message names every fault.
    /// </exception>
    /// <exception cref="InvalidDataException">The preference file is damaged; the message names file and line.</exception>
    /// <exception cref="FileNotFoundException">There is no such preference file.</exception>
    public OveroptimizationStudy(StudyPlan plan, IEngine engine, Corpus? corpus = null, GoldSource? gold = null,
        TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(engine);
        plan.Validate();
        _plan = plan;
        _engine = engine;
        _corpus = corpus ?? new SyntheticLanguage(RandomStream.FromSeed(plan.Seed).Fork("language"), sharpness: plan.LanguageSharpness);
        _gold = gold ?? GoldSource.Teacher;
        _time = time ?? TimeProvider.System;
        int context = plan.PromptLength + plan.ResponseLength;
        if (_corpus.LongestWindow < context)
            throw new ArgumentException(FormattableString.Invariant(
                $"{_corpus.Description} has windows of at most {_corpus.LongestWindow} tokens; the plan needs {context}, prompt and response. Take a longer corpus."), nameof(corpus));
        int window = plan.Pretraining.WindowLength == 0 ? context : plan.Pretraining.WindowLength;
        int heldOut = _corpus.HeldOutCount(window);
        if (heldOut < 2)
            throw new ArgumentException(FormattableString.Invariant(
                $"{_corpus.Description} has room for {heldOut} held-out windows of {window} tokens; a held-out loss with a standard error needs 2. Take a longer corpus or hold out more of it."), nameof(corpus));
        if (_gold is PreferencesGold preferences)
            _preferences = EncodedPreferences.Encode(PreferenceFile.Read(preferences.Path), _corpus.Tokenizer, plan.GoldContext);
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
        using var home = StudyFolder.Open(folder, new(StudyFolder.Schema, _plan, _corpus.ContentHash, Identity(_gold)), madeBy);
        var run = new StudyRun(_plan, _engine, _corpus, home, _time, progress, cancellationToken);
        var (policy, policySummary, policyTime) = await PolicyStage.RunAsync(run).ConfigureAwait(false);
        using var _ = policy;
        var (gold, goldTime) = await GoldStage.RunAsync(run, _gold, _preferences, policy).ConfigureAwait(false);
        using var __ = gold;
        var (comparisons, comparisonTime) = await ComparisonStage.RunAsync(run, policy, gold.Scorer).ConfigureAwait(false);
        var (proxies, proxyTime) = await ProxyStage.RunAsync(run, policy, comparisons).ConfigureAwait(false);
        var (bestOfN, bestOfNTime) = await BestOfNStage.RunAsync(run, policy, gold.Scorer, proxies).ConfigureAwait(false);
        var (ppo, ppoTime) = await PpoStage.RunAsync(run, policy, gold.Scorer, proxies).ConfigureAwait(false);
        StageTiming[] timings = [policyTime, goldTime, comparisonTime, proxyTime, bestOfNTime, ppoTime];
        var result = new StudyResult
        {
            Plan = _plan,
            Corpus = _corpus.Description,
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
                PolicySize = _plan.Policy,
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

    private static string Identity(GoldSource gold) => gold switch
    {
        PreferencesGold preferences => "preferences " + Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(preferences.Path))),
        CustomGold custom => "custom " + custom.Name,
        _ => "teacher",
    };
}
