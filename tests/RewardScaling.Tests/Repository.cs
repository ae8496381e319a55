namespace RewardScaling.Tests;

/// <summary>The checkout the tests run in.</summary>
internal static class Repository
{
    /// <summary>The folder of RewardScaling.sln, or the test is skipped with the reason.</summary>
    public static string Root
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RewardScaling.sln"))) folder = folder.Parent;
            Assert.SkipWhen(folder is null, "the tests do not run inside a checkout");
            return folder!.FullName;
        }
    }
}
