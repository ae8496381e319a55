using RewardScaling.Studies;

namespace RewardScaling.Tests.Studies;

public sealed class StudyPlanTests
{
    private static readonly StudyPlan[] Shipped = [StudyPlan.Quick, StudyPlan.QuickText, StudyPlan.Full, StudyPlan.FullText];

    public static TheoryData<string> Plans => [.. Shipped.Select(static plan => plan.Name)];

    private static StudyPlan Plan(string name) => Shipped.Single(plan => plan.Name == name);

    [Theory]
    [MemberData(nameof(Plans))]
    public void The_plans_that_come_with_the_library_can_be_carried_out(string name) => Plan(name).Validate();

    [Theory]
    [MemberData(nameof(Plans))]
    public void Every_proxy_is_smaller_than_gold(string name)
    {
        var plan = Plan(name);
        long gold = plan.Gold.Shape(24, 16).ParameterCount(1);
        Assert.All(plan.ProxySizes, size => Assert.True(size.Shape(24, 16).ParameterCount(1) < gold));
    }

    [Fact]
    public void The_quick_plan_has_two_sizes_and_three_numbers_of_comparisons()
    {
        Assert.Equal(2, StudyPlan.Quick.ProxySizes.Count);
        Assert.Equal(3, StudyPlan.Quick.Comparisons.Count);
    }

    [Fact]
    public void Every_fault_of_a_plan_is_named_at_once()
    {
        var plan = StudyPlan.Quick with
        {
            PromptLength = 0,
            ResponseLength = -1,
            TeacherDeviation = 0,
            TeacherAttention = -1,
            TeacherTaste = new() { Weight = -2, Limit = 1, Fall = -3, Floor = 2 },
            Policy = new(10, 1, 3),
            Pretraining = new() { WindowLength = 4 },
            Comparisons = [0, 5],
            BestOfN = [1, 5000],
            ProxySeeds = 0,
            Ppo = StudyPlan.Quick.Ppo with { MaximumSteps = 1 },
        };
        string message = Assert.Throws<ArgumentException>(plan.Validate).Message;

        foreach (string part in new[]
        {
            "PromptLength = 0", "ResponseLength = -1", "TeacherDeviation = 0", "TeacherAttention = -1", "TeacherTaste.Weight = -2",
            "TeacherTaste.Fall = -3", "TeacherTaste.Floor = 2", "Policy.Heads = 3", "Pretraining.WindowLength = 4 must be at most prompt and response, -1", "Comparisons[0] = 0", "ProxySeeds = 0",
            "BestOfN[1] = 5000 must be in [1, PoolSize = ", "BestOfN = [1, 5000] must be two different n above 1", "Ppo.MaximumSteps = 1",
        }) Assert.Contains(part, message, StringComparison.Ordinal);
    }
}
