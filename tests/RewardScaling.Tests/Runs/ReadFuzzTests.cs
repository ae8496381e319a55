using RewardScaling.Benchmarks;

namespace RewardScaling.Tests.Runs;

/// <summary>Damaged files: the benchmarks' <c>read --fuzz 10000</c> tries many more.</summary>
public sealed class ReadFuzzTests
{
    public static TheoryData<int> Formats => [.. Enumerable.Range(0, ReadFuzz.Formats.Count)];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Two_hundred_damaged_files_say_only_what_is_documented(int format) => Assert.Empty(ReadFuzz.Faults(format, 200, seed: 7));
}
