using RewardScaling.Numerics;
using RewardScaling.Runs;
using RewardScaling.Runs.Formats;

namespace RewardScaling.RewardModels;

/// <summary>How a file of preferences is read.</summary>
public sealed record PreferenceFileOptions
{
    /// <summary>How a conversation becomes text, that of a prompt and that of a response of several turns.</summary>
    /// <value>Default <see cref="Plain"/>.</value>
    public Func<IReadOnlyList<ChatMessage>, string> Format { get; init; } = Plain;

    /// <summary>What is done with ties.</summary>
    /// <value>Default <see cref="PreferenceTies.LeaveOut"/>, as Gao et al. 2022 label no ties.</value>
    public PreferenceTies Ties { get; init; } = PreferenceTies.LeaveOut;

    /// <summary>Which rank is the better one, in files of ranks.</summary>
    /// <value>Default <see cref="RankOrder.Unknown"/>: such files are refused.</value>
    public RankOrder Ranks { get; init; } = RankOrder.Unknown;

    /// <summary>Whether the difference of the two scores, or the strength of a preference, becomes <see cref="Preference.Margin"/>.</summary>
    /// <value>Default false: a margin changes the loss (Touvron et al. 2023, arXiv:2307.09288, equation 2).</value>
    public bool Margins { get; init; }

    /// <summary>How much may be read.</summary>
    /// <value>Default 512 MiB.</value>
    public RunReadOptions Reading { get; init; } = new();

    /// <summary>
    /// The plain format: a single message as it is; several as "Human: ..", "Assistant: ..", "System: .." with an empty line between.
    /// </summary>
    /// <param name="messages">The turns, at least one.</param>
    public static string Plain(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return PlainChat.Text([.. messages.Select(static message => (message.Role, message.Content))]);
    }

    private string FormatName => Format == Plain ? "the plain format" : "a format of the caller's";

    /// <summary>The options in words.</summary>
    public override string ToString() => FormattableString.Invariant($"conversations in {FormatName}, ties {Ties}, ranks {Ranks}, ")
        + FormattableString.Invariant($"margins {(Margins ? "kept" : "left out")}; {Reading}");

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">A value is none of its kind; the message names every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(PreferenceFileOptions));
        faults.Require(Format is not null, nameof(Format), "null", "given; PreferenceFileOptions.Plain is the default");
        faults.Require(Enum.IsDefined(Ties), nameof(Ties), Ties, "LeaveOut or Half");
        faults.Require(Enum.IsDefined(Ranks), nameof(Ranks), Ranks, "Unknown, LowerIsBetter or HigherIsBetter");
        faults.Require(Reading is not null, nameof(Reading), "null", "given");
        faults.ThrowIfAny();
        Reading!.Validate();
    }
}
