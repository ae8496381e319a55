namespace RewardScaling.Tests.Serving;

/// <summary>What a server of the tests answers.</summary>
internal sealed record LoopbackAnswer(string Body, int Status = 200)
{
    public string Type { get; init; } = "application/json";

    public TimeSpan Delay { get; init; }

    /// <summary>Half of the answer is sent, then the connection ends.</summary>
    public bool Cut { get; init; }

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}
