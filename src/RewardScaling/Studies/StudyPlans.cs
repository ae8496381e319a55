using RewardScaling.Divergence;
using RewardScaling.Ppo;

