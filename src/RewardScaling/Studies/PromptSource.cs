using RewardScaling.Policies;

namespace RewardScaling.Studies;

/// <summary>Where the prompts of a study come from.</summary>
public abstract record PromptSource
{
    private protected PromptSource()
    {
    }

    /// <summary>Windows of the corpus, each as long as the plan says. The default.</summary>
    public static PromptSource Corpus { get; } = new CorpusPrompts();

    /// <summary>The prompts of a file (<see cref="Prompts.Read"/>): one on each line, JSON lines, a preference file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="field">The field of JSON lines that holds the prompt.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It holds something else; the message names the line.</exception>
    public static PromptSource FromFile(string path, string field = "prompt") => From(path, Prompts.Read(path, field));

    /// <summary>Prompts as texts.</summary>
    /// <remarks>
    /// As many as the plan evaluates on, chosen by its seed, are kept for that; comparisons, normalisation and PPO draw from the
    /// rest, again and again. None may be longer than <see cref="StudyPlan.PromptLength"/> in the policy's tokens.
    /// </remarks>
    /// <param name="name">What to call them in reports and faults.</param>
    /// <param name="texts">The prompts, all different.</param>
    public static PromptSource From(string name, IReadOnlyList<string> texts)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(texts);
        return new TextPrompts(name, texts);
    }
}

internal sealed record CorpusPrompts : PromptSource;

internal sealed record TextPrompts(string Name, IReadOnlyList<string> Texts) : PromptSource;
