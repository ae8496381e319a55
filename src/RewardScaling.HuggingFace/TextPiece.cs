namespace RewardScaling.HuggingFace;

/// <summary>A piece of a text on its way to becoming tokens.</summary>
/// <param name="Text">The piece.</param>
/// <param name="Begins">Whether the text begins with it.</param>
internal readonly record struct TextPiece(ReadOnlyMemory<char> Text, bool Begins);
