namespace RewardScaling.Laws;

/// <summary>What advice comes to.</summary>
public enum AdviceVerdict
{
    /// <summary>Gold is highest inside the data and lower at their end: stop at the highest point.</summary>
    Stop,

    /// <summary>Gold is not shown to turn down up to the end of the data, or of the budget.</summary>
    GoOn,

    /// <summary>The initial policy may be the best, and the end of the data is worse: do not optimise.</summary>
    Stay,

    /// <summary>The first point measured may be the best and nothing was measured before it: stop there or earlier.</summary>
    Earlier,

    /// <summary>Start and end may both be the best: the points decide nothing.</summary>
    Undecided,

    /// <summary>The points have no errors: what was measured is said, and what the law says where it describes them.</summary>
    Unsure,

    /// <summary>The budget ends before anything was measured.</summary>
    OutOfBudget,
}
