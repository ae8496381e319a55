using RewardScaling.Studies;

namespace RewardScaling.Tests.Studies;

public sealed class StudyFolderTests
{
    private static StudyIdentity Identity(ulong seed = 0) => new(1, TinyStudy.Plan with { Seed = seed }, "corpus", "teacher");

    [Fact]
    public void A_new_folder_is_made_and_taken_up_again()
    {
        using var parent = new TemporaryFolder();
        string path = parent.File(Path.Combine("a", "b"));
        StudyFolder.Open(path, Identity()).Dispose();
        StudyFolder.Open(path, Identity()).Dispose();

        Assert.Equal(["plan.json"], Directory.EnumerateFiles(path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_folder_of_another_plan_is_refused_and_the_difference_named()
    {
        using var parent = new TemporaryFolder();
        StudyFolder.Open(parent.File("run"), Identity()).Dispose();

        var fault = Assert.Throws<IOException>(() => StudyFolder.Open(parent.File("run"), Identity(seed: 7)));
        Assert.Contains("plan.seed is 0 there and 7 here", fault.Message, StringComparison.Ordinal);
        Assert.Contains(parent.File("run"), fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_a_damaged_plan_is_refused()
    {
        using var parent = new TemporaryFolder();
        Directory.CreateDirectory(parent.File("run"));
        File.WriteAllText(parent.File(Path.Combine("run", "plan.json")), "{ half");

        Assert.Contains("damaged", Assert.Throws<IOException>(() => StudyFolder.Open(parent.File("run"), Identity())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_somebody_elses_files_is_refused_and_left_alone()
    {
        using var parent = new TemporaryFolder();
        File.WriteAllText(parent.File("thesis.txt"), "mine");

        Assert.Contains("not empty", Assert.Throws<IOException>(() => StudyFolder.Open(parent.Path, Identity())).Message,
            StringComparison.Ordinal);
        Assert.Equal(["thesis.txt"], Directory.EnumerateFiles(parent.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_file_is_not_a_folder()
    {
        using var parent = new TemporaryFolder();
        File.WriteAllText(parent.File("run"), "");

        Assert.Contains("is a file", Assert.Throws<IOException>(() => StudyFolder.Open(parent.File("run"), Identity())).Message,
            StringComparison.Ordinal);
        Assert.Contains("cannot be written", Assert.Throws<IOException>(() =>
            StudyFolder.Open(parent.File(Path.Combine("run", "inside")), Identity())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_runs_do_not_share_a_folder()
    {
        using var parent = new TemporaryFolder();
        using var first = StudyFolder.Open(parent.File("run"), Identity());

        Assert.Contains("in use", Assert.Throws<IOException>(() => StudyFolder.Open(parent.File("run"), Identity())).Message,
            StringComparison.Ordinal);
    }

    // Two processes may both find a folder empty. The second takes the lock when the first is done, and must look again.
    [Fact]
    public void Whose_a_folder_is_is_asked_with_the_lock_in_hand()
    {
        using var parent = new TemporaryFolder();
        using (StudyFolder.Open(parent.File("run"), Identity()))
            Assert.Contains("in use", Assert.Throws<IOException>(() =>
                StudyFolder.Open(parent.File("run"), Identity(seed: 7))).Message, StringComparison.Ordinal);
        Assert.Contains("plan.seed", Assert.Throws<IOException>(() =>
            StudyFolder.Open(parent.File("run"), Identity(seed: 7))).Message, StringComparison.Ordinal);
        StudyFolder.Open(parent.File("run"), Identity()).Dispose();
    }

    [Fact]
    public void A_damaged_stage_is_named()
    {
        using var parent = new TemporaryFolder();
        using var folder = StudyFolder.Open(parent.File("run"), Identity());
        File.WriteAllText(folder.PathOf("policy.json"), "null");

        var fault = Assert.Throws<InvalidDataException>(() => folder.Read("policy", StudyJson.Default.PolicyStageDocument));
        Assert.Contains("policy.json", fault.Message, StringComparison.Ordinal);
        Assert.Null(folder.Read("gold", StudyJson.Default.GoldStageDocument));
    }
}
