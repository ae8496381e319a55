namespace RewardScaling.HuggingFace;

/// <summary>Which pieces get the mark of a word before them.</summary>
internal enum PrependScheme
{
    /// <summary>Every one.</summary>
    Always,

    /// <summary>The one a text begins with.</summary>
    First,

    /// <summary>None.</summary>
    Never,
}
