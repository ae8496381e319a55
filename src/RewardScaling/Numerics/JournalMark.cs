namespace RewardScaling.Numerics;

/// <summary>How much of a <see cref="Journal{T}"/> counts.</summary>
/// <param name="Lines">How many lines.</param>
/// <param name="Bytes">How many bytes they take.</param>
/// <param name="Sha256">The SHA-256 of those bytes.</param>
internal sealed record JournalMark(int Lines, long Bytes, string Sha256);
