namespace RewardScaling.Studies;

/// <summary>All that decides the numbers of a run; a run folder belongs to one identity.</summary>
internal sealed record StudyIdentity(int Schema, StudyPlan Plan, string Corpus, string Gold);
