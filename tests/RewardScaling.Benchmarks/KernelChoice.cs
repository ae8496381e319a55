namespace RewardScaling.Benchmarks;

/// <summary>A kernel that can be measured.</summary>
/// <param name="Name">The shape of the comparison and what is computed.</param>
/// <param name="Size">What it is computed on: rows x columns x terms of a product.</param>
/// <param name="Operations">Additions and multiplications of one run of a product; 0 for what is not a product.</param>
/// <param name="Create">Makes the numbers it works on.</param>
internal sealed record KernelChoice(string Name, string Size, double Operations, Func<KernelCase> Create)
{
    public override string ToString() => $"{Name}, {Size}";
}
