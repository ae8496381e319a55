using RewardScaling.Models;

namespace RewardScaling.Studies;

/// <summary>
/// Where the gold reward model of a study comes from: the one that stands for people, labels the
/// comparisons and has the last word.
/// </summary>
public abstract record GoldSource
{
    private protected GoldSource()
    {
    }

    /// <summary>A fixed network with random weights, larger than every proxy: a gold that needs no data. The default.</summary>
    public static GoldSource Teacher { get; } = new TeacherGold();

    /// <summary>A network trained by Bradley-Terry on somebody's preferences.</summary>
    /// <param name="path">A file of JSON lines, each with prompt, chosen and rejected.</param>
    public static GoldSource FromPreferences(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new PreferencesGold(path);
    }

    /// <summary>Any reward model of the caller's.</summary>
    /// <param name="name">Its name for reports; a run folder holds runs of one name only.</param>
    /// <param name="model">The model; the same rollout must always get the same score.</param>
    public static GoldSource From(string name, IRewardModel model)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(model);
        return new CustomGold(name, model);
    }
}

internal sealed record TeacherGold : GoldSource;

internal sealed record PreferencesGold(string Path) : GoldSource;

internal sealed record CustomGold(string Name, IRewardModel Model) : GoldSource;
