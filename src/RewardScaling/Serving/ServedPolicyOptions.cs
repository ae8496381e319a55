using RewardScaling.Numerics;

namespace RewardScaling.Serving;

/// <summary>How a served policy is asked.</summary>
public sealed record ServedPolicyOptions
{
    /// <summary>Whose server it is.</summary>
    /// <value>Default <see cref="ServerKind.OpenAi"/>, what every server understands.</value>
    public ServerKind Kind { get; init; } = ServerKind.OpenAi;

    /// <summary>
    /// Whether the chat endpoint is asked, each prompt being a message of the user's, rather than the one that completes text.
    /// </summary>
    /// <value>Default false: what is completed is the prompt itself, and its KL that of the text.</value>
    public bool Chat { get; init; }

    /// <summary>The message of the system before each prompt of a chat; null for none.</summary>
    /// <value>Default null.</value>
    public string? SystemMessage { get; init; }

    /// <summary>How many samples of one prompt are asked for at once, n; at least 1.</summary>
    /// <value>Default 8, a choice of this library. With 1 a sample depends on its own seed and on no other sample.
    /// llama-server is asked for one, whatever this says: it spoils samples that are asked for together.</value>
    public int SamplesPerRequest { get; init; } = 8;

    /// <summary>
    /// The most tokens of the server's that an answer may have; null for as many as <see
    /// cref="Models.SamplingOptions.ResponseLength"/>,
    /// which counts tokens of the tokenizer that keeps the answers.
    /// </summary>
    /// <value>Default null.</value>
    public int? MaxTokens { get; init; }

    /// <summary>Which distribution the server's log-probabilities are of.</summary>
    /// <value>Default <see cref="ServedLogProbs.Raw"/>, as llama-server and vLLM give them.</value>
    public ServedLogProbs LogProbs { get; init; } = ServedLogProbs.Raw;

    /// <summary>
    /// Of <see cref="ServedPolicy.OfText"/>, whether a text of more than <see cref="Models.SamplingOptions.ResponseLength"/> bytes
    /// is cut behind the last whole character that fits; its log-probability is then not known. Otherwise it is a fault.
    /// </summary>
    /// <value>Default false.</value>
    public bool CutsText { get; init; }

    /// <summary>Faults options that cannot be followed.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(ServedPolicyOptions));
        Require(faults, "");
        faults.ThrowIfAny();
    }

    /// <summary>Notes every fault.</summary>
    /// <param name="faults">Where they are noted.</param>
    /// <param name="prefix">What stands before each name.</param>
    internal void Require(Faults faults, string prefix)
    {
        faults.Require(Enum.IsDefined(Kind), prefix + nameof(Kind), Kind, "one of the kinds");
        faults.Require(Enum.IsDefined(LogProbs), prefix + nameof(LogProbs), LogProbs, "None, Raw or Processed");
        faults.Require(SystemMessage is null || Chat, prefix + nameof(SystemMessage), "given", "null where Chat is false; put it into the prompts");
        faults.Require(SamplesPerRequest >= 1, prefix + nameof(SamplesPerRequest), SamplesPerRequest, "at least 1");
        faults.Require(MaxTokens is null or >= 1, prefix + nameof(MaxTokens), MaxTokens ?? 0, "at least 1, or null");
    }
}
