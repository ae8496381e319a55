using Microsoft.Extensions.Logging;
using RewardScaling.Cpu;
using RewardScaling.RewardModels;
using RewardScaling.Studies;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Tests.Studies;

/// <summary>Cells side by side, by number and by several processes come to the bits of a straight run.</summary>
public sealed class StudyRunnerTests(StudyRunnerTests.Straight straight) : IClassFixture<StudyRunnerTests.Straight>
{
    private static readonly StudyPlan s_plan = TinyStudy.Plan with { Comparisons = [40], EvaluationPrompts = 4, PoolSize = 2100 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Jobs_change_no_bit(int jobs)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(straight.Study, await TinyStudy.RunAsync(s_plan, folder.Path, jobs: jobs, cancellation: Token));
    }

    [Fact]
    public async Task An_engine_for_each_job_changes_no_bit_and_cells_that_are_alone_take_the_studys_own()
    {
        using var folder = new TemporaryFolder();
        int made = 0;
        var options = new StudyRunOptions
        {
            Jobs = 2,
            Engines = () =>
            {
                Interlocked.Increment(ref made);
                return new CpuEngine(1);
            },
        };
        await new OveroptimizationStudy(s_plan, new CpuEngine(2)).RunAsync(folder.Path, options, null, Token);
        Assert.Equal(straight.Study, await TinyStudy.ReadAsync(folder.Path));
        Assert.Equal(2, made);
    }

    [Fact]
    public async Task Cells_run_by_number_level_by_level_give_the_study()
    {
        using var folder = new TemporaryFolder();
        var study = new OveroptimizationStudy(s_plan, new CpuEngine(1));
        var early = await Assert.ThrowsAsync<InvalidOperationException>(() => study.RunCellsAsync(folder.Path, [study.Graph.Cells.Count - 1], cancellationToken: Token));
        Assert.Contains("which is still to be made", early.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => study.RunCellsAsync(folder.Path, [study.Graph.Cells.Count], cancellationToken: Token));
        foreach (var level in study.Graph.Levels)
        {
            // As a scheduler has them: in any order, side by side, and some twice.
            await Task.WhenAll(level.Reverse().Append(level[0]).Select(number =>
                new OveroptimizationStudy(s_plan, new CpuEngine(1)).RunCellsAsync(folder.Path, [number], cancellationToken: Token)));
        }
        Assert.Equal(study.Graph.Cells.Count, study.Status(folder.Path).Whole.Count);
        Assert.Equal(straight.Study, await TinyStudy.RunAsync(s_plan, folder.Path, cancellation: Token));
    }

    // Each opens the folder by itself, as processes do; locks are of open files and not of processes.
    [Fact]
    public async Task Two_runs_in_one_folder_share_the_work()
    {
        using var folder = new TemporaryFolder();
        int begun = 0;
        var logger = new Counting(() => Interlocked.Increment(ref begun));
        async Task<StudyResult> RunAsync() => await new OveroptimizationStudy(s_plan, new CpuEngine(1), logger: logger)
            .RunAsync(folder.Path, new StudyRunOptions { Patience = TimeSpan.FromMilliseconds(20) }, null, Token);
        var results = await Task.WhenAll(Task.Run(RunAsync, Token), Task.Run(RunAsync, Token));
        Assert.Equal(straight.Study, await TinyStudy.ReadAsync(folder.Path));
        Assert.Equal(results[0].Curves.Select(static curve => curve.Curve.Points), results[1].Curves.Select(static curve => curve.Curve.Points));
        Assert.Equal(new OveroptimizationStudy(s_plan, new CpuEngine(1)).Graph.Cells.Count, begun);
    }

