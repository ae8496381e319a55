namespace RewardScaling.Serving;

/// <summary>Some samples of one prompt that are drawn, scored and written together.</summary>
/// <param name="Prompt">The number of the prompt.</param>
/// <param name="First">The number of the first sample.</param>
/// <param name="Count">How many.</param>
internal readonly record struct Portion(int Prompt, int First, int Count);
