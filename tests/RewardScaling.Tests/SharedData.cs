namespace RewardScaling.Tests;

/// <summary>Data that lies beside the repository, in ../shared: too large to commit, and not there in every checkout.</summary>
internal static class SharedData
{
    /// <summary>The path of a file below ../shared, or the test is skipped with the reason.</summary>
    /// <param name="relative">Such as "data/tinyshakespeare.txt".</param>
    public static string File(string relative)
    {
        string path = Path.GetFullPath(Path.Combine(Repository.Root, "..", "shared", relative));
        Assert.SkipUnless(System.IO.File.Exists(path), $"../shared/{relative} is not beside this checkout");
        return path;
    }
}
