using System.Reflection;

namespace RewardScaling.Conventions.Tests;

/// <summary>What users can call is what somebody meant them to: the surface equals the approved text.</summary>
public sealed class PublicApiTests
{
    private const string Folder = "tests/RewardScaling.Conventions.Tests/PublicApi/";
    private const string Accept = "REWARDSCALING_ACCEPT_API";

    [Theory]
    [InlineData("RewardScaling")]
    [InlineData("RewardScaling.ExtensionsAI")]
    [InlineData("RewardScaling.HuggingFace")]
    [InlineData("RewardScaling.Images")]
    [InlineData("RewardScaling.Parquet")]
    [InlineData("RewardScaling.TorchSharp")]
    public void The_public_surface_is_the_approved_one(string library)
    {
        string text = $"{Folder}{library}.txt", path = Path.Combine(Repository.Root, text);
        IReadOnlyList<string> surface = PublicApiText.Of(Assembly.Load(library));
        if (Environment.GetEnvironmentVariable(Accept) == "1") File.WriteAllText(path, string.Join('\n', surface) + "\n");
        string[] approved = File.Exists(path) ? File.ReadAllLines(path) : [];
        string[] before = [.. WithTypes(approved)], now = [.. WithTypes(surface)];
        Repository.AssertNone(
            before.Except(now).Select(static line => "- " + line).Concat(now.Except(before).Select(static line => "+ " + line)),
            $"The public surface is not the one in {text}. If that is meant: {Accept}=1 dotnet test tests/RewardScaling.Conventions.Tests");
        Assert.Equal(approved, surface);
    }

    // Each member behind the name of its type, so that a line of the difference says where it belongs.
    private static IEnumerable<string> WithTypes(IEnumerable<string> lines)
    {
        string type = "";
        foreach (string line in lines)
        {
            if (line.StartsWith(' ')) yield return $"{type}: {line.TrimStart()}";
            else yield return line;
            if (!line.StartsWith(' ')) type = line.Split(" : ")[0];
        }
    }
}
