namespace RewardScaling.Laws;

/// <summary>How a fit was tested against its points.</summary>
public enum LackOfFitTest
{
    /// <summary>χ² of the residuals in their given, independent errors.</summary>
    ChiSquared,

    /// <summary>Hotelling's T² of the slow waves in the residuals of the independent groups behind the points: the prompts of a
    /// pool, or seeds.</summary>
    Groups,

    /// <summary>F of the slow waves in the residuals against the rest: the points have no errors, or only their ratios are
    /// believed.</summary>
    SlowWaves,
}
