namespace RewardScaling.Curves;

/// <summary>What files call a method: "best-of-n" or "ppo".</summary>
internal static class MethodName
{
    private const string BestOfN = "best-of-n", ReinforcementLearning = "ppo";

    public static string Of(OptimizationMethod method) =>
        method == OptimizationMethod.BestOfN ? BestOfN : ReinforcementLearning;

    public static bool TryParse(string name, out OptimizationMethod method)
    {
        method = name == BestOfN ? OptimizationMethod.BestOfN : OptimizationMethod.ReinforcementLearning;
        return name is BestOfN or ReinforcementLearning;
    }
}
