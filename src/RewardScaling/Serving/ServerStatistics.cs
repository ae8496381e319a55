namespace RewardScaling.Serving;

/// <summary>What a connection has done so far.</summary>
/// <param name="Requests">Requests that were asked for.</param>
/// <param name="Attempts">How often something was sent for them.</param>
/// <param name="WrongAnswers">How many answers were none, and were asked for again.</param>
/// <param name="MostAtOnce">The most requests that were under way at once.</param>
/// <param name="PromptTokens">Tokens that the server says it has read, as far as it says.</param>
/// <param name="CompletionTokens">Tokens that the server says it has written, as far as it says.</param>
public readonly record struct ServerStatistics(
    long Requests, long Attempts, long WrongAnswers, int MostAtOnce, long PromptTokens, long CompletionTokens)
{
    /// <summary>In words.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Requests} requests ({Attempts - Requests} sent again, {MostAtOnce} at once at most), {PromptTokens} tokens read, {CompletionTokens} written");
}
