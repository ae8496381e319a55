namespace RewardScaling.HuggingFace;

/// <summary>How one byte pair encoding differs from another.</summary>
/// <param name="ByteLevel">Whether the vocabulary is written in <see cref="ByteAlphabet"/>.</param>
/// <param name="ByteFallback">Whether an unknown character becomes its bytes.</param>
/// <param name="IgnoreMerges">Whether a piece that is a token becomes that token, however it would be merged.</param>
/// <param name="FuseUnknown">Whether neighbouring unknown characters are one unknown token.</param>
/// <param name="Unknown">The unknown token, or -1.</param>
internal sealed record BytePairTraits(bool ByteLevel, bool ByteFallback, bool IgnoreMerges, bool FuseUnknown, int Unknown);
