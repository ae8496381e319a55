using RewardScaling.Models;

namespace RewardScaling.Cpu;

/// <summary>The rows of a sequence at which a network's outputs are asked for.</summary>
internal enum SelectedRows
{
    /// <summary>Where a response token is predicted: a policy. The row of the last token is not needed at all.</summary>
    BeforeResponse,

    /// <summary>The last token: a reward model with <see cref="RewardReadout.LastToken"/>.</summary>
    LastToken,

    /// <summary>Every response token: a reward model with <see cref="RewardReadout.ResponseMean"/>.</summary>
    Response,
}
