namespace RewardScaling.Studies;

/// <summary>All that decides the numbers of a run; a run folder belongs to one identity.</summary>
/// <param name="Schema"><see cref="StudyFolder.Schema"/>.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Corpus"><see cref="Policies.Corpus.ContentHash"/>.</param>
/// <param name="Gold">What gold is.</param>
internal sealed record StudyIdentity(int Schema, StudyPlan Plan, string Corpus, string Gold);
