namespace RewardScaling.Reports.Drawing;

/// <summary>How an axis maps its values to length.</summary>
public enum AxisScale
{
    /// <summary>Equal differences take equal length.</summary>
    Linear,

    /// <summary>
    /// Length goes with the square root: a KL axis on which the scaling laws' d = sqrt(KL) is uniform. Values are at least 0.
    /// </summary>
    SquareRoot,

    /// <summary>Equal ratios take equal length. Values are positive.</summary>
    Logarithmic,
}
