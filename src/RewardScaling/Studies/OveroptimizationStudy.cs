using System.Reflection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>
/// A whole study after Gao, Schulman and Hilton 2022 (arXiv:2210.10760): pre-train a policy, fix a gold reward model, label
/// comparisons by it, train proxies on them, optimise the policy against each proxy by best-of-n and by PPO, and fit the laws.
/// </summary>
/// <remarks>
/// A study is a graph of cells, each a function of its configuration and of what it is made from. A cell that is whole in the run
/// folder is not made again, so a study that was stopped goes on, and a plan that was changed makes only what changed. The
/// numbers depend on plan, corpus, gold and engine, not on how often the run was stopped, nor on how many cells are made side by
/// side or by how many processes. With <see cref="Cpu.CpuEngine"/> they do not depend on threads either, but to rounding on the
/// width of the processor's registers (docs/engines.md).
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
    private readonly Dictionary<ulong, StudyRun> _runs = [];
    private readonly IReadOnlyList<OwnProxy> _own, _proxies;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lazy<StudyGraph> _graph;

    /// <summary>A study, all its inputs read and checked.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="engine">What makes and runs the networks.</param>
    /// <param name="corpus">
    /// What the policy learns to write; null for a <see cref="SyntheticLanguage"/> of the plan's seed, and for none where the
    /// policy comes from a folder.
    /// </param>
    /// <param name="gold">Where gold comes from; null for the plan's server, and <see cref="GoldSource.Teacher"/> where it names
    /// none.</param>
    /// <param name="policy">Where the initial policy comes from; null for the plan's server, and
    /// <see cref="PolicySource.Pretrained"/> where it names none.</param>
    /// <param name="prompts">Where prompts come from; null for <see cref="PromptSource.Corpus"/>.</param>
    /// <param name="ownProxies">Proxies of the caller's, optimised against beside the trained ones; null for none.</param>
    /// <param name="clock">The clock behind times and time left; null for the system's.</param>
    /// <param name="logger">Told when cells begin, and all that their makers have to say; null for nobody.</param>
    /// <exception cref="ArgumentException">
    /// The plan cannot be carried out, with these sources or at all: a context too short for prompt and response, another
    /// vocabulary, too few prompts. The message says why.
    /// </exception>
    /// <exception cref="InvalidDataException">A preference file or a model folder is damaged or something else; the message names
    /// the file and the line or tensor.</exception>
    /// <exception cref="IOException">There is no such file or folder.</exception>
    public OveroptimizationStudy(StudyPlan plan, IEngine engine, Corpus? corpus = null, GoldSource? gold = null,
        PolicySource? policy = null, PromptSource? prompts = null, IReadOnlyList<OwnProxy>? ownProxies = null,
        TimeProvider? clock = null,
        ILogger<OveroptimizationStudy>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(engine);
        plan.Validate();
        (_plan, _engine, _own) = (plan, engine, ownProxies ?? []);
        _clock = clock ?? TimeProvider.System;
        _logger = logger ?? NullLogger<OveroptimizationStudy>.Instance;
        var faults = new Faults(nameof(OveroptimizationStudy));
        for (int i = 0; i < _own.Count; i++) _own[i].Require(faults, $"{nameof(ownProxies)}[{i}]");
        string[] names = [.. _own.Select(static own => own.Name),
            .. plan.ProxyServers.Select(static server => server.ToString())];
        faults.Require(names.Distinct().Count() == names.Length, nameof(ownProxies), "a list with repetitions",
            "proxies of different names, those of StudyPlan.ProxyServers among them");
        faults.Require(policy is not FolderPolicy || StudyGrid.Of(plan).All(static grid => grid.Policies.Count == 1),
            nameof(StudyPlan.OtherPolicies), "sizes", "none where the policy comes from a folder");
        faults.ThrowIfAny();
        var (judge, writer) = (ServerGold.Of(plan, gold), ServedPolicySource.Of(plan, policy));
        var servers = new StudyServers(plan, _clock, _logger);
        _proxies = [.. _own, .. plan.ProxyServers.Select(server => new OwnProxy(server, servers.Model(server)))];
        int seeds = StudyGrid.Of(plan).Max(static grid => grid.StudySeeds);
        for (int i = 0; i < seeds; i++)
        {
            var one = plan with { Seed = unchecked(plan.Seed + (ulong)i) };
            var inputs = new StudyInputs(one, corpus, judge, writer, prompts ?? PromptSource.Corpus, servers);
            _runs.Add(one.Seed, new(one, inputs, engine));
        }
        _graph = new(() => GraphBuilder.Build(plan, seed => _runs[seed], _proxies));
    }

    /// <summary>The cells of the study, each with its number, and what they are made from.</summary>
    public StudyGraph Graph => _graph.Value;

    private StudyRun First => _runs[_plan.Seed];

    private string MadeBy => $"{_engine.Arithmetic}, RewardScaling {LibraryVersion}";

    private StudyRecord Record => new(StudyFolder.Schema, _plan, First.Inputs.PolicyIdentity, First.Inputs.PromptsIdentity(_plan),
        First.Inputs.GoldIdentity, [.. _own.Select(static own => own.Name)]);

    /// <summary>Runs the study, or what is left of it.</summary>
    /// <param name="folder">The run folder: new, empty, or of a study, this one or another; what they have in common is not made
    /// again.</param>
    /// <param name="progress">Told where the study stands, on whatever thread works.</param>
    /// <param name="cancellationToken">Stops the study; cells that are whole stay, and a later run goes on.</param>
    /// <remarks>It works on threads of the pool, not on the caller's. A finished study is read from a folder that cannot be
    /// written, too. Several processes may run it in one folder at the same time.</remarks>
    /// <exception cref="IOException">The folder cannot be written, or holds something else.</exception>
    /// <exception cref="InvalidDataException">A file in the folder is damaged or missing; the message names it and what to delete
    /// to make it again.</exception>
    /// <exception cref="OperationCanceledException">The study was cancelled.</exception>
    public Task<StudyResult> RunAsync(string folder, IProgress<StudyProgress>? progress = null,
        CancellationToken cancellationToken = default) => RunAsync(folder, new StudyRunOptions(), progress, cancellationToken);

    /// <summary>Runs the study, or what is left of it, as told.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="options">How many cells are made side by side.</param>
    /// <param name="progress">Told where the study stands, on whatever thread works; from one thread at a time only where
    /// <see cref="StudyRunOptions.Jobs"/> is 1.</param>
    /// <param name="cancellationToken">Stops the study; cells that are whole stay, and a later run goes on.</param>
    /// <inheritdoc cref="RunAsync(string, IProgress{StudyProgress}, CancellationToken)"/>
    public async Task<StudyResult> RunAsync(string folder, StudyRunOptions options, IProgress<StudyProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        using var home = await OpenAsync(folder, cancellationToken).ConfigureAwait(false);
        await new StudyRunner(home, _engine, options, _clock, _logger, progress).RunAsync(Graph.Nodes, cancellationToken)
            .ConfigureAwait(false);
        var result = Read(home);
        home.Write("study.json", StudyDocument.Of(result), StudyJson.Default.StudyDocument);
        return result;
    }

    /// <summary>Makes some cells of the study, as a scheduler does: what they are made from must be whole or among
    /// them.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="numbers">The cells' numbers in <see cref="Graph"/>; of none, the folder is made ready for others.</param>
    /// <param name="options">How many are made side by side, and whether one that fails stops the others; null for one at a
    /// time.</param>
    /// <param name="progress">Told where the cells stand.</param>
    /// <param name="cancellationToken">Stops them; states are kept where cells have one, and a later call goes on.</param>
    /// <remarks>Cells that are whole are left alone. Those that another process is making are waited for.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">There is no such cell.</exception>
    /// <exception cref="InvalidOperationException">Something they are made from is still to be made; the message names
    /// it.</exception>
    /// <exception cref="IOException">The folder cannot be written, or holds something else.</exception>
    /// <exception cref="InvalidDataException">A file in the folder is damaged or missing.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task RunCellsAsync(string folder, IReadOnlyCollection<int> numbers, StudyRunOptions? options = null,
        IProgress<StudyProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentNullException.ThrowIfNull(numbers);
        foreach (int number in numbers) Guard.InRange(number, 0, Graph.Nodes.Count - 1, nameof(numbers));
        options ??= new();
        options.Validate();
        using var home = await OpenAsync(folder, cancellationToken).ConfigureAwait(false);
        var possible = new HashSet<Cell>();
        InvalidOperationException? orphan = null;
        foreach (var cell in numbers.Distinct().Order().Select(number => Graph.Nodes[number]))
        {
            var missing = cell.Parents.FirstOrDefault(parent => !possible.Contains(parent) && home.HashOf(parent) is null);
            if (missing is null) possible.Add(cell);
            else orphan ??= new($"{cell.Name} is made from {missing.Name}, cell {missing.Number}, which is still to be made.");
        }
        if (orphan is not null && !options.KeepGoing) throw orphan;
        await new StudyRunner(home, _engine, options, _clock, _logger, progress).RunAsync(possible, cancellationToken)
            .ConfigureAwait(false);
        if (orphan is not null) throw orphan;
    }

    /// <summary>What is whole, what was begun and what is still to be made; the files of whole cells are not opened for
    /// it.</summary>
    /// <param name="folder">The run folder; one that is not there has nothing.</param>
    public StudyStatus Status(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return StudyStatus.Of(Graph, folder);
    }

    /// <summary>Measures for some seconds how fast this machine is, and says what the study will cost.</summary>
    /// <param name="folder">The run folder, of which what is whole costs nothing; null for the whole study.</param>
    /// <param name="jobs">How many cells are to be made side by side, each with the engine's threads.</param>
    /// <param name="measure">Whether to measure; where not, everything but time is said, and no cell is timed.</param>
    /// <param name="cancellationToken">Stops the measurement.</param>
    public async Task<StudyPrice> PriceAsync(string? folder = null, int jobs = 1, bool measure = true,
        CancellationToken cancellationToken = default)
    {
        Guard.Positive(jobs);
        var whole = folder is null ? [] : Status(folder).Whole.ToHashSet();
        Cell[] left = [.. Graph.Nodes.Where(cell => !whole.Contains(cell.Number))];
        // Sizes are the same whatever the study seed.
        var works = measure ? left.SelectMany(static cell => cell.Cost.Works) : [];
        var rates = await Task.Run(() => StudyRates.MeasureAsync(First, works, _clock, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return StudyPrice.Of(left, rates, jobs);
    }

    /// <summary>Opens the folder of this study, finished or not, to read what is whole.</summary>
    /// <param name="folder">The run folder.</param>
    /// <exception cref="IOException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">A file in the folder is damaged; the message names it.</exception>
    /// <exception cref="InvalidOperationException">Not even policy and gold are there yet.</exception>
    public OpenedStudy Open(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var home = StudyFolder.OpenToRead(folder, MadeBy);
        var result = ResultReader.Read(_plan, Graph, home, First.Inputs.Description, _engine.Description, LibraryVersion,
            out var places);
        return new(result, Graph, home, _engine, places);
    }

    // A study that is opened by its folder alone must not depend on anything else.
    internal void RequireSameAs(StudyRecord record, string folder)
    {
        var own = Record;
        string? other = own.Policy != record.Policy ? $"a policy from the {record.Policy}" : own.Prompts != record.Prompts ? "prompts that were given"
            : own.Gold != record.Gold ? $"gold that is {record.Gold}"
            : record.OwnProxies.Count > 0 ? $"proxies of the caller's, {string.Join(", ", record.OwnProxies)}" : null;
        if (other is not null)
        {
            throw new InvalidOperationException($"The study in {folder} works on {other}, which the folder does not hold. "
                + "Make an OveroptimizationStudy of its plan with them, and open the folder by that.");
        }
    }

    private Task<StudyFolder> OpenAsync(string folder, CancellationToken cancellationToken) =>
        StudyFolder.OpenAsync(folder, Record, Graph, MadeBy, _clock, cancellationToken);

    private StudyResult Read(StudyFolder home) =>
        ResultReader.Read(_plan, Graph, home, First.Inputs.Description, _engine.Description, LibraryVersion);

    internal static string LibraryVersion => typeof(OveroptimizationStudy).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
