namespace RewardScaling.Serving;

/// <summary>An answer that is none; it is asked for again a few times. Reads on from "The server .. ".</summary>
internal sealed class WrongAnswerException(string message, Exception? inner = null) : Exception(message, inner);
