using System.Text;
using RewardScaling.Cpu;
using RewardScaling.Numerics;
using RewardScaling.Studies;

namespace RewardScaling.Tests.Studies;

/// <summary>A run folder does not lie: whatever changed in it is named, and nothing is read past it.</summary>
public sealed class RunFolderTests(RunFolderTests.Finished finished) : IClassFixture<RunFolderTests.Finished>
{
    private const int FlipsPerFile = 2;

    private static readonly StudyPlan s_plan = TinyStudy.Plan with { Comparisons = [40], EvaluationPrompts = 4, PoolSize = 2100 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // What is deleted decides what is still to do: nothing, both optimisers, the proxies, gold.
    [Theory]
    [InlineData("")]
    [InlineData("pool-*.json scores-*.json best-of-n-*.json ppo-*.json")]
    [InlineData("proxy-*.json best-of-n-*.json ppo-*.json")]
    [InlineData("gold-*.json comparisons-*.json proxy-*.json best-of-n-*.json")]
    public async Task A_bit_that_changed_in_what_is_relied_on_is_a_fault_that_names_the_file_and_what_to_delete(string toDo)
    {
        using var folder = finished.Copy();
        foreach (string pattern in toDo.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            foreach (string document in Directory.GetFiles(folder.File("cells"), pattern)) File.Delete(document);
        foreach (string work in Directory.GetDirectories(folder.File("cells"), "*.work")) Directory.Delete(work, recursive: true);
        await FlipEverywhere(folder.Path, [.. Directory.GetFiles(folder.Path), .. Directory.GetFiles(folder.File("cells"))]);
        Assert.Equal(finished.Study, await RunAsync(folder.Path));
    }

    [Theory]
    [InlineData(1, 0.6)]
    [InlineData(4, 0.3)]
    [InlineData(5, 0.6)]
    [InlineData(6, 0.6)]
    public async Task A_bit_that_changed_in_a_checkpoint_is_a_fault_too(int stage, double fraction)
    {
        using var folder = new TemporaryFolder();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        // Far enough into the stage that there is something to keep.
        var stopper = new Told(at =>
        {
            if (at.StageNumber == stage && at.Fraction > fraction) stop.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TinyStudy.RunAsync(s_plan, folder.Path, progress: stopper, cancellation: stop.Token));
        string kept = Assert.Single(Directory.GetDirectories(folder.File("cells"), "*.work"),
            static path => !File.Exists(Path.ChangeExtension(path, ".json")));
        // Metrics are for those who follow the run; nobody reads them back.
        string[] files = [.. Directory.GetFiles(kept, "*", SearchOption.AllDirectories).Where(static file => Path.GetFileName(file) is not "metrics.jsonl")];
        Assert.True(files.Length >= 3, string.Join(", ", files));
        await FlipEverywhere(folder.Path, files);
        Assert.Equal(finished.Study, await RunAsync(folder.Path));
    }

    [Theory]
    [InlineData("policy", ".safetensors", ".safetensors")]
    [InlineData("policy", ".json", ".json")]
    [InlineData("policy", ".*", ".json")]
    [InlineData("gold", ".*", ".json")]
    [InlineData("comparisons", ".jsonl", ".jsonl")]
    [InlineData("comparisons", ".json*", ".json")]
    [InlineData("proxy-w4-l1-c40-s0", ".*", ".json")]
    [InlineData("best-of-n-w4-l1-c40-s0", ".estimates", ".estimates")]
    [InlineData("ppo-w8-l1-c40-s0", ".*", ".json")]
    public async Task Files_of_another_seeds_folder_are_refused(string cell, string pattern, string named)
    {
        using var folder = finished.Copy();
        string own = Path.GetFileNameWithoutExtension(CellFiles.Find(folder.Path, cell, ".json")),
            other = Path.GetFileNameWithoutExtension(CellFiles.Find(finished.OtherSeed, cell, ".json"));
        foreach (string file in Directory.GetFiles(Path.Combine(finished.OtherSeed, "cells"), other + pattern))
            File.Copy(file, folder.File($"cells/{own}{Path.GetFileName(file)[other.Length..]}"), overwrite: true);
        await RequireFault(folder.Path, own + named);
    }

    [Fact]
    public async Task Two_proxies_that_change_places_are_refused()
    {
        using var folder = finished.Copy();
        foreach (string ending in new[] { ".safetensors", ".json" })
        {
            string one = CellFiles.Find(folder.Path, "proxy-w4-l1-c40-s0", ending), other = CellFiles.Find(folder.Path, "proxy-w8-l1-c40-s0", ending);
            File.Move(one, folder.File("aside"));
            File.Move(other, one);
            File.Move(folder.File("aside"), other);
            // Whichever is read first: the larger has more work behind it.
            await RequireFault(folder.Path, Path.GetFileNameWithoutExtension(other));
        }
    }

    [Theory]
    [InlineData("comparisons", ".jsonl", "a comparison less")]
    [InlineData("comparisons", ".jsonl", "two in the other order")]
    [InlineData("ppo-w8-l1-c40-s0", ".metrics.jsonl", "half")]
    [InlineData("pool", ".rollouts", "half")]
    [InlineData("scores-gold", ".scores", "half")]
    [InlineData("proxy-w4-l1-c40-s0", ".safetensors", "nothing")]
    [InlineData("policy", ".safetensors", "gone")]
    public async Task A_file_that_lost_or_moved_something_is_a_fault_even_when_no_number_needs_it(string cell, string ending, string how)
    {
        using var folder = finished.Copy();
        string path = CellFiles.Find(folder.Path, cell, ending);
        byte[] bytes = await File.ReadAllBytesAsync(path, Token);
        string[] lines = how is "half" or "nothing" or "gone" ? [] : await File.ReadAllLinesAsync(path, Token);
        if (how == "gone") File.Delete(path);
        else if (lines.Length == 0) await File.WriteAllBytesAsync(path, how == "half" ? bytes[..(bytes.Length / 2)] : [], Token);
        else await File.WriteAllLinesAsync(path, how == "a comparison less" ? lines[..^1] : [lines[1], lines[0], .. lines[2..]], Token);
        await RequireFault(folder.Path, path);
    }

    // Whoever seals a changed document again has to do with what it says: names that are not there, values that contradict.
    [Theory]
    [InlineData("ppo-w4-l1-c40-s0", "\"kl\":", "\"km\":", "km")]
    [InlineData("ppo-w4-l1-c40-s0", "\"d\": 0,", "\"d\": 1,", "must be its root")]
    [InlineData("ppo-w4-l1-c40-s0", "\"step\": 6", "\"step\": 2", "follows step")]
    [InlineData("ppo-w4-l1-c40-s0", "\"stop\": \"MaximumSteps\"", "\"stop\": \"Whim\"", "stop")]
    [InlineData("ppo-w4-l1-c40-s0", "\"goldSe\": ", "\"goldSe\": -", "at least 0")]
    [InlineData("comparisons", "\"comparisons\": ", "\"comparisons\": 1", "speaks of")]
    [InlineData("proxy-w4-l1-c40-s0", "\"width\": 4", "\"width\": 5", "must be of")]
    [InlineData("policy", "\"samples\": [", "\"simples\": [", "simples")]
    [InlineData("policy", "\"samples\": [", "\"extra\": 1, \"samples\": [", "extra")]
    [InlineData("gold", "\"value\":", "\"velue\":", "velue")]
    [InlineData("gold", "\"standardDeviation\": ", "\"standardDeviation\": -", "deviation")]
    [InlineData("pool", "\"prompts\": 4", "\"prompts\": 5", "must be of")]
    [InlineData("best-of-n-w4-l1-c40-s0", "\"prompts\": 4", "\"prompts\": 5", "must have")]
    public async Task A_document_that_contradicts_itself_or_lacks_a_member_is_refused_whoever_sealed_it(
        string document, string found, string replaced, string named)
    {
        using var folder = finished.Copy();
        string path = CellFiles.Find(folder.Path, document, ".json"), json = Encoding.UTF8.GetString(SealedJson.Read(path, "").Span);
        Assert.Contains(found, json, StringComparison.Ordinal);
        SealedJson.Write(path, Encoding.UTF8.GetBytes(json.Replace(found, replaced, StringComparison.Ordinal)));
        string message = await RequireFault(folder.Path, path);
        Assert.Contains(named, message, StringComparison.Ordinal);
    }

    // Where the lock should be lies something that cannot be opened to be written, as on a disk that is read-only.
    [Fact]
    public async Task A_finished_study_is_read_from_a_folder_that_cannot_be_written_and_an_unfinished_one_says_so()
    {
        using var folder = finished.Copy();
        File.Delete(folder.File("lock"));
        Directory.CreateDirectory(folder.File("lock"));
        File.Delete(folder.File("study.json"));
        File.WriteAllText(folder.File("cells/policy.json.abcdefgh.abc.tmp"), "half");
        string[] before = [.. Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order()];
        var study = new OveroptimizationStudy(s_plan, new CpuEngine(1));
        Assert.Equal(4, (await study.RunAsync(folder.Path, cancellationToken: Token)).Curves.Count);
        Assert.Equal(before, Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order());

        string missing = CellFiles.Find(folder.Path, "ppo-w8-l1-c40-s0", ".json");
        File.Delete(missing);
        var fault = await Assert.ThrowsAsync<IOException>(() => study.RunAsync(folder.Path, cancellationToken: Token));
        Assert.Contains($"{Path.GetFileNameWithoutExtension(missing)} is still to be made, and the run folder {folder.Path} cannot be written", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stage_made_by_another_arithmetic_is_said_so()
    {
        using var folder = finished.Copy();
        foreach (string document in Directory.GetFiles(folder.File("cells"), "ppo-*.json")) File.Delete(document);
        foreach (string work in Directory.GetDirectories(folder.File("cells"), "*.work")) Directory.Delete(work, recursive: true);
        int own = System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated ? 4 : 1;
        var study = new OveroptimizationStudy(s_plan, new CpuEngine(1, own));
        var result = await study.RunAsync(folder.Path, cancellationToken: Token);

        Assert.Contains("parts of it made elsewhere, whose rounding may differ: by CPU, ", result.Engine, StringComparison.Ordinal);
        Assert.EndsWith("(policy, gold, comparisons, proxies, best-of-n)", result.Engine, StringComparison.Ordinal);
        Assert.Contains(new CpuEngine(1, own).Arithmetic, Assert.Single(result.Timings[^1].MadeBy), StringComparison.Ordinal);
        var again = await new OveroptimizationStudy(s_plan, new CpuEngine(1)).RunAsync(folder.Path, cancellationToken: Token);
        Assert.Contains("; parts of it made elsewhere, whose rounding may differ: by CPU, ", again.Engine, StringComparison.Ordinal);
        Assert.EndsWith(" (ppo)", again.Engine, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_builds_two_are_named_and_the_others_counted()
    {
        StageTiming[] timings = [new("policy", 1) { MadeBy = ["a", "b"] }, new("ppo", 1) { MadeBy = ["a", "b", "c", "d", "here"] }];
        Assert.Equal("; parts of it made elsewhere, whose rounding may differ: by a (all stages); by b (all stages); and by 2 other builds",
            ResultReader.Others(timings, "here"));
        Assert.Equal("", ResultReader.Others([new("policy", 1) { MadeBy = ["here"] }], "here"));
    }

    private async Task FlipEverywhere(string folder, IEnumerable<string> files)
    {
        var stream = RandomStream.FromSeed(5);
        // What a run writes and never reads, and what a stage that is still to do writes anew.
        foreach (string file in files.Where(file => Path.GetFileName(file) is not ("study.json" or "cells.json" or "lock")))
        {
            byte[] bytes = await File.ReadAllBytesAsync(file, Token);
            bool isDocument = Path.GetExtension(file) == ".json";
            if (!isDocument && Path.GetFileName(Path.GetDirectoryName(file)) == "cells" && !File.Exists(DocumentOf(file))) continue;
            stream = stream.Fork(Path.GetFileName(file));
            for (int i = 0; i < FlipsPerFile; i++)
            {
                int bit = stream.Below((ulong)i, bytes.Length * 8);
                bytes[bit / 8] ^= (byte)(1 << bit % 8);
                await File.WriteAllBytesAsync(file, bytes, Token);
                // Whose a folder is: another identity and a damaged one cannot be told apart, so the folder is named.
                bool isIdentity = Path.GetFileName(file) is "training.json";
                await RequireFault(folder, isIdentity ? Path.GetDirectoryName(file)! : file);
                bytes[bit / 8] ^= (byte)(1 << bit % 8);
                await File.WriteAllBytesAsync(file, bytes, Token);
            }
        }
    }

    private static string DocumentOf(string file) =>
        Path.Combine(Path.GetDirectoryName(file)!, Path.GetFileName(file).Split('.')[0] + ".json");

    private static async Task<string> RequireFault(string folder, string named)
    {
        var fault = await Record.ExceptionAsync(() => RunAsync(folder));
        Assert.True(fault is InvalidDataException or IOException, $"{named}: {fault}");
        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
        Assert.Contains("delete", fault.Message, StringComparison.Ordinal);
        return fault.Message;
    }

    private static Task<string> RunAsync(string folder) => TinyStudy.RunAsync(s_plan, folder, cancellation: Token);

    /// <summary>Two finished studies: one to be damaged, one to take files of.</summary>
    public sealed class Finished : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();

        public string Study { get; private set; } = "";

        public string OtherSeed => _folder.File("other");

        public async ValueTask InitializeAsync()
        {
            Study = await RunAsync(_folder.File("study"));
            await TinyStudy.RunAsync(s_plan with { Seed = 1 }, OtherSeed);
        }

        public ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return default;
        }

        internal TemporaryFolder Copy()
        {
            var copy = new TemporaryFolder();
            string from = _folder.File("study");
            foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
            {
                string to = copy.File(Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
            }
            return copy;
        }
    }

    private sealed class Told(Action<StudyProgress> tell) : IProgress<StudyProgress>
    {
        public void Report(StudyProgress value) => tell(value);
    }
}
