using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies;

/// <summary>
/// Where the gold reward model of a study comes from: the one that stands for people, labels the
/// comparisons and has the last word.
/// </summary>
/// <example>
/// <code>
/// GoldSource own = GoldSource.From("short", RewardModel.FromText(response =&gt; -response.Length));
/// GoldSource trained = GoldSource.FromPreferences("pairs.jsonl"), model = GoldSource.FromFolder("models/reward");
/// var study = new OveroptimizationStudy(StudyPlan.Quick, new CpuEngine(), gold: own);
/// </code>
/// </example>
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

    /// <summary>As <see cref="FromPreferences(string)"/>, with preferences that another reader has read of the file, such as one of
    /// Parquet.</summary>
    /// <param name="path">The file, whose bytes tell a study from one with other preferences.</param>
    /// <param name="read">What was read of it.</param>
    public static GoldSource FromPreferences(string path, PreferenceSet read)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(read);
        return new PreferencesGold(path, read);
    }

    /// <summary>A reward model as it stands: a classifier of sequences with one label, in a <see cref="ModelFolder"/>. A run
    /// folder holds runs of one such model only, known by a hash of its files; the model itself stays where it is.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="tokenizer">The model's tokenizer, where it is another than the policy's: rollouts then reach it as text
    /// (<see cref="RewardModels.RetokenizedRewardModel"/>). Null where it reads the policy's tokens.</param>
    public static GoldSource FromFolder(string path, ITokenizer? tokenizer = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new FolderGold(path, tokenizer);
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

internal sealed record PreferencesGold(string Path, PreferenceSet? Read = null) : GoldSource;

internal sealed record FolderGold(string Path, ITokenizer? Tokenizer) : GoldSource;

internal sealed record CustomGold(string Name, IRewardModel Model) : GoldSource;

internal sealed record ServerGold(RewardServer Server) : GoldSource
{
    /// <summary>The source that a plan and the caller's words come to.</summary>
    /// <exception cref="ArgumentException">They contradict each other.</exception>
    public static GoldSource Of(StudyPlan plan, GoldSource? given) => (plan.GoldServer, given) switch
    {
        (null, _) => given ?? Teacher,
        ({ } server, null or TeacherGold) => new ServerGold(server),
        _ => throw new ArgumentException($"The plan names the server {plan.GoldServer.Address} for gold, and another gold was given; leave one of them out."),
    };
}