    [Fact]
    public async Task Jobs_that_are_stopped_leave_a_folder_that_goes_on()
    {
        using var folder = new TemporaryFolder();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TinyStudy.RunAsync(s_plan, folder.Path, jobs: 3, cancellation: stop.Token,
            progress: new Callback(at =>
            {
                if (at.StageNumber == 6 && at.Fraction > 0.3) stop.Cancel();
            })));
        Assert.Equal(straight.Study, await TinyStudy.RunAsync(s_plan, folder.Path, jobs: 2, cancellation: Token));
    }

    [Fact]
    public async Task A_fault_in_one_job_is_the_one_that_is_heard()
    {
        using var folder = new TemporaryFolder();
        var broken = RewardModel.FromText(static _ => double.NaN);
        var study = new OveroptimizationStudy(s_plan, new CpuEngine(1), ownProxies: [new("broken", broken)]);
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => study.RunAsync(folder.Path, new StudyRunOptions { Jobs = 2 }, null, Token));
        Assert.Contains("NaN", fault.Message, StringComparison.Ordinal);
    }

    // Of two proxies of the caller's one is broken: what is made from the other is made, and the folder says what was the matter.
    [Fact]
    public async Task A_fault_stops_only_what_is_made_from_it_where_the_rest_is_to_go_on()
    {
        using var folder = new TemporaryFolder();
        var study = new OveroptimizationStudy(s_plan with { ProxySizes = [new(4, 1, 1)], Optimizers = [StudyOptimizer.BestOfN] }, new CpuEngine(1), ownProxies:
            [new("broken", RewardModel.FromText(static _ => double.NaN)), new("sound", RewardModel.FromText(static text => text.Sum(static letter => letter)))]);
        int[] all = [.. study.Graph.Cells.Select(static cell => cell.Number)];
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            study.RunCellsAsync(folder.Path, all, options: new() { KeepGoing = true, Jobs = 2 }, cancellationToken: Token));
        Assert.Contains("NaN", fault.Message, StringComparison.Ordinal);
        var status = StudyStatus.Read(folder.Path);
        Assert.Equal(fault.Message, Assert.Single(status.Failed).Reason);
        Assert.Equal(status.Failed.Select(static cell => cell.Number), status.Begun);
        Assert.Empty(status.Running);
        // The curves against the sound ones are there, that against the broken one is not, nor what it scored.
        Assert.Equal(2, status.Whole.Count(number => study.Graph.Cells[number].Kind == StudyCellKind.BestOfN));
        Assert.Equal(all.Length - 3, status.Whole.Count);
    }

    [Fact]
    public async Task A_folder_says_by_itself_which_cells_are_being_made()
    {
        using var folder = new TemporaryFolder();
        StudyStatus? during = null;
        var study = new OveroptimizationStudy(s_plan, new CpuEngine(1));
        await study.RunCellsAsync(folder.Path, [0], progress: new Callback(at => during ??= at.Fraction < 1 ? StudyStatus.Read(folder.Path) : null), cancellationToken: Token);
        Assert.Equal([0], during!.Running);
        Assert.Equal([0], during.Begun);
        var after = StudyStatus.Read(folder.Path);
        Assert.Equal([0], after.Whole);
        Assert.Empty(after.Begun);
        Assert.Equal(study.Graph.Cells.Select(static cell => (cell.Number, cell.Kind, cell.Name, cell.Level)),
            after.Graph.Cells.Select(static cell => (cell.Number, cell.Kind, cell.Name, cell.Level)));
        Assert.Equal(study.Graph.Levels, after.Graph.Levels);
        // The list is that of the plan in the folder, whichever was run last.
        await new OveroptimizationStudy(s_plan with { ProxySeeds = 2 }, new CpuEngine(1)).RunCellsAsync(folder.Path, [], cancellationToken: Token);
        Assert.True(StudyStatus.Read(folder.Path).Graph.Cells.Count > study.Graph.Cells.Count);
        byte[] list = File.ReadAllBytes(folder.File("cells.json"));
        list[list.Length / 2] ^= 1;
        File.WriteAllBytes(folder.File("cells.json"), list);
        Assert.Contains("cells.json", Assert.Throws<InvalidDataException>(() => StudyStatus.Read(folder.Path)).Message, StringComparison.Ordinal);
        File.Delete(folder.File("cells.json"));
        Assert.Contains("no list of the cells", Assert.ThrowsAny<IOException>(() => StudyStatus.Read(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_leaves_the_callers_thread_and_tells_how_far_it_is()
    {
        using var folder = new TemporaryFolder();
        using var returned = new ManualResetEventSlim();
        var reports = new List<StudyProgress>();
        var run = new OveroptimizationStudy(s_plan, new CpuEngine(1)).RunAsync(folder.Path, new Callback(at =>
        {
            // Whoever works on the caller's thread waits for itself.
            Assert.True(returned.Wait(TimeSpan.FromMinutes(1), Token));
            reports.Add(at);
        }), Token);
        returned.Set();
        await run;
        Assert.All(reports, static at => Assert.InRange(at.StudyFraction, 0, 1));
        Assert.Equal(reports.Select(static at => at.CellsWhole), reports.Select(static at => at.CellsWhole).Order());
        Assert.Equal((1, reports[^1].Cells), (reports[^1].StudyFraction, reports[^1].CellsWhole));
        Assert.Equal(Enumerable.Range(1, 6), reports.Where(static at => at.IsFinished).Select(static at => at.StageNumber).Distinct().Order());
        Assert.Contains(reports, static at => at.TimeLeft > TimeSpan.Zero);
    }

    [Fact]
    public async Task The_price_of_a_plan_counts_what_is_left_of_it()
    {
        using var folder = new TemporaryFolder();
        var study = new OveroptimizationStudy(s_plan, new CpuEngine(1));
        var whole = await study.PriceAsync(cancellationToken: Token);
        Assert.True(whole.IsComplete);
        Assert.Equal(study.Graph.Cells.Count, whole.Cells);
        Assert.True(whole.Seconds > 0 && whole.Memory > 0);
        await study.RunCellsAsync(folder.Path, [0], cancellationToken: Token);
        var left = await study.PriceAsync(folder.Path, jobs: 2, cancellationToken: Token);
        Assert.Equal(whole.Cells - 1, left.Cells);
        Assert.True(left.Tokens < whole.Tokens && left.SecondsWithJobs <= left.Seconds);
        // 4 x 2100 rollouts of 12 tokens: sampled once; by gold and each of two proxies read once with their prompts of 4.
        Assert.Equal(4 * 2100 * 12, whole.ByKind.Single(static kind => kind.Kind == StudyCellKind.Pool).Tokens);
        Assert.Equal(3 * 4 * 2100 * 16, whole.ByKind.Single(static kind => kind.Kind == StudyCellKind.PoolScores).Tokens);
        await study.RunAsync(folder.Path, cancellationToken: Token);
        double used = Directory.GetFiles(folder.File("cells"), "*", SearchOption.AllDirectories).Sum(static file => (double)new FileInfo(file).Length);
        Assert.InRange(used, 0.5 * whole.Disk, 1.5 * whole.Disk);
        Assert.Equal(0, (await study.PriceAsync(folder.Path, cancellationToken: Token)).Cells);
    }

    /// <summary>The study in one piece.</summary>
    public sealed class Straight : IAsyncLifetime
    {
        public string Study { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            using var folder = new TemporaryFolder();
            Study = await TinyStudy.RunAsync(s_plan, folder.Path);
        }

        public ValueTask DisposeAsync() => default;
    }

    private sealed class Callback(Action<StudyProgress> report) : IProgress<StudyProgress>
    {
        private readonly Lock _lock = new();

        public void Report(StudyProgress value)
        {
            lock (_lock) report(value);
        }
    }

    private sealed class Counting(Action begins) : ILogger<OveroptimizationStudy>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string text = formatter(state, exception);
            if (text.StartsWith("Cell ", StringComparison.Ordinal) && text.EndsWith("begins.", StringComparison.Ordinal)) begins();
        }
    }
}
