using RewardScaling.Cpu;
using RewardScaling.Studies;

namespace RewardScaling.Tests.Studies;

public sealed class StudyFolderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static StudyRecord Record(ulong seed = 0) =>
        new(StudyFolder.Schema, TinyStudy.Plan with { Seed = seed }, "corpus", "corpus", "teacher", []);

    private static Task<StudyFolder> OpenAsync(string path, ulong seed = 0) =>
        StudyFolder.OpenAsync(path, Record(seed), new OveroptimizationStudy(TinyStudy.Plan, new CpuEngine(1)).Graph, "abacus", TimeProvider.System, Token);

    [Fact]
    public async Task A_new_folder_is_made_and_taken_up_again()
    {
        using var parent = new TemporaryFolder();
        string path = parent.File(Path.Combine("a", "b"));
        (await OpenAsync(path)).Dispose();
        (await OpenAsync(path)).Dispose();

        Assert.Equal(["cells", "cells.json", "lock", "plan.json"], Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task The_plan_that_was_run_last_is_the_one_that_is_written_there()
    {
        using var parent = new TemporaryFolder();
        (await OpenAsync(parent.File("run"))).Dispose();
        (await OpenAsync(parent.File("run"), seed: 7)).Dispose();
        Assert.Equal(7UL, StudyFolder.ReadRecord(parent.File("run")).Plan.Seed);
        Assert.True(StudyFolder.ReadRecord(parent.File("run")).SameAs(Record(7)));
    }

    [Fact]
    public async Task A_folder_with_a_damaged_plan_is_refused()
    {
        using var parent = new TemporaryFolder();
        Directory.CreateDirectory(parent.File("run"));
        File.WriteAllText(parent.File(Path.Combine("run", "plan.json")), "{ half");

        Assert.Contains("damaged", (await Assert.ThrowsAsync<InvalidDataException>(() => OpenAsync(parent.File("run")))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_an_earlier_version_is_refused_as_such()
    {
        using var parent = new TemporaryFolder();
        Directory.CreateDirectory(parent.File("run"));
        File.WriteAllText(parent.File(Path.Combine("run", "plan.json")), "{\n  \"schema\": 4,\n  \"plan\": {}\n}");

        Assert.Contains("earlier version", (await Assert.ThrowsAsync<IOException>(() => OpenAsync(parent.File("run")))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_with_somebody_elses_files_is_refused_and_left_alone()
    {
        using var parent = new TemporaryFolder();
        File.WriteAllText(parent.File("thesis.txt"), "mine");

        Assert.Contains("not empty", (await Assert.ThrowsAsync<IOException>(() => OpenAsync(parent.Path))).Message,
            StringComparison.Ordinal);
        Assert.Equal(["thesis.txt"], Directory.EnumerateFileSystemEntries(parent.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_file_is_not_a_folder()
    {
        using var parent = new TemporaryFolder();
        File.WriteAllText(parent.File("run"), "");

        Assert.Contains("is a file", (await Assert.ThrowsAsync<IOException>(() => OpenAsync(parent.File("run")))).Message,
            StringComparison.Ordinal);
        Assert.Contains("cannot be written", (await Assert.ThrowsAsync<IOException>(() =>
            OpenAsync(parent.File(Path.Combine("run", "inside"))))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_processes_share_a_folder_and_none_sweeps_while_another_works()
    {
        using var parent = new TemporaryFolder();
        string run = parent.File("run"), left = Path.Combine(run, "cells", "pool-1.rollouts.k3x0a1bz.q5w.tmp");
        using (await OpenAsync(run))
        {
            File.WriteAllText(left, "half");
            (await OpenAsync(run)).Dispose();
            Assert.True(File.Exists(left));
        }
        (await OpenAsync(run)).Dispose();
        Assert.False(File.Exists(left));
    }

    [Fact]
    public async Task What_a_killed_process_left_half_written_is_swept_and_nothing_else()
    {
        using var parent = new TemporaryFolder();
        string run = parent.File("run");
        (await OpenAsync(run)).Dispose();
        Directory.CreateDirectory(Path.Combine(run, "cells", "ppo-1.work"));
        string[] left = [Path.Combine("cells", "pool-1.rollouts.k3x0a1bz.q5w.tmp"), Path.Combine("cells", "ppo-1.work", "begun.json.abcdefgh.123.tmp"), "plan.json.abcdefgh.123.tmp"];
        string[] mine = ["notes.tmp", "a.b.tmp", "pool.safetensors"];
        foreach (string name in left.Concat(mine)) File.WriteAllText(Path.Combine(run, name), "half");
        (await OpenAsync(run)).Dispose();

        Assert.All(left, name => Assert.False(File.Exists(Path.Combine(run, name)), name));
        Assert.All(mine, name => Assert.True(File.Exists(Path.Combine(run, name)), name));
    }
}
