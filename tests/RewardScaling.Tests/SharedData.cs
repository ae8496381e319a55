namespace RewardScaling.Tests;

/// <summary>Data that lies beside the repository, in ../shared: too large to commit, and not there in every checkout.</summary>
internal static class SharedData
{
    /// <summary>The path of a file below ../shared, or the test is skipped with the reason.</summary>
    /// <param name="relative">Such as "data/tinyshakespeare.txt".</param>
    public static string File(string relative)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!System.IO.File.Exists(Path.Combine(folder.FullName, "RewardScaling.sln"))) continue;
            string path = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", relative));
            Assert.SkipUnless(System.IO.File.Exists(path), $"../shared/{relative} is not beside this checkout");
            return path;
        }
        Assert.Skip("the tests do not run inside a checkout, so ../shared cannot be found");
        return "";
    }
}
