
namespace RewardScaling.Ppo;

/// <summary>What one token adds to a loss, and how the loss moves with the one number the network gave for it.</summary>
/// <param name="Value">The loss of the token.</param>
/// <param name="Derivative">∂loss/∂output, the output being the new log-probability or the new value.</param>
/// <param name="Clipped">Whether a clipped branch was the active one; its derivative is 0.</param>
internal readonly record struct TokenLoss(double Value, double Derivative, bool Clipped);
