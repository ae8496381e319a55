using Microsoft.Extensions.AI;

namespace RewardScaling.ExtensionsAI;

/// <summary>What calls to a chat client have cost so far, in tokens. Safe for several threads.</summary>
public sealed class ChatCost
{
    private long _calls, _silent, _input, _output;

    /// <summary>How many calls were answered.</summary>
    public long Calls => Volatile.Read(ref _calls);

    /// <summary>How many of them did not say what they cost: the counts of tokens are then too low.</summary>
    public long CallsWithoutUsage => Volatile.Read(ref _silent);

    /// <summary>Tokens that were read.</summary>
    public long InputTokens => Volatile.Read(ref _input);

    /// <summary>Tokens that were written.</summary>
    public long OutputTokens => Volatile.Read(ref _output);

    /// <summary>The price.</summary>
    /// <param name="perMillionInput">Of a million tokens read, in any currency; at least 0.</param>
    /// <param name="perMillionOutput">Of a million tokens written; at least 0.</param>
    public decimal Price(decimal perMillionInput, decimal perMillionOutput)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(perMillionInput);
        ArgumentOutOfRangeException.ThrowIfNegative(perMillionOutput);
        return (InputTokens * perMillionInput + OutputTokens * perMillionOutput) / 1_000_000;
    }

    /// <summary>In words.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Calls} calls, {InputTokens} tokens read, {OutputTokens} written{(CallsWithoutUsage > 0 ? FormattableString.Invariant($"; {CallsWithoutUsage} calls did not say") : "")}");

    internal void Add(UsageDetails? usage)
    {
        Interlocked.Increment(ref _calls);
        if (usage is not { InputTokenCount: { } input, OutputTokenCount: { } output })
        {
            Interlocked.Increment(ref _silent);
            return;
        }
        Interlocked.Add(ref _input, input);
        Interlocked.Add(ref _output, output);
    }
}
