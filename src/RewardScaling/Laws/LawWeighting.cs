namespace RewardScaling.Laws;

/// <summary>What the points' standard errors mean to a fit.</summary>
public enum LawWeighting
{
    /// <summary>
    /// Every point counts the same; the noise is estimated from the residuals, also where the points have errors.
    /// </summary>
    Equal,

    /// <summary>
    /// Weights 1 / se², whose common scale is estimated from the residuals: the errors' ratios are believed, their size is not.
    /// </summary>
    RelativeErrors,

    /// <summary>
    /// Weights 1 / se² and the covariance as they imply it: the errors are believed. Lack of fit does not widen the intervals.
    /// </summary>
    KnownErrors,

    /// <summary>
    /// Every point counts the same; errors come from the points' covariance
    /// (<see cref="Curves.RewardCurve.GoldCovariance"/>): the choice for a best-of-n curve, whose points share their samples.
    /// For a linear law it is the error of fitting each prompt by itself.
    /// </summary>
    SharedSamples,
}
