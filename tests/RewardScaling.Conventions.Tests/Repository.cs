namespace RewardScaling.Conventions.Tests;

/// <summary>The checkout the tests run in, as text.</summary>
internal static class Repository
{
    private static readonly Lazy<string?> Found = new(Find);

    /// <summary>The folder of RewardScaling.sln; a test that asks for it outside a checkout is skipped.</summary>
    public static string Root
    {
        get
        {
            Assert.SkipWhen(Found.Value is null, "the tests do not run inside a checkout, so there are no files to look at");
            return Found.Value!;
        }
    }

    /// <summary>The C# files below a folder of the checkout, without build output.</summary>
    public static IReadOnlyList<SourceFile> Sources(params string[] folders) =>
    [
        .. folders.Select(static folder => Path.Combine(Root, folder)).Where(Directory.Exists)
            .SelectMany(static folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Select(static path => new SourceFile(Path.GetRelativePath(Root, path).Replace('\\', '/'), File.ReadAllText(path)))
            .Where(static file =>
                !file.Path.Contains("/obj/", StringComparison.Ordinal) && !file.Path.Contains("/bin/", StringComparison.Ordinal))
            .OrderBy(static file => file.Path, StringComparer.Ordinal),
    ];

    /// <summary>Fails with every fault on its own line.</summary>
    public static void AssertNone(IEnumerable<string> faults, string rule)
    {
        string[] lines = [.. faults];
        Assert.True(lines.Length == 0, $"{rule}\n{string.Join("\n", lines)}");
    }

    private static string? Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RewardScaling.sln"))) folder = folder.Parent;
        return folder?.FullName;
    }
}
