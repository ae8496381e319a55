namespace RewardScaling.Studies;

/// <summary>All that decides the numbers of a run; a run folder belongs to one identity.</summary>
/// <param name="Schema"><see cref="StudyFolder.Schema"/>.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Corpus"><see cref="Policies.Corpus.ContentHash"/>, and that of prompts that are no windows of it.</param>
/// <param name="Gold">What gold is.</param>
/// <param name="Policy">What the initial policy is; null where it is trained on the corpus.</param>
internal sealed record StudyIdentity(int Schema, StudyPlan Plan, string Corpus, string Gold, string? Policy = null);
