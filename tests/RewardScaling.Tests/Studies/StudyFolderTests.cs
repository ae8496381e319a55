using RewardScaling.Studies;

namespace RewardScaling.Tests.Studies;

public sealed class StudyFolderTests
{
    private static StudyIdentity Identity(ulong seed = 0) => new(1, TinyStudy.Plan with { Seed = seed }, "corpus", "teacher");

    private static StudyFolder Open(string path, StudyIdentity identity) => StudyFolder.Open(path, identity, "abacus");

    [Fact]
    public void A_new_folder_is_made_and_taken_up_again()
    {
        using var parent = new TemporaryFolder();
        string path = parent.File(Path.Combine("a", "b"));
        Open(path, Identity()).Dispose();
        Open(path, Identity()).Dispose();

        Assert.Equal(["plan.json"], Directory.EnumerateFiles(path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_folder_of_another_plan_is_refused_and_the_difference_named()
    {
        using var parent = new TemporaryFolder();
        Open(parent.File("run"), Identity()).Dispose();

        var fault = Assert.Throws<IOException>(() => Open(parent.File("run"), Identity(seed: 7)));
        Assert.Contains("plan.seed is 0 there and 7 here", fault.Message, StringComparison.Ordinal);
        Assert.Contains(parent.File("run"), fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_a_damaged_plan_is_refused()
    {
        using var parent = new TemporaryFolder();
        Directory.CreateDirectory(parent.File("run"));
        File.WriteAllText(parent.File(Path.Combine("run", "plan.json")), "{ half");

        Assert.Contains("damaged", Assert.Throws<IOException>(() => Open(parent.File("run"), Identity())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_somebody_elses_files_is_refused_and_left_alone()
    {
        using var parent = new TemporaryFolder();
        File.WriteAllText(parent.File("thesis.txt"), "mine");

        Assert.Contains("not empty", Assert.Throws<IOException>(() => Open(parent.Path, Identity())).Message,
            StringComparison.Ordinal);
        Assert.Equal(["thesis.txt"], Directory.EnumerateFiles(parent.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_file_is_not_a_folder()
    {
        using var parent = new TemporaryFolder();
        File.WriteAllText(parent.File("run"), "");

        Assert.Contains("is a file", Assert.Throws<IOException>(() => Open(parent.File("run"), Identity())).Message,
            StringComparison.Ordinal);
        Assert.Contains("cannot be written", Assert.Throws<IOException>(() =>
            Open(parent.File(Path.Combine("run", "inside")), Identity())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_runs_do_not_share_a_folder()
    {
        using var parent = new TemporaryFolder();
        using var first = Open(parent.File("run"), Identity());

        Assert.Contains("in use", Assert.Throws<IOException>(() => Open(parent.File("run"), Identity())).Message,
            StringComparison.Ordinal);
    }

    // Two processes may both find a folder empty. The second takes the lock when the first is done, and must look again.
    [Fact]
    public void Whose_a_folder_is_is_asked_with_the_lock_in_hand()
    {
        using var parent = new TemporaryFolder();
        using (Open(parent.File("run"), Identity()))
            Assert.Contains("in use", Assert.Throws<IOException>(() =>
                Open(parent.File("run"), Identity(seed: 7))).Message, StringComparison.Ordinal);
        Assert.Contains("plan.seed", Assert.Throws<IOException>(() =>
            Open(parent.File("run"), Identity(seed: 7))).Message, StringComparison.Ordinal);
        Open(parent.File("run"), Identity()).Dispose();
    }

    [Fact]
    public void What_a_killed_process_left_half_written_is_swept_and_nothing_else()
    {
        using var parent = new TemporaryFolder();
        string run = parent.File("run");
        Open(run, Identity()).Dispose();
        Directory.CreateDirectory(Path.Combine(run, "ppo.checkpoints"));
        string[] left = ["pool.safetensors.k3x0a1bz.q5w.tmp", Path.Combine("ppo.checkpoints", "begun.json.abcdefgh.123.tmp")];
        string[] mine = ["notes.tmp", "a.b.tmp", "pool.safetensors"];
        foreach (string name in left.Concat(mine)) File.WriteAllText(Path.Combine(run, name), "half");
        Open(run, Identity()).Dispose();

        Assert.All(left, name => Assert.False(File.Exists(Path.Combine(run, name)), name));
        Assert.All(mine, name => Assert.True(File.Exists(Path.Combine(run, name)), name));
    }
}
