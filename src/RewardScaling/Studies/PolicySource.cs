using RewardScaling.Models;

namespace RewardScaling.Studies;

/// <summary>Where the initial policy of a study comes from.</summary>
public abstract record PolicySource
{
    private protected PolicySource()
    {
    }

    /// <summary>A network of the plan's size that learns to write like the corpus. The default.</summary>
    public static PolicySource Pretrained { get; } = new PretrainedPolicy();

    /// <summary>A language model as it stands, in a <see cref="ModelFolder"/>; nothing is pre-trained. A run folder holds runs of
    /// one model only, known by a hash of its files; the model itself stays where it is.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="tokenizer">The model's tokenizer, of as many tokens as the model has
    /// (<c>HuggingFaceTokenizer.FromFile</c> of the package RewardScaling.HuggingFace, told the model's vocabulary).</param>
    /// <param name="endToken">The token that ends a response; null for the one that the folder's configuration names, if it
    /// names any.</param>
    public static PolicySource FromFolder(string path, ITokenizer tokenizer, int? endToken = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tokenizer);
        return new FolderPolicy(path, tokenizer, endToken);
    }

    /// <summary>The policy behind the server that the plan names (<see cref="StudyPlan.PolicyServer"/>), asked in its own tokens.
    /// Without this it is asked by text, and the tokens of the study are bytes.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="endToken">The token that ends a response; null where none does, which only vLLM and SGLang can do.</param>
    public static PolicySource OfServer(ITokenizer tokenizer, int? endToken = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return new TokensOfServer(tokenizer, endToken);
    }
}

internal sealed record PretrainedPolicy : PolicySource;

internal sealed record FolderPolicy(string Path, ITokenizer Tokenizer, int? EndToken) : PolicySource;

internal sealed record TokensOfServer(ITokenizer Tokenizer, int? EndToken) : PolicySource;

/// <summary>The plan's server, by token where there is a tokenizer and by text where there is none.</summary>
internal sealed record ServedPolicySource(PolicyServer Server, ITokenizer? Tokenizer, int? EndToken) : PolicySource
{
    /// <summary>The source that a plan and the caller's words come to.</summary>
    /// <exception cref="ArgumentException">They contradict each other.</exception>
    public static PolicySource Of(StudyPlan plan, PolicySource? given) => (plan.PolicyServer, given) switch
    {
        (null, TokensOfServer) => throw new ArgumentException("PolicySource.OfServer is for a plan that names a server (StudyPlan.PolicyServer); this one names none."),
        (null, _) => given ?? Pretrained,
        ({ } server, null or PretrainedPolicy) => new ServedPolicySource(server, null, null),
        ({ } server, TokensOfServer tokens) => new ServedPolicySource(server, tokens.Tokenizer, tokens.EndToken),
        _ => throw new ArgumentException($"The plan names the server {plan.PolicyServer.Address} for the policy, and another policy was given; leave one of them out."),
    };
}
