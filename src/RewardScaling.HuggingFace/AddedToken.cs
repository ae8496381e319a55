namespace RewardScaling.HuggingFace;

/// <summary>A token that is found in the text before anything else happens to it.</summary>
/// <param name="Id">The token.</param>
/// <param name="Content">Its text.</param>
/// <param name="SingleWord">Whether it must stand alone: no letter or digit beside it.</param>
/// <param name="LeftStrip">Whether white space before it belongs to it.</param>
/// <param name="RightStrip">Whether white space behind it belongs to it.</param>
/// <param name="Normalized">Whether it is looked for in the normalized text.</param>
/// <param name="Special">Whether it is no text: a beginning, an end.</param>
internal sealed record AddedToken(
    int Id, string Content, bool SingleWord, bool LeftStrip, bool RightStrip, bool Normalized, bool Special);
