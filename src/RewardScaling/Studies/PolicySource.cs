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
}

internal sealed record PretrainedPolicy : PolicySource;

internal sealed record FolderPolicy(string Path, ITokenizer Tokenizer, int? EndToken) : PolicySource;
