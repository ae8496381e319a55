namespace RewardScaling.Studies.Cells;

/// <summary>A curve of a study: where it lies on the axes, and the cells it is read from.</summary>
/// <param name="At">Its place, but for numbers that only cells know.</param>
/// <param name="Cell">Best-of-n or PPO.</param>
/// <param name="Rewarder">What was optimised against.</param>
/// <param name="Policy">What was optimised.</param>
internal sealed record CurvePlace(StudyCoordinates At, Cell Cell, RewarderCell Rewarder, IPolicyCell Policy);
